"""`aws mfa configure`: questions, manifests, changes of the config file."""
