"""What the installer does: CLIs, folders, trust, and the way back."""
