"""The alias pack: its form, and how it gets into the CLI's alias file."""
