"""What `photocloud` does on the command line, apart from `serve`: one function a command."""
