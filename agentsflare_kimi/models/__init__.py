"""What a model takes, and what would change in a request for it."""
