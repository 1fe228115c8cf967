"""Evidence that a name is or is not used in a request, which decides whether a fix is safe."""
