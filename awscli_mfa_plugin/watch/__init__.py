"""`aws mfa watch`: when a session needs someone, dialogs, notifications, schedulers."""

EVERY_MINUTES = 5
"""How often a scheduler starts the job: three times within the usual expiry window."""
