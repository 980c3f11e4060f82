"""Unit tests, without a real AWS CLI."""
