"""Mutation testing by mutmut, a folder at a time: ``make mutants FOLDER=session``."""
