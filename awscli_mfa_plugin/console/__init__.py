"""The console script ``awscli-mfa``: what must work without a working ``aws``."""
