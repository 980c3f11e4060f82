"""What ``doctor`` finds: pure checks of what the edges saw."""
