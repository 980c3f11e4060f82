"""Access keys: listing and rotating them. All that touches the machine comes in as ports."""
