"""One suite for each port, run with the fake and with the real implementation."""
