"""What the installer decides: the ``[plugins]`` section, and the record of what was done."""
