"""MFA devices: enroll, resync, remove, list, and the policy that requires MFA."""
