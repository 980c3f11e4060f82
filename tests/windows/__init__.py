"""Windows, by Wine: the unit tests under it, and a user's whole way with the AWS CLI v1."""
