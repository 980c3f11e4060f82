"""The main job, shown on the embedded AWS in a throw-away home."""
