"""The real AWS CLIs: fetched, wired and driven as a person would."""
