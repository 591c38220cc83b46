"""A database and an archive as crowd-recital leaves them, filled by the test."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import psycopg

SCHEMA = """
    CREATE TABLE users (
        id uuid PRIMARY KEY, email text NOT NULL, email_verified boolean NOT NULL, name text NOT NULL, picture text,
        "group" text, agreement_signed_version text, agreement_signed_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE users_metadata (
        id uuid PRIMARY KEY REFERENCES users, year_of_birth integer, biological_sex text,
        created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE text_documents (
        id uuid PRIMARY KEY, source text NOT NULL, source_type text NOT NULL, lang text, text json NOT NULL, title text,
        public boolean, owner_id uuid REFERENCES users,
        created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE recital_sessions (
        id text PRIMARY KEY, user_id uuid NOT NULL REFERENCES users, document_id uuid REFERENCES text_documents,
        status text NOT NULL, duration double precision, disavowed boolean NOT NULL DEFAULT false,
        source_audio_filename text, main_audio_filename text, light_audio_filename text, text_filename text,
        created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE recital_text_segments (
        id uuid PRIMARY KEY, recital_session_id text NOT NULL REFERENCES recital_sessions,
        seek_end double precision NOT NULL, text text NOT NULL, discarded boolean,
        created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE recital_audio_segments (
        id uuid PRIMARY KEY, recital_session_id text NOT NULL REFERENCES recital_sessions,
        sequential integer NOT NULL, filename text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now()
    );
"""


class CrowdRecitalThere:
    """Such an installation: its database at `url`, its archive in a folder."""

    def __init__(self, url: str, archive: Path) -> None:
        self.url = url
        self.archive = archive
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def person(self, email: str, **more: Any) -> uuid.UUID:
        details = {"year_of_birth": more.pop("year_of_birth", None), "biological_sex": more.pop("sex", None)}
        person_id = self._insert("users", email=email, **{"email_verified": True, "name": "Dana", **more})
        self._insert("users_metadata", id=person_id, **details)
        return person_id

    def text(self, owner: uuid.UUID, *paragraphs: list[str], **more: Any) -> uuid.UUID:
        words = json.dumps(paragraphs)
        given = {"source": "pasted", "source_type": "plain-text", "lang": "he", **more}
        return self._insert("text_documents", owner_id=owner, text=words, **given)

    def session(
        self,
        key: str,
        person: uuid.UUID,
        text: uuid.UUID | None,
        *readings: tuple[float, str] | tuple[float, str, bool],
        status: str = "uploaded",
    ) -> str:
        """`readings` are ends in seconds, words and whether they were discarded."""
        self._insert("recital_sessions", id=key, user_id=person, document_id=text, status=status, duration=1e9)
        for end, words, *discarded in readings:
            is_void = discarded[0] if discarded else None
            self._insert("recital_text_segments", recital_session_id=key, seek_end=end, text=words, discarded=is_void)
        return key

    def disavow(self, key: str) -> None:
        self._connection.execute("UPDATE recital_sessions SET disavowed = true WHERE id = %s", [key])

    def audio(self, key: str, name: str = "source.audio.bin", *, seconds: float = 4.0) -> Path:
        """A tone as a browser's recorder sends it: Opus in WebM."""
        path = self.archive / key / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sound = ["-f", "lavfi", "-i", f"sine=frequency=300:sample_rate=48000:duration={seconds}"]
        coded = ["-c:a", "libopus", "-f", "webm", str(path)]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *sound, *coded], check=True)
        return path

    def _insert(self, table: str, **row: Any) -> uuid.UUID:
        row = {"id": uuid.uuid4(), **row}
        columns = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(f"%({name})s" for name in row)
        self._connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({values})".encode(), row)
        made: uuid.UUID = row["id"]
        return made
