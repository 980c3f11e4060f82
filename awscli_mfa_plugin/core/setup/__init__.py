"""What ``aws mfa configure`` decides: questions, manifests, the change of the config file."""
