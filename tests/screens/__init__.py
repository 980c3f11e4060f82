"""Every screen of the product, from the real commands: what is expected, and pictures of it."""
