"""Segments over HTTP: whole or not at all, and never twice."""

from __future__ import annotations

import base64
import hashlib
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters_storage.assembly import Recital
from recital_core.sessions import MAX_SEGMENT_BYTES
from tests.http.conftest import SEGMENT, Address, Caller, content_digest, segment_headers, slug


def kept(recital: Recital, session: str) -> list[Path]:
    """The files in staging that belong to the session, half-written ones of anybody included."""
    staging = recital.settings.staging_dir
    incoming = [path for path in (staging / ".incoming").rglob("*") if path.is_file()]
    return [*incoming, *(path for path in (staging / session.replace("/api/", "")).rglob("*") if path.is_file())]


def test_a_segment_is_new_once_and_the_same_again(dana: Caller) -> None:
    session = dana.session()
    first, again = dana.segment(session), dana.segment(session)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {"number": 0, "digest": hashlib.sha256(SEGMENT).hexdigest()}


def test_what_was_sent_is_what_is_kept(dana: Caller, recital: Recital) -> None:
    session = dana.session()
    dana.segment(session, body=b"every byte of it")
    assert [path.read_bytes() for path in kept(recital, session)] == [b"every byte of it"]


def test_other_bytes_under_a_held_number_are_a_conflict(dana: Caller, recital: Recital) -> None:
    session = dana.session()
    dana.segment(session)
    refused = dana.segment(session, body=b"fLaC and something else")
    assert (refused.status_code, slug(refused)) == (409, "segment-differs")
    moved = dana.segment(session, recital_first_sample="1")
    assert (moved.status_code, slug(moved)) == (409, "segment-differs")
    assert [path.read_bytes() for path in kept(recital, session)] == [SEGMENT]


def test_the_same_segment_sent_by_many_at_one_time_is_new_once(dana: Caller, live: Address) -> None:
    session = dana.session()
    url = f"http://{live.host}:{live.port}{session}/audio/0"
    headers = dana.headers | segment_headers(SEGMENT)
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: httpx.put(url, content=SEGMENT, headers=headers).status_code, range(16)))
    assert sorted(answers) == [200] * 15 + [201]


def test_two_different_segments_under_one_number_at_one_time_leave_one(dana: Caller, live: Address) -> None:
    session = dana.session()
    url = f"http://{live.host}:{live.port}{session}/audio/0"

    def send(body: bytes) -> int:
        return httpx.put(url, content=body, headers=dana.headers | segment_headers(body)).status_code

    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(send, [b"fLaC one", b"fLaC two"] * 4))
    assert answers.count(201) == 1
    assert answers.count(409) == 4
    assert dana.get(f"{session}/received").json() == {"segments": [[0, 0]], "marks": 0, "bytes": 8}


def test_a_digest_is_required_and_must_be_right(dana: Caller, recital: Recital) -> None:
    session = dana.session()
    for useless in ("", "sha-256", "sha-256=:?:", "sha-256=:YQ==:", "md5=:1B2M2Y8AsgTpgAmY7PhCfg==:", "sha-256=abc"):
        refused = dana.segment(session, content_digest=useless)
        assert (refused.status_code, slug(refused)) == (422, "digest-required")
    refused = dana.segment(session, content_digest=content_digest(b"another body"))
    assert (refused.status_code, slug(refused)) == (422, "digest-mismatch")
    assert kept(recital, session) == []


def test_the_digest_may_stand_among_others(dana: Caller) -> None:
    md5 = base64.b64encode(hashlib.md5(SEGMENT, usedforsecurity=False).digest()).decode()
    both = f"md5=:{md5}:, {content_digest(SEGMENT)}"
    assert dana.segment(dana.session(), content_digest=both).status_code == 201


@pytest.mark.parametrize("header", ["recital_first_sample", "recital_sample_count"])
@pytest.mark.parametrize("absurd", ["-1", "NaN", "inf", "1.5", "", "x", str(2**64), "9" * 400])
def test_an_absurd_position_is_refused(dana: Caller, header: str, absurd: str) -> None:
    session = dana.session()
    given: dict[str, Any] = {header: absurd}
    refused = dana.segment(session, **given)
    assert (refused.status_code, slug(refused)) == (422, "invalid")


