"""The tables, as SQLAlchemy Core knows them. Migrations from nothing equal these: a test compares."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
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
    Column("email", Text, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("agreement_version", Text),
    moment("created_at"),
    Index(None, "created_at", "id"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("speaker_id", Uuid, ForeignKey("speakers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
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

texts = Table(
    "texts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("speakers.id"), nullable=False),
    Column("language", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("source", JSON_OBJECT, nullable=False),
    moment("created_at"),
    moment("retired_at", nullable=True),
    Index(None, "owner_id", "created_at", "id"),
    Index(None, "created_at", "id"),
)

text_revisions = Table(
    "text_revisions",
    metadata,
    Column("text_id", Uuid, ForeignKey("texts.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("paragraphs", JSON_OBJECT, nullable=False),
    Column("sentence_counts", ARRAY(Integer), nullable=False),
    Column("sentences", Integer, nullable=False),
    Column("words", Integer, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("speaker_id", Uuid, ForeignKey("speakers.id"), nullable=False),
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
    ForeignKeyConstraint(["text_id", "text_revision"], ["text_revisions.text_id", "text_revisions.revision"]),
    Index(None, "speaker_id", "opened_at", "id"),
    Index(None, "opened_at", "id"),
    Index(None, "state", "last_activity_at"),
    Index(None, "text_id"),
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
