"""The embedded AWS's own tests: real botocore against it, and published vectors."""
