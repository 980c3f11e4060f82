"""Promises to users, tested with whole commands of an ``aws`` inside the test's process."""
