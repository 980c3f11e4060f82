"""Signs in to the AWS console with a role's session: ``aws mfa console``."""
