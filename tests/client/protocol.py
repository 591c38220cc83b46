"""A client of the HTTP API, written from its published contract alone: nothing of Recital is imported here.

It repeats what a network may lose: a call without an answer, with a 5xx or with 429 is made again, after a pause that
doubles from 0.1 to 5 seconds, until `patience_s` is over. Every other refusal is raised.
"""

from __future__ import annotations

import base64
import hashlib
import os
import random
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self

import httpx

ANSWER_WITHIN_S = 15.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
POLL_S = 0.1
TOO_MANY, SERVER_ERRORS = 429, 500

Answer = dict[str, Any]


class Refused(Exception):
    """The server answered, and did not do it. `problem` is the problem document (RFC 9457)."""

    def __init__(self, status: int, problem: Answer) -> None:
        super().__init__(f"{status} {problem.get('type')}: {problem.get('detail')}")
        self.status = status
        self.problem = problem

    @property
    def slug(self) -> str:
        """The last part of the problem's type: `segment-differs`."""
        return str(self.problem["type"]).rpartition("/")[2]


class Unreachable(Exception):
    """The server gave no answer that counts for as long as the client had patience."""


@dataclass(frozen=True)
class Segment:
    """One numbered piece of audio: `body` is `samples` samples, the first of which is `first_sample`."""

    number: int
    media_type: str
    first_sample: int
    samples: int
    body: bytes

    @property
    def end_sample(self) -> int:
        return self.first_sample + self.samples

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def headers(self) -> dict[str, str]:
        digest = base64.b64encode(hashlib.sha256(self.body).digest()).decode()
        return {
            "Content-Type": self.media_type,
            "Content-Digest": f"sha-256=:{digest}:",
            "Recital-First-Sample": str(self.first_sample),
            "Recital-Sample-Count": str(self.samples),
        }


@dataclass(frozen=True)
class Mark:
    """Sentence (`paragraph`, `sentence`) ended at this sample; `kind` as the contract lists them."""

    n: int
    paragraph: int
    sentence: int
    at_sample: int
    kind: str = "read"


@dataclass(frozen=True)
class Ending:
    """The client's count of what exists."""

    segments: int
    samples: int
    marks: int
    drop_last: int = 0


def new_id() -> str:
    """A UUIDv7 (RFC 9562, 5.7): milliseconds since 1970, then chance."""
    bits = time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10))
    bits = bits & ~(0xF << 76) | 0x7 << 76
    return str(uuid.UUID(int=bits & ~(0x3 << 62) | 0x2 << 62))


class Client:
    """The API at `url`, called with the bearer token `token`. Safe for threads."""

    def __init__(self, url: str, token: str, *, patience_s: float = 60.0) -> None:
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=ANSWER_WITHIN_S,
            limits=httpx.Limits(max_connections=4),
        )
        self._patience_s = patience_s
        self._closed = threading.Event()
        self.repeated = 0
        """How many calls were made again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the client; a pause of another thread ends too."""
        self._closed.set()
        self._http.close()

    def me(self) -> Answer:
        return self._json("GET", "/api/me")

    def add_text(self, prose: str, language: str, title: str | None = None) -> Answer:
        """A new text, with its paragraphs of sentences."""
        body = {"kind": "prose", "prose": prose, "language": language}
        return self._json("POST", "/api/texts", json=body | ({"title": title} if title else {}))

    def open(self, session_id: str, text_id: str, capture: Mapping[str, object]) -> Answer:
        return self._json("PUT", f"/api/sessions/{session_id}", json={"text_id": text_id, "capture": capture})

    def put_segment(self, session_id: str, segment: Segment) -> int:
        """Whether it was new (201) or held before (200)."""
        path = f"/api/sessions/{session_id}/audio/{segment.number}"
        return self._call("PUT", path, content=segment.body, headers=segment.headers).status_code

    def put_marks(self, session_id: str, marks: Sequence[Mark]) -> Answer:
        """Keep `marks`, which are numbered without a hole."""
        body = {"from": marks[0].n, "marks": [asdict(mark) for mark in marks]}
        return self._json("PUT", f"/api/sessions/{session_id}/marks", json=body)

    def received(self, session_id: str) -> Answer:
        return self._json("GET", f"/api/sessions/{session_id}/received")

    def received_numbers(self, session_id: str) -> set[int]:
        """The numbers of the segments that the server says it holds."""
        held = self.received(session_id)["segments"]
        return {number for first, last in held for number in range(first, last + 1)}

    def end(self, session_id: str, ending: Ending) -> Answer:
        return self._json("POST", f"/api/sessions/{session_id}/end", json=asdict(ending))

    def session(self, session_id: str) -> Answer:
        return self._json("GET", f"/api/sessions/{session_id}")

    def sessions(self, **filters: str) -> list[Answer]:
        """All of one's sessions, page by page."""
        found: list[Answer] = []
        cursor: dict[str, str] | None = {}
        while cursor is not None:
            page = self._json("GET", "/api/sessions", params={**filters, **cursor})
            found += page["items"]
            cursor = {"cursor": page["next"]} if page["next"] else None
        return found

    def delete(self, session_id: str) -> None:
        self._call("DELETE", f"/api/sessions/{session_id}")

    def preview(self, session_id: str) -> Answer:
        return self._json("GET", f"/api/sessions/{session_id}/preview")

    def fetch(self, address: str, first: int | None = None, last: int | None = None) -> httpx.Response:
        """What lies at a signed address, whole or from byte `first` to byte `last`; asked for without the token."""
        ranged = {} if first is None else {"Range": f"bytes={first}-{'' if last is None else last}"}
        return httpx.get(self._http.base_url.join(address), headers=ranged, timeout=ANSWER_WITHIN_S)

    def wait_for(self, session_id: str, state: str, seconds: float) -> Answer:
        """The session once it is in `state`. Raises TimeoutError, with the session as it is then."""
        late = time.monotonic() + seconds
        while (session := self.session(session_id))["state"] != state:
            if time.monotonic() > late:
                raise TimeoutError(f"not {state} within {seconds:g} s: {session}")
            self._closed.wait(POLL_S)
        return session

    def _json(self, method: str, path: str, **request: Any) -> Answer:
        answer: Answer = self._call(method, path, **request).json()
        return answer

    def _call(self, method: str, path: str, **request: Any) -> httpx.Response:
        late, pause = time.monotonic() + self._patience_s, FIRST_PAUSE_S
        while True:
            try:
                answer = self._http.request(method, path, **request)
                if answer.status_code < SERVER_ERRORS and answer.status_code != TOO_MANY:
                    return _accepted(answer)
                said = f"{answer.status_code} {answer.text[:500]}"
            except httpx.TransportError as failure:
                said = repr(failure)
            if time.monotonic() + pause > late or self._closed.is_set():
                raise Unreachable(f"{method} {path}: {said}")
            self._closed.wait(pause * random.uniform(0.5, 1))
            pause = min(2 * pause, LONGEST_PAUSE_S)
            self.repeated += 1


def _accepted(answer: httpx.Response) -> httpx.Response:
    """`answer` when it is a success. Raises Refused."""
    if answer.is_success:
        return answer
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    raise Refused(answer.status_code, answer.json())
