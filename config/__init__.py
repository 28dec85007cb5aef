"""What the owner may set. Knows nothing of photos; only the command line and the composition root read it."""
