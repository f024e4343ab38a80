"""The seeded set of dirty files, a module per family."""
