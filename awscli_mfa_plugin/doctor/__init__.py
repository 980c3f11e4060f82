"""`aws mfa doctor`: what it looks at, what it checks, what it fixes."""
