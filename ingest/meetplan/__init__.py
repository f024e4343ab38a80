"""The meetplan: the workbook in which an organisation types what is in no system."""
