"""Standings: totals of what was published, kept as sessions come and go, begun with a count of all"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

COUNTED = (
    """
    INSERT INTO speaker_days
    SELECT speaker_id, CAST(uploaded_at AT TIME ZONE 'UTC' AS date),
        sum(CAST(outcome->>'duration_ms' AS bigint)), count(*)
    FROM sessions WHERE state = 'uploaded' AND speaker_id IS NOT NULL GROUP BY 1, 2
    """,
    """
    INSERT INTO standings
    SELECT speaker_id, sum(duration_ms), sum(recordings), max(date), on_leaderboard
    FROM speaker_days JOIN speakers ON speakers.id = speaker_id GROUP BY speaker_id, on_leaderboard
    """,
    """
    INSERT INTO standing_bands
    SELECT (duration_ms >> low_bits) << low_bits, count(DISTINCT duration_ms)
    FROM (
        SELECT duration_ms, greatest(length(ltrim(CAST(CAST(duration_ms AS bit(64)) AS text), '0')) - 8, 0) AS low_bits
        FROM standings WHERE listed
    ) AS listed GROUP BY 1
    """,
    """
    INSERT INTO days
    SELECT date, sum(duration_ms), sum(recordings), sum(speakers), sum(latest), sum(good), sum(usable), sum(doubtful),
        sum(discarded)
    FROM (
        SELECT date, sum(duration_ms) AS duration_ms, sum(recordings) AS recordings, count(*) AS speakers,
            0 AS latest, 0 AS good, 0 AS usable, 0 AS doubtful, 0 AS discarded
        FROM speaker_days GROUP BY date
        UNION ALL
        SELECT latest_on, 0, 0, 0, count(*), 0, 0, 0, 0 FROM standings GROUP BY latest_on
        UNION ALL
        SELECT CAST(uploaded_at AT TIME ZONE 'UTC' AS date), 0, 0, 0, 0,
            count(*) FILTER (WHERE outcome->>'verdict' = 'good'),
            count(*) FILTER (WHERE outcome->>'verdict' = 'usable'),
            count(*) FILTER (WHERE outcome->>'verdict' = 'doubtful'), 0
        FROM sessions WHERE state = 'uploaded' AND speaker_id IS NOT NULL GROUP BY 1
        UNION ALL
        SELECT CAST(discarded_at AT TIME ZONE 'UTC' AS date), 0, 0, 0, 0, 0, 0, 0, count(*)
        FROM sessions WHERE discarded_at IS NOT NULL GROUP BY 1
    ) AS parts GROUP BY date
    """,
)


def upgrade() -> None:
    op.create_table(
        "speaker_days",
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("recordings", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_speaker_days_speaker_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("speaker_id", "date", name=op.f("pk_speaker_days")),
    )
    op.create_table(
        "standings",
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("recordings", sa.Integer(), nullable=False),
        sa.Column("latest_on", sa.Date(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_standings_speaker_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("speaker_id", name=op.f("pk_standings")),
    )
    op.create_index(
        "ix_standings_listed", "standings", ["duration_ms", "speaker_id"], postgresql_where=sa.text("listed")
    )
    op.create_table(
        "standing_bands",
        sa.Column("first_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("totals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("first_ms", name=op.f("pk_standing_bands")),
    )
    op.create_table(
        "days",
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("recordings", "speakers", "latest", "good", "usable", "doubtful", "discarded")
        ),
        sa.PrimaryKeyConstraint("date", name=op.f("pk_days")),
    )
    for statement in COUNTED:
        op.execute(statement)


def downgrade() -> None:
    for name in ("days", "standing_bands", "standings", "speaker_days"):
        op.drop_table(name)
