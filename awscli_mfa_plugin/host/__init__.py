"""Inside the ``aws`` process: loading, commands, credentials, secrecy."""
