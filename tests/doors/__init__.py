"""What a user is promised at each command and hook, in an ``aws`` inside the test's process."""
