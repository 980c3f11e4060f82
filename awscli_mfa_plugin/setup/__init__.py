"""``aws mfa configure``: questions, manifests and changes to the config file."""
