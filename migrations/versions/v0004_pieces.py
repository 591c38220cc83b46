"""Texts may have a limit of long sentences of their own, and each reader's places the moment at which they stopped"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("texts", sa.Column("long_sentence_words", sa.Integer(), nullable=True))
    now = sa.func.now()
    op.add_column("places", sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False, server_default=now))
    op.alter_column("places", "saved_at", server_default=None)
    op.create_index(
        op.f("ix_places_speaker_id_saved_at_text_id"), "places", ["speaker_id", "saved_at", "text_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_places_speaker_id_saved_at_text_id"), table_name="places")
    op.drop_column("places", "saved_at")
    op.drop_column("texts", "long_sentence_words")
