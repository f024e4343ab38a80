"""What is kept of whom and for how long: terms, what is held about one person, and erasure."""
