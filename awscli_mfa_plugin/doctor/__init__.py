"""`aws mfa doctor`: what it looks at, what it checks, what it fixes.

To add a check, yield a `Finding` from the `check_…` function of its subject: `wiring`, `files`,
`environment`, `profiles`, or `aws` if it calls AWS. A new `check_…` is called in `checkup`. What a
check needs from the machine is a field of `Observations`, which `inspect` fills.
"""
