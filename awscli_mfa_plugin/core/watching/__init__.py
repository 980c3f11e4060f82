"""What ``watch`` decides: when a session needs somebody, and what a scheduler gets."""
