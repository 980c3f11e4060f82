"""The terminal, other programs, the clock."""
