"""The tests of access keys."""
