"""How good the checks are: every check's error planted in deliveries, and what came of it."""
