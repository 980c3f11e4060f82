"""`awscli-mfa install` and `uninstall`."""
