"""The alias pack: its form, and how it is merged into the user's alias file."""
