"""The tables of the system that Recital follows, read as they are: what they hold is not to be trusted to be tidy."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, RowMapping, TextClause, text

from recital_core import errors
from recital_core.ports import CollectedPerson, CollectedReading, CollectedSession, CollectedText
from recital_core.speakers import Role, Sex

READ_AT_ONCE = 200
PUBLISHED = "uploaded"
KINDS = {"wiki-article": "article", "file-upload": "file", "plain-text": "prose"}
ROLES = {"speaker": Role.SPEAKER, "admin": Role.ADMIN}
SEXES = {"female": Sex.FEMALE, "male": Sex.MALE}
TABLES = (
    "users",
    "users_metadata",
    "text_documents",
    "recital_sessions",
    "recital_text_segments",
    "recital_audio_segments",
)

MISSING = text("SELECT name FROM unnest(CAST(:tables AS text[])) AS name WHERE to_regclass(quote_ident(name)) IS NULL")
PEOPLE = text("""
    SELECT users.id, email, email_verified, name, "group", users.created_at, year_of_birth, biological_sex,
        ARRAY(SELECT s.id FROM recital_sessions AS s WHERE s.user_id = users.id ORDER BY s.id) AS sessions
    FROM users LEFT JOIN users_metadata ON users_metadata.id = users.id
    ORDER BY users.created_at, users.id
""")
TEXTS = text("""
    SELECT id, owner_id, title, lang, text, public, source, source_type, created_at
    FROM text_documents ORDER BY created_at, id
""")
SESSIONS = text("""
    SELECT s.id, s.user_id, s.document_id, s.status, s.disavowed, s.created_at, s.updated_at,
        users.agreement_signed_version,
        (
            SELECT json_agg(json_build_array(t.seek_end, t.text, t.discarded) ORDER BY t.seek_end, t.created_at, t.id)
            FROM recital_text_segments AS t WHERE t.recital_session_id = s.id
        ) AS readings
    FROM recital_sessions AS s LEFT JOIN users ON users.id = s.user_id
    ORDER BY s.created_at, s.id
""")


def must_be_there(connection: Connection) -> None:
    """Raises Invalid where a table is missing."""
    missing = connection.execute(MISSING, {"tables": list(TABLES)}).scalars().all()
    if missing:
        raise errors.Invalid(f"This database lacks the tables of crowd-recital: {', '.join(missing)}.")


def people(connection: Connection) -> Iterator[CollectedPerson]:
    for row in _rows(connection, PEOPLE):
        yield CollectedPerson(
            id=row["id"],
            email=row["email"] if row["email_verified"] else None,
            name=row["name"],
            role=ROLES.get(row["group"], Role.PENDING),
            birth_year=row["year_of_birth"] or None,
            sex=SEXES.get(row["biological_sex"], Sex.UNSTATED),
            created_at=row["created_at"],
            sessions=tuple(row["sessions"]),
        )


def texts(connection: Connection) -> Iterator[CollectedText]:
    for row in _rows(connection, TEXTS):
        kind = KINDS.get(row["source_type"], "prose")
        yield CollectedText(
            id=row["id"],
            owner_id=row["owner_id"],
            title=row["title"],
            language=row["lang"],
            paragraphs=tuple(tuple(map(str, sentences)) for sentences in row["text"] or ()),
            public=bool(row["public"]),
            kind=kind,
            url=row["source"] if kind == "article" else None,
            created_at=row["created_at"],
        )


def sessions(connection: Connection) -> Iterator[CollectedSession]:
    for row in _rows(connection, SESSIONS):
        version = row["agreement_signed_version"]
        yield CollectedSession(
            key=row["id"],
            person_id=row["user_id"],
            text_id=row["document_id"],
            readings=tuple(
                CollectedReading(words=words or "", end_ms=(seek_end or 0) * 1000, void=bool(void))
                for seek_end, words, void in row["readings"] or ()
            ),
            published=row["status"] == PUBLISHED,
            disavowed=bool(row["disavowed"]),
            agreement_version=f"crowd-recital {version}" if version else None,
            opened_at=row["created_at"],
            ended_at=max(row["created_at"], row["updated_at"]),
        )


def session_count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM recital_sessions")).scalar_one())


def _rows(connection: Connection, statement: TextClause) -> Iterator[RowMapping]:
    """Read a few at a time: a country's readings do not fit into memory."""
    found = connection.execution_options(yield_per=READ_AT_ONCE).execute(statement)
    yield from found.mappings()
