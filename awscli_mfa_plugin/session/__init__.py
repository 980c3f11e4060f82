"""The session: login, renewal, logout and status, decided without I/O."""
