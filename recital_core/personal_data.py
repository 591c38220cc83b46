"""What Recital holds of one person: all of it to take along, or to be erased."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, BinaryIO

import msgspec

from recital_core import errors
from recital_core.audit import OPERATOR, Actor, Event
from recital_core.ports import BlobStore, Clock, Store
from recital_core.published import archive_prefix, staged_prefix
from recital_core.recording import discard_all, segment_key
from recital_core.sessions import AUDIBLE, SessionId, State
from recital_core.speakers import Role, Speaker

LOG_PAGE = 1000


class PersonalFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a person's data, to be opened once its turn comes. `name` is a relative path with slashes."""

    name: str
    open: Callable[[], AbstractContextManager[BinaryIO]]


class PersonalData:
    def __init__(self, *, store: Store, staging: BlobStore, archive: BlobStore, clock: Clock) -> None:
        self._store = store
        self._staging = staging
        self._archive = archive
        self._clock = clock

    def files(self, speaker: Speaker, by: Actor = OPERATOR) -> Iterator[PersonalFile]:
        """Account, agreements, log, texts, and every session with its audio and transcript, one file after another.

        A session that is not published yet has its segments and marks instead.
        """
        with self._store.transaction() as tx:
            account = tx.speakers.get(speaker.id)
            identities = tx.speakers.identities(speaker.id)
            credentials = tx.credentials.of_speaker(speaker.id, self._clock.now())
            signatures = tx.signatures.of_speaker(speaker.id)
            places = tx.texts.places(speaker.id)
            text_ids = tx.texts.of_owner(speaker.id)
            sessions = tx.sessions.of_speaker(speaker.id)
            tx.audit.add(by.did(Event.DATA_DOWNLOADED, self._clock.now(), to=speaker.id))
        about = {"account": account, "identities": identities, "sign_ins": credentials, "places": places}
        yield _json("account.json", about)
        yield _json("agreements.json", signatures)
        yield _json("log.json", list(self._log(speaker)))
        for text_id in text_ids:
            with self._store.separately() as tx:
                text = tx.texts.get(text_id)
            yield _json(f"texts/{text_id}.json", text)
        yield _json("sessions.json", sessions)
        for session in sessions:
            yield from self._recorded(session.id)

    def erase(self, speaker: Speaker, by: Actor = OPERATOR, *, retire_texts: bool) -> None:
        """Erase a person: the account now, every recording as soon as a worker comes to it.

        Sessions are disavowed, also in the archive, and listed as retracted; texts stay for others without their
        owner, or go out of all lists. Nothing leads from what remains to the person. Raises LastAdmin.
        """
        now = self._clock.now()
        with self._store.transaction() as tx:
            now_known = tx.speakers.lock(speaker.id)
            if now_known is None:
                return
            if now_known.role is Role.ADMIN and not tx.speakers.another_admin(speaker.id):
                raise errors.LastAdmin("Make somebody else an admin first.")
            found = (tx.sessions.lock(session.id) for session in tx.sessions.of_speaker(speaker.id))
            sessions = [session for session in found if session is not None]
            if retire_texts:
                for text_id in tx.texts.of_owner(speaker.id):
                    tx.texts.retire(text_id, now)
            tx.jobs.forget_letters(speaker.id)
            discard_all(tx, sessions, now)  # last, since nobody else publishes from here on
            tx.speakers.forget(speaker.id)
            tx.audit.add(Actor(way=by.way).did(Event.ACCOUNT_ERASED, now))

    def _log(self, speaker: Speaker) -> Iterator[Any]:
        cursor = None
        while True:
            with self._store.separately() as tx:
                part = tx.audit.page(event=None, speaker_id=speaker.id, cursor=cursor, limit=LOG_PAGE)
            yield from part.items
            cursor = part.next
            if cursor is None:
                return

    def _recorded(self, session_id: SessionId) -> Iterator[PersonalFile]:
        """What there is of the session now: sending what came before it may have taken long."""
        folder = f"sessions/{session_id}/"
        with self._store.transaction() as tx:
            session = tx.sessions.get(session_id)
            segments, marks = tx.sessions.segments(session_id), tx.sessions.marks(session_id)
        if session is None:
            return
        if session.state in AUDIBLE:
            uploaded = session.state is State.UPLOADED
            blobs = self._archive if uploaded else self._staging
            prefix = archive_prefix(session.id) if uploaded else staged_prefix(session.id)
            for blob in blobs.list(prefix):
                yield _blob(folder + blob.key.removeprefix(prefix), blobs, blob.key)
        elif session.state is not State.DISCARDED:
            yield _json(f"{folder}marks.json", marks)
            for segment in segments:
                kind = segment.media_type.partition(";")[0].removeprefix("audio/")
                name = f"{folder}segments/{segment.number:06d}.{kind}"
                yield _blob(name, self._staging, segment_key(session.id, segment))


def _json(name: str, value: object) -> PersonalFile:
    content = msgspec.json.format(msgspec.json.encode(value), indent=2)
    return PersonalFile(name=name, open=lambda: nullcontext(io.BytesIO(content)))


def _blob(name: str, blobs: BlobStore, key: str) -> PersonalFile:
    return PersonalFile(name=name, open=lambda: blobs.open(key))
