"""`aws mfa watch`: renewals, dialogs, notifications and schedulers."""

EVERY_MINUTES = 5
"""How often a scheduler runs the job: three times within the usual expiry window."""
