"""A strict door before an S3 server: it refuses what local servers let pass, and fails as it is told to.

Signatures (AWS Signature Version 4), the SHA-256 of the body that is signed with it, and `x-amz-checksum-sha256` are
checked as Amazon does; an upload without a checksum is refused, too. `faults` says of each request what happens to it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, cast

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.running import LOOPBACK

KEY_ID, SECRET, REGION = "AKIAIOSFODNN7EXAMPLE", "a secret access key of forty characters."[:40], "us-east-1"
OF_THIS_HOP = frozenset(("connection", "keep-alive", "transfer-encoding", "expect", "date", "server"))
ANSWER_WITHIN_S = 60.0


class Fault(NamedTuple):
    """What happens to a request.

    An answer of `status` with `words`; a wait; a request whose body, or an answer whose body is changed on the way; an
    answer that is cut after a share of it, or lost.
    """

    status: int = 0
    words: bytes = b""
    wait_s: float = 0.0
    changed: bool = False
    kept: float = 1.0
    lost: bool = False


class Asked(NamedTuple):
    method: str
    path: str
    bytes: int
    conditional: bool


Faults = Callable[[Asked], Fault | None]


class StrictDoor(ThreadingHTTPServer):
    """Passes requests on to the S3 server at `target`; `answered` counts what it said by method and status."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, target: str) -> None:
        super().__init__((LOOPBACK, 0), _Hop)
        self.target = target.removeprefix("http://")
        self.url = f"http://{LOOPBACK}:{self.server_port}"
        self.faults: Faults = lambda _asked: None
        self.answered: Counter[tuple[str, int]] = Counter()
        self.seen: list[Asked] = []

    def handle_error(self, *_: object) -> None:
        """A client that was killed in mid-call is no news."""


@contextlib.contextmanager
def strict_door(target: str) -> Iterator[StrictDoor]:
    """Such a door, until the block ends."""
    with StrictDoor(target) as door:
        thread = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield door
        finally:
            door.shutdown()
            thread.join()


class _Hop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    onward: http.client.HTTPConnection | None = None

    def pass_on(self) -> None:
        door = cast("StrictDoor", self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        conditional = bool({"If-Match", "If-None-Match"} & set(self.headers))
        asked = Asked(self.command, self.path, len(body), conditional)
        door.seen.append(asked)
        fault = door.faults(asked) or Fault()
        time.sleep(fault.wait_s)
        if fault.changed:
            body = _changed(body)
        refusal = self._refusal(body)
        if fault.status:
            self._answer(
                fault.status, {}, fault.words or problem("SlowDown" if fault.status == 503 else "InternalError")
            )
        elif refusal:
            self._answer(403 if "Signature" in refusal else 400, {}, problem(refusal))
        else:
            status, headers, answer = self._asked_onward(body)
            if fault.changed:
                answer = _changed(answer)
            if fault.lost:
                self.close_connection = True
            elif fault.kept < 1:
                self._answer(status, headers, answer, cut_at=int(len(answer) * fault.kept))
            else:
                self._answer(status, headers, answer)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = pass_on  # noqa: N815 - the names are the library's

    def log_message(self, *_words: object) -> None:
        """Nothing is printed."""

    def finish(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().finish()
        if self.onward is not None:
            self.onward.close()

    def _refusal(self, body: bytes) -> str | None:
        """Why Amazon would not take this request; None when it would."""
        digest = hashlib.sha256(body)
        checksum = self.headers.get("x-amz-checksum-sha256")
        uploads_content = self.command == "PUT" and ("?" not in self.path or "partNumber=" in self.path)
        if not self._is_signed():
            return "SignatureDoesNotMatch"
        if "X-Amz-Signature=" not in self.path and self.headers.get("x-amz-content-sha256") != digest.hexdigest():
            return "XAmzContentSHA256Mismatch"
        if uploads_content and checksum is None and body:
            return "InvalidRequest"
        if checksum is not None and checksum != base64.b64encode(digest.digest()).decode():
            return "BadDigest"
        return None

    def _is_signed(self) -> bool:
        if "X-Amz-Signature=" in self.path:
            return True  # an address that was signed is the server's own to check
        facts = dict(
            part.strip().split("=", 1) for part in self.headers.get("Authorization", "")[17:].split(",") if part
        )
        names = facts.get("SignedHeaders", "").split(";")
        request = AWSRequest(self.command, f"http://{self.headers['Host']}{self.path}")
        for name in names:
            request.headers[name] = self.headers.get(name, "")
        request.context["timestamp"] = self.headers.get("X-Amz-Date", "")
        signer = S3SigV4Auth(Credentials(KEY_ID, SECRET), "s3", REGION)
        wanted = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
        return facts.get("Signature") == wanted

    def _asked_onward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        door = cast("StrictDoor", self.server)
        if self.onward is None:
            self.onward = http.client.HTTPConnection(door.target, timeout=ANSWER_WITHIN_S)
        try:
            self.onward.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in OF_THIS_HOP:
                    self.onward.putheader(name, value)
            self.onward.endheaders(body)
            with self.onward.getresponse() as answer:
                return answer.status, dict(answer.getheaders()), answer.read()
        except (OSError, http.client.HTTPException):
            self.onward.close()
            return 503, {}, problem("ServiceUnavailable")

    def _answer(self, status: int, headers: dict[str, str], body: bytes, cut_at: int | None = None) -> None:
        cast("StrictDoor", self.server).answered[self.command, status] += 1
        with contextlib.suppress(ConnectionError):
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in OF_THIS_HOP | {"content-length"}:
                    self.send_header(name, value)
            is_head = self.command == "HEAD"
            length = (
                next((v for n, v in headers.items() if n.lower() == "content-length"), "0") if is_head else len(body)
            )
            self.send_header("Content-Length", str(length))
            self.end_headers()
            if not is_head:
                self.wfile.write(body[:cut_at])
                self.wfile.flush()
        self.close_connection = self.close_connection or cut_at is not None


def _changed(body: bytes) -> bytes:
    """The same number of bytes, with the last one changed."""
    return body[:-1] + bytes([body[-1] ^ 1]) if body else body


def problem(code: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'.encode()
