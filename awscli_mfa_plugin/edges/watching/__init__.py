"""What ``watch`` reaches: dialogs, notifications, schedulers, and sleep."""