def test_positions_are_not_guessed(dana: Caller) -> None:
    headers = segment_headers(SEGMENT)
    del headers["recital-sample-count"]
    refused = dana.put(f"{dana.session()}/audio/0", content=SEGMENT, headers=headers)
    assert refused.status_code == 422
    assert "Recital-Sample-Count" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("number", "status"), [("-1", 422), ("100000", 422), ("9" * 60, 422), ("x", 404), ("1.5", 404)]
)
def test_an_absurd_number_is_refused(dana: Caller, number: str, status: int) -> None:
    refused = dana.put(f"{dana.session()}/audio/{number}", content=SEGMENT, headers=segment_headers(SEGMENT))
    assert refused.status_code == status
    assert slug(refused) == ("invalid" if status == 422 else "not-found")


@pytest.mark.parametrize("kind", ["", "text/plain", "audio/mpeg", "audio/webm", "application/json", "audio/flac/x"])
def test_a_media_type_that_is_not_taken_is_refused(dana: Caller, kind: str) -> None:
    refused = dana.segment(dana.session(), content_type=kind)
    assert (refused.status_code, slug(refused)) == (415, "unsupported-media-type")


def test_a_session_has_one_media_type(dana: Caller) -> None:
    session = dana.session()
    assert dana.segment(session, content_type="audio/ogg; codecs=opus").status_code == 201
    assert dana.segment(session, 1, content_type='audio/ogg;codecs="opus"').status_code == 201
    assert dana.segment(session, 2).status_code == 415


def test_an_empty_segment_is_refused(dana: Caller) -> None:
    assert slug(dana.segment(dana.session(), body=b"")) == "invalid"


def test_the_largest_segment_is_taken_and_one_byte_more_is_not(dana: Caller, recital: Recital) -> None:
    session = dana.session()
    assert dana.segment(session, 0, body=bytes(MAX_SEGMENT_BYTES)).status_code == 201
    refused = dana.segment(session, 1, body=bytes(MAX_SEGMENT_BYTES + 1))
    assert (refused.status_code, slug(refused)) == (413, "too-large")
    assert len(kept(recital, session)) == 1


def test_a_body_without_a_length_is_refused_while_it_is_read(dana: Caller, live: Address) -> None:
    session = dana.session()
    with socket.create_connection(live) as connection:
        connection.sendall(head(dana, session, SEGMENT, length=None))
        sent = 0
        while sent <= MAX_SEGMENT_BYTES:
            connection.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")
            sent += 0x10000
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_stops_half_way_leaves_nothing(dana: Caller, live: Address, recital: Recital) -> None:
    session, body = dana.session(), bytes(2 * 1024 * 1024)
    with socket.create_connection(live) as connection:
        connection.sendall(head(dana, session, body, length=len(body)) + body[: len(body) // 2])
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(10)
        while connection.recv(1000):
            pass
    assert kept(recital, session) == []
    assert dana.get(f"{session}/received").json()["segments"] == []
    assert dana.segment(session, body=body).status_code == 201


def test_nobodys_body_is_not_even_read(nobody: Caller, dana: Caller, live: Address) -> None:
    session = dana.session()
    with socket.create_connection(live) as connection:
        connection.sendall(head(nobody, session, SEGMENT, length=MAX_SEGMENT_BYTES))
        assert connection.recv(1000).startswith(b"HTTP/1.1 401 ")


def head(caller: Caller, session: str, body: bytes, *, length: int | None) -> bytes:
    """The head of an upload of one second, with its length or in chunks."""
    framing = {"transfer-encoding": "chunked"} if length is None else {"content-length": str(length)}
    headers = {"host": "127.0.0.1"} | caller.headers | segment_headers(body) | framing
    lines = [f"PUT {session}/audio/0 HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def test_a_store_that_is_away_is_said_and_nothing_is_kept(dana: Caller, recital: Recital) -> None:
    session = dana.session()
    staging = recital.settings.staging_dir / ".incoming"
    staging.rename(staging.with_name(".elsewhere"))
    refused = dana.segment(session)
    staging.with_name(".elsewhere").rename(staging)
    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    assert slug(refused) == "blob-store-unavailable"
    assert dana.get(f"{session}/received").json()["segments"] == []
    assert dana.segment(session).status_code == 201
