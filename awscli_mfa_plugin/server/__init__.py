"""Provides one program with a session that is renewed: ``aws mfa exec --server``."""
