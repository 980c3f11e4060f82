"""Makes the picture of the README from what the product really prints."""
