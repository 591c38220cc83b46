"""Lists of texts: what is in few titles, in a rare language or of a rare kind is found without reading all"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

PARTS_OF = """
CREATE FUNCTION parts_of(words text, shortest integer) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(folded, start, size)), '{}')
    FROM lower(words) AS folded, generate_series(shortest, 3) AS size,
        generate_series(1, length(folded) - size + 1) AS start
$$
"""


def upgrade() -> None:
    op.execute(PARTS_OF)
    parts = sa.Computed("parts_of(title, 1)", persisted=True)
    op.add_column("texts", sa.Column("title_parts", postgresql.ARRAY(sa.Text()), parts, nullable=False))
    op.create_index(op.f("ix_texts_title_parts"), "texts", ["title_parts"], postgresql_using="gin")
    op.create_index(op.f("ix_texts_language"), "texts", ["language"])
    op.create_index("ix_texts_kind", "texts", [sa.text("(source ->> 'kind')")])
    op.create_index("ix_texts_public", "texts", ["id"], postgresql_where=sa.text("public"))


def downgrade() -> None:
    for name in ("ix_texts_title_parts", "ix_texts_language", "ix_texts_kind", "ix_texts_public"):
        op.drop_index(name, table_name="texts")
    op.drop_column("texts", "title_parts")
    op.execute("DROP FUNCTION parts_of")
