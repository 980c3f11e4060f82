"""Long-lived keys in the system's keyring, from where the CLI gets them by a process."""
