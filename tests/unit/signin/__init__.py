"""Tests of awscli_mfa_plugin/signin/."""
