"""Times of whole processes, in pairs: what the plugin costs, and what it saves."""
