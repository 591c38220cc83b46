"""In-memory implementations of the ports: for Recital's own tests, and for programs that build on the core."""
