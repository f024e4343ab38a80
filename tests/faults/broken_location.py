"""Definitions that cannot be loaded."""

raise ImportError("a library is not there")
