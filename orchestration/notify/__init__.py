"""Tells people how a night ended, and that nights stay away."""
