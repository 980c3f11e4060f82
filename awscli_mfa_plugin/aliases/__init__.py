"""The alias pack: its form, how it is shown, and how it gets into the CLI's alias file."""
