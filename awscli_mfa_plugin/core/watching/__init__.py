"""What ``watch`` decides: when a session needs somebody, and what a scheduler gets."""

EVERY_MINUTES = 5
"""How often a scheduler starts the job: three times within the usual expiry window."""
