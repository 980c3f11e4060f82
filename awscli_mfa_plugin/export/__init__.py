"""How a session is printed for shells, files and programs."""
