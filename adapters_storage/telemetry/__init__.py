"""What a running process tells those who watch over it: figures, traces, and a log that names what it is about."""
