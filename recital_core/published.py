"""What is published of a session: the names, and where they lie in staging and in the archive."""

from __future__ import annotations

from recital_core.recording import staging_prefix
from recital_core.sessions import SessionId

TRANSCRIPT = "transcript.vtt"
MAIN_AUDIO = "main.audio.mka"
LIGHT_AUDIO = "light.audio.mp3"
MANIFEST = "session.json"

MEDIA_TYPES = {
    TRANSCRIPT: "text/vtt; charset=utf-8",
    MAIN_AUDIO: "audio/matroska",  # RFC 9559
    LIGHT_AUDIO: "audio/mpeg",
    MANIFEST: "application/json",
    "source.audio.flac": "audio/flac",
    "source.audio.webm": "audio/webm",
    "source.audio.mp4": "audio/mp4",
}


def staged_prefix(session_id: SessionId) -> str:
    """Where finished files wait for their upload."""
    return f"{staging_prefix(session_id)}published/"


def archive_prefix(session_id: SessionId) -> str:
    """The folder of a session in the archive: its id."""
    return f"{session_id}/"
