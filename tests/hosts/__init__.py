"""The real AWS CLIs: fetched, set up and used as a user would."""
