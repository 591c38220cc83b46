"""Alembic's migrations, applied by `recital db upgrade` and by the start of a server."""
