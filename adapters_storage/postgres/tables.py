"""The tables, as SQLAlchemy Core knows them. Migrations from nothing equal these: a test compares."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

JSON_OBJECT = JSONB(none_as_null=True)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def moment(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


speakers = Table(
    "speakers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, unique=True),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("agreement_version", Text),
    Column("language", Text),
    Column("birth_year", Integer),
    Column("sex", Text, nullable=False),
    Column("on_leaderboard", Boolean, nullable=False),
    moment("created_at"),
    Index(None, "created_at", "id"),
    Index(None, "role", "created_at", "id"),
)

identities = Table(
    "identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("speaker_id", Uuid, ForeignKey("speakers.id", ondelete="CASCADE"), nullable=False),
    UniqueConstraint("speaker_id", "issuer"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("speaker_id", Uuid, ForeignKey("speakers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("note", Text, nullable=False),
    moment("created_at"),
    moment("expires_at"),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("speaker_id", Uuid, ForeignKey("speakers.id", ondelete="CASCADE"), nullable=False, index=True),
    moment("expires_at"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("note", Text, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    moment("created_at"),
    moment("expires_at"),
    Index(None, "created_at", "id"),
)

signatures = Table(
    "signatures",
    metadata,
    Column("speaker_id", Uuid, ForeignKey("speakers.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Text, primary_key=True),
    Column("language", Text, nullable=False),
    Column("digest", Text, nullable=False),
    moment("signed_at"),
)

# A trigger of the migration refuses every change of a row, save that ids and address become NULL.
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    moment("at"),
    Column("event", Text, nullable=False),
    Column("actor_id", Uuid, ForeignKey("speakers.id", ondelete="SET NULL")),
    Column("way", Text, nullable=False),
    Column("address", Text),
    Column("subject_id", Uuid, ForeignKey("speakers.id", ondelete="SET NULL")),
    Column("session_id", Uuid),
    Column("facts", JSON_OBJECT, nullable=False),
    Index(None, "at", "id"),
    Index(None, "event", "at", "id"),
    Index(None, "actor_id", "at", "id"),
    Index(None, "subject_id", "at", "id"),
)

texts = Table(
    "texts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("speakers.id", ondelete="SET NULL")),
    Column("language", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("sentences", Integer, nullable=False),
    Column("words", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("source", JSON_OBJECT, nullable=False),
    Column("long_sentence_words", Integer),
    Column("title_parts", ARRAY(Text), Computed("parts_of(title, 1)", persisted=True), nullable=False),
    moment("created_at"),
    moment("retired_at", nullable=True),
    Index(None, "owner_id", "created_at", "id"),
    Index(None, "created_at", "id"),
    Index(None, "title", "id"),
    Index(None, "words", "id"),
    Index(None, "digest"),
    Index(None, "language"),
    Index("ix_texts_kind", text("(source ->> 'kind')")),
    Index("ix_texts_public", "id", postgresql_where=text("public")),
    Index(None, "title_parts", postgresql_using="gin"),
)

text_revisions = Table(
    "text_revisions",
    metadata,
    Column("text_id", Uuid, ForeignKey("texts.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("paragraphs", JSON_OBJECT, nullable=False),
    Column("sentence_counts", ARRAY(Integer), nullable=False),
)

places = Table(
    "places",
    metadata,
    Column("speaker_id", Uuid, ForeignKey("speakers.id", ondelete="CASCADE"), primary_key=True),
    Column("text_id", Uuid, ForeignKey("texts.id", ondelete="CASCADE"), primary_key=True),
    Column("paragraph", Integer, nullable=False),
    Column("sentence", Integer, nullable=False),
    moment("saved_at"),
    Index(None, "speaker_id", "saved_at", "text_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("speaker_id", Uuid, ForeignKey("speakers.id", ondelete="SET NULL")),
    Column("text_id", Uuid, nullable=False),
    Column("text_revision", Integer, nullable=False),
    Column("capture", JSON_OBJECT, nullable=False),
    Column("state", Text, nullable=False),
    Column("agreement_version", Text),
    moment("opened_at"),
    moment("last_activity_at"),
    Column("ending", JSON_OBJECT),
    moment("ended_at", nullable=True),
    Column("outcome", JSON_OBJECT),
    moment("aggregated_at", nullable=True),
    moment("uploaded_at", nullable=True),
    moment("discarded_at", nullable=True),
    moment("erased_at", nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("problem", Text),
    Column("abandoned", Boolean, nullable=False),
    Column("language", Text),  # of the text, filled in by a trigger
    ForeignKeyConstraint(["text_id", "text_revision"], ["text_revisions.text_id", "text_revisions.revision"]),
    Index(None, "speaker_id", "opened_at", "id"),
    Index(None, "opened_at", "id"),
    Index(None, "state", "last_activity_at"),
    Index(None, "text_id", "opened_at", "id"),
    Index(None, "language", "opened_at", "id"),
    Index(None, "state", "opened_at", "id"),
    Index("ix_sessions_verdict", text("(outcome ->> 'verdict')"), "opened_at", "id"),
    Index("ix_sessions_trouble", "opened_at", "id", postgresql_where=text("problem IS NOT NULL OR attempts > 0")),
    Index(
        "ix_sessions_retracted",
        "discarded_at",
        "id",
        postgresql_where=text("uploaded_at IS NOT NULL AND discarded_at IS NOT NULL"),
    ),
)

segments = Table(
    "segments",
    metadata,
    Column("session_id", Uuid, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("first_sample", BigInteger, nullable=False),
    Column("samples", BigInteger, nullable=False),
    Column("bytes", Integer, nullable=False),
)

marks = Table(
    "marks",
    metadata,
    Column("session_id", Uuid, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("paragraph", Integer, nullable=False),
    Column("sentence", Integer, nullable=False),
    Column("at_sample", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
)

# What was published, as `postgres/standings.py` keeps it.

speaker_days = Table(
    "speaker_days",
    metadata,
    Column("speaker_id", Uuid, ForeignKey("speakers.id", ondelete="CASCADE"), primary_key=True),
    Column("date", Date, primary_key=True),
    Column("duration_ms", BigInteger, nullable=False),
    Column("recordings", Integer, nullable=False),
)

standings = Table(
    "standings",
    metadata,
    Column("speaker_id", Uuid, ForeignKey("speakers.id", ondelete="CASCADE"), primary_key=True),
    Column("duration_ms", BigInteger, nullable=False),
    Column("recordings", Integer, nullable=False),
    Column("latest_on", Date, nullable=False),
    Column("listed", Boolean, nullable=False),
    Index("ix_standings_listed", "duration_ms", "speaker_id", postgresql_where=text("listed")),
)

standing_bands = Table(
    "standing_bands",
    metadata,
    Column("first_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("totals", Integer, nullable=False),
)

days = Table(
    "days",
    metadata,
    Column("date", Date, primary_key=True),
    Column("duration_ms", BigInteger, nullable=False),
    Column("recordings", Integer, nullable=False),
    Column("speakers", Integer, nullable=False),
    Column("latest", Integer, nullable=False),
    Column("good", Integer, nullable=False),
    Column("usable", Integer, nullable=False),
    Column("doubtful", Integer, nullable=False),
    Column("discarded", Integer, nullable=False),
)
