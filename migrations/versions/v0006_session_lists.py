"""Lists of sessions by language, verdict, state and trouble stay flat"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# The database fills the language in, so that servers of the version before this one go on opening sessions.
TAKE_LANGUAGE = """
CREATE FUNCTION take_text_language() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.language = (SELECT language FROM texts WHERE id = NEW.text_id);
    RETURN NEW;
END $$
"""
ON_OPENING = """
CREATE TRIGGER take_text_language BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION take_text_language()
"""
TAKE_ALONG = "UPDATE sessions SET language = texts.language FROM texts WHERE texts.id = sessions.text_id"
LISTED = ["opened_at", "id"]


def upgrade() -> None:
    op.add_column("sessions", sa.Column("language", sa.Text(), nullable=True))
    op.execute(TAKE_LANGUAGE)
    op.execute(ON_OPENING)
    op.execute(TAKE_ALONG)
    for column in ("text_id", "language", "state"):
        op.create_index(op.f(f"ix_sessions_{column}_opened_at_id"), "sessions", [column, *LISTED], unique=False)
    op.create_index("ix_sessions_verdict", "sessions", [sa.text("(outcome ->> 'verdict')"), *LISTED], unique=False)
    op.create_index(
        "ix_sessions_trouble",
        "sessions",
        LISTED,
        unique=False,
        postgresql_where=sa.text("problem IS NOT NULL OR attempts > 0"),
    )
    op.drop_index(op.f("ix_sessions_text_id"), table_name="sessions")


def downgrade() -> None:
    op.create_index(op.f("ix_sessions_text_id"), "sessions", ["text_id"], unique=False)
    for name in ("trouble", "verdict", "state_opened_at_id", "language_opened_at_id", "text_id_opened_at_id"):
        op.drop_index(op.f(f"ix_sessions_{name}"), table_name="sessions")
    op.execute("DROP TRIGGER take_text_language ON sessions")
    op.execute("DROP FUNCTION take_text_language()")
    op.drop_column("sessions", "language")
