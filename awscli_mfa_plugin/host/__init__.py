"""The ``aws`` process that the plugin lives in: loading, wiring, secrecy."""
