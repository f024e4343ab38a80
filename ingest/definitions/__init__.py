"""The definition list of an organisation: a template, importing a list, and giving it to dbt."""
