"""The library: what lists of texts need lies with the text, and each reader's place is kept"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

LISTED = ("title", "sentences", "words")
TAKE_ALONG = """
UPDATE texts SET title = newest.title, sentences = newest.sentences, words = newest.words,
    digest = encode(sha256(convert_to(regexp_replace(btrim((
        SELECT coalesce(string_agg(sentence, ' ' ORDER BY p, s), '')
        FROM jsonb_array_elements(newest.paragraphs) WITH ORDINALITY AS paragraph(sentences, p),
            jsonb_array_elements_text(paragraph.sentences) WITH ORDINALITY AS one(sentence, s)
    )), '\\s+', ' ', 'g'), 'UTF8')), 'hex')
FROM text_revisions AS newest WHERE newest.text_id = texts.id AND newest.revision = texts.revision
"""
GIVE_BACK = """
UPDATE text_revisions SET title = texts.title, sentences = texts.sentences, words = texts.words
FROM texts WHERE texts.id = text_revisions.text_id
"""


def columns() -> list[sa.Column[object]]:
    return [
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("sentences", sa.Integer(), nullable=True),
        sa.Column("words", sa.Integer(), nullable=True),
    ]


def upgrade() -> None:
    for column in (*columns(), sa.Column("digest", sa.Text(), nullable=True)):
        op.add_column("texts", column)
    op.execute(TAKE_ALONG)
    for name in (*LISTED, "digest"):
        op.alter_column("texts", name, nullable=False)
    for name in LISTED:
        op.drop_column("text_revisions", name)
    op.create_index(op.f("ix_texts_title_id"), "texts", ["title", "id"], unique=False)
    op.create_index(op.f("ix_texts_words_id"), "texts", ["words", "id"], unique=False)
    op.create_index(op.f("ix_texts_digest"), "texts", ["digest"], unique=False)
    op.create_table(
        "places",
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("paragraph", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["speaker_id"], ["speakers.id"], name=op.f("fk_places_speaker_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["text_id"], ["texts.id"], name=op.f("fk_places_text_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("speaker_id", "text_id", name=op.f("pk_places")),
    )


def downgrade() -> None:
    op.drop_table("places")
    for column in columns():
        op.add_column("text_revisions", column)
    op.execute(GIVE_BACK)
    for name in LISTED:
        op.alter_column("text_revisions", name, nullable=False)
    for name in ("ix_texts_title_id", "ix_texts_words_id", "ix_texts_digest"):
        op.drop_index(op.f(name), table_name="texts")
    for name in (*LISTED, "digest"):
        op.drop_column("texts", name)
