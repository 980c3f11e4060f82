"""Decides: resolution, login, status, logout; over Protocols, without any I/O."""
