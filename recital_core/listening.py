"""Hearing a session again: signed, short-lived addresses of its audio and captions, wherever these lie now."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

import msgspec

from recital_core import errors
from recital_core.ports import Blob, BlobStore, Clock, Neighbours, Sealer, Store
from recital_core.published import LIGHT_AUDIO, MEDIA_TYPES, PEAKS, TRANSCRIPT, archive_prefix, staged_prefix
from recital_core.recording import visible
from recital_core.sessions import AUDIBLE, RecitalSession, SessionId, State
from recital_core.speakers import Speaker

LINK_LASTS = timedelta(hours=6)


class SignedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file's address: `seal` vouches for the session, the name and `expires` (seconds since 1970)."""

    name: str
    expires: int
    seal: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """`peaks` is None for a session from before there were any."""

    audio: SignedFile
    captions: SignedFile
    peaks: SignedFile | None
    expires_at: datetime


class PlayFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file ready to be read: `open(first, count)` gives `count` bytes from `first` on.

    At `address`, where there is one, it is to be had without us.
    """

    bytes: int
    media_type: str
    open: Callable[[int, int], AbstractContextManager[BinaryIO]]
    address: str | None


class Listening:
    def __init__(self, *, store: Store, staging: BlobStore, archive: BlobStore, clock: Clock, sealer: Sealer) -> None:
        self._store = store
        self._staging = staging
        self._archive = archive
        self._clock = clock
        self._sealer = sealer

    def preview(self, speaker: Speaker, session_id: SessionId) -> Preview:
        """Addresses that need no sign-in for six hours. Raises NotReady before `aggregated`, SessionNotFound."""
        with self._store.separately() as tx:
            session = visible(tx.sessions.get(session_id), speaker)
        if session.state is State.DISCARDED:
            raise errors.SessionNotFound("This session was deleted.")
        if session.state not in AUDIBLE:
            raise errors.NotReady("The session is still being prepared.", state=session.state)
        expires_at = (self._clock.now() + LINK_LASTS).replace(microsecond=0)
        return Preview(
            audio=self._signed(session_id, LIGHT_AUDIO, expires_at),
            captions=self._signed(session_id, TRANSCRIPT, expires_at),
            peaks=self._signed(session_id, PEAKS, expires_at) if self._find(session, PEAKS) else None,
            expires_at=expires_at,
        )

    def neighbours(self, speaker: Speaker, session_id: SessionId) -> Neighbours:
        """What else its speaker recorded, just after it and just before. Raises SessionNotFound."""
        with self._store.separately() as tx:
            return tx.sessions.neighbours(visible(tx.sessions.get(session_id), speaker))

    def open_file(self, session_id: SessionId, name: str, expires: int, seal: str) -> PlayFile:
        """The file of a signed address. Raises NotAllowed for another seal or too late, SessionNotFound if deleted."""
        if not self._sealer.is_sealed(_signed_text(session_id, name, expires), seal):
            raise errors.NotAllowed("This address was not signed by us.")
        if datetime.fromtimestamp(expires, UTC) < self._clock.now():
            raise errors.NotAllowed("This address is too old. Ask for a new preview.")
        with self._store.separately() as tx:
            session = tx.sessions.get(session_id)
        if session is None or session.state not in AUDIBLE:
            raise errors.SessionNotFound("There is nothing to hear of this session.")
        found = self._find(session, name)
        if found is None:
            raise errors.SessionNotFound("There is nothing to hear of this session.")
        blobs, blob = found
        return PlayFile(
            bytes=blob.bytes,
            media_type=MEDIA_TYPES[name],
            open=lambda first, count: blobs.open(blob.key, first, count),
            address=self._address(blobs, blob.key, name, expires),
        )

    def origins(self) -> frozenset[str]:
        """Where else than from us audio may come: scheme, host and port, as a page's policy names them."""
        addresses = (
            blobs.address(LIGHT_AUDIO, MEDIA_TYPES[LIGHT_AUDIO], LIGHT_AUDIO, 1)
            for blobs in (self._staging, self._archive)
        )
        return frozenset("/".join(address.split("/")[:3]) for address in addresses if address)

    def _address(self, blobs: BlobStore, key: str, name: str, expires: int) -> str | None:
        """Of audio only: what a page reads itself comes from where the page does."""
        seconds = expires - int(self._clock.now().timestamp())
        if not MEDIA_TYPES[name].startswith("audio/") or seconds < 1:
            return None
        return blobs.address(key, MEDIA_TYPES[name], name, seconds)

    def _find(self, session: RecitalSession, name: str) -> tuple[BlobStore, Blob] | None:
        """Where the file lies; one that was in staging a moment ago may be in the archive alone by now."""
        if session.state is State.AGGREGATED:
            staged = self._staging.find(staged_prefix(session.id) + name)
            if staged is not None:
                return self._staging, staged
        archived = self._archive.find(archive_prefix(session.id) + name)
        return None if archived is None else (self._archive, archived)

    def _signed(self, session_id: SessionId, name: str, expires_at: datetime) -> SignedFile:
        expires = int(expires_at.timestamp())
        return SignedFile(name=name, expires=expires, seal=self._sealer.seal(_signed_text(session_id, name, expires)))


def _signed_text(session_id: SessionId, name: str, expires: int) -> str:
    return f"{session_id}/{name}?{expires}"
