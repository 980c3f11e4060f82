"""AWS's shared files: parsed, changed without loss, replaced whole, locked."""
