"""Tests of `awscli_mfa_plugin.keyring`."""
