"""Meets the world: AWS, files, the terminal, commands; each implements a Protocol of core."""
