"""Sessions that were recorded and ended through the use cases, with a second of audio each."""

from __future__ import annotations

import hashlib
import io
import uuid
from pathlib import Path

import numpy as np

from adapters_storage.assembly import Recital
from recital_core.sessions import Capture, Ending, Mark, Segment, SessionId, State
from recital_core.speakers import Role, Speaker
from recital_core.texts import RecitalText
from tests.coding import encoded, noise
from tests.people import admitted

RATE = 48_000
SECOND = encoded(np.concatenate([noise(RATE // 2), np.zeros(RATE // 2, np.int16)]), "second.flac", rate=RATE)


def dana_with_a_text(recital: Recital) -> tuple[Speaker, RecitalText]:
    dana = admitted(recital)
    return dana, recital.library.add(dana, "שלום לכולם. מה שלומכם?", "he")


def begun_session(recital: Recital, *, marks: int = 1) -> tuple[Speaker, SessionId]:
    """Whose session it is, and its id: one segment is held, and as many marks."""
    dana, text = dana_with_a_text(recital)
    session, _ = recital.recording.open(dana, SessionId(uuid.uuid4()), text.id, None, Capture(sample_rate_hz=RATE))
    segment = Segment(
        number=0,
        digest=hashlib.sha256(SECOND).hexdigest(),
        media_type="audio/flac",
        first_sample=0,
        samples=RATE,
        bytes=len(SECOND),
    )
    recital.recording.take_segment(dana, session.id, segment, io.BytesIO(SECOND))
    made = [Mark(n=n, paragraph=0, sentence=n, at_sample=(n + 1) * RATE * 3 // 4) for n in range(marks)]
    recital.recording.take_marks(dana, session.id, made)
    return dana, session.id


def ended_session(recital: Recital) -> SessionId:
    """A session that waits to be finalised."""
    dana, session_id = begun_session(recital)
    recital.recording.end(dana, session_id, Ending(segments=1, samples=RATE, marks=1))
    return session_id


def state_of(recital: Recital, session_id: SessionId) -> State:
    admin = recital.membership.approve("admin@localhost", Role.ADMIN)
    return recital.recording.get(admin, session_id).session.state


def slow_ffmpeg(program: Path, runs: Path) -> None:
    """Make `program` an ffmpeg that knows its version, and else works for ever once it has made the file `runs`."""
    program.write_text(
        f"#!/bin/sh\n[ \"$1\" = -version ] && exec echo ffmpeg version slow\ntouch '{runs}'\nexec sleep 60\n"
    )
    program.chmod(0o755)
