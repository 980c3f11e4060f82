"""The decisions and the edges, without a real AWS CLI."""
