"""Calls to STS and IAM, and what their errors mean."""
