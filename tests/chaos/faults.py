"""A network that fails: a proxy before one server or many that breaks a share of the requests in five ways."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from tests.running import LOOPBACK

BEFORE = "cut before the server heard of it"
HALF_WAY = "cut in the middle of the body"
UNANSWERED = "done, and the answer lost"
BUSY = "answered with 503"
REPEATED = "sent twice"
FAULTS = (BEFORE, HALF_WAY, UNANSWERED, BUSY, REPEATED)
OF_THIS_HOP = frozenset(("connection", "keep-alive"))
ANSWER_WITHIN_S = 30.0


class BrokenNetwork(ThreadingHTTPServer):
    """Passes requests on to any of `ports` on this machine, and breaks `share` of them; `faults` counts how."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, ports: Sequence[int], share: float, seed: int) -> None:
        super().__init__((LOOPBACK, 0), _Hop)
        self._ports = ports
        self.url = f"http://{LOOPBACK}:{self.server_port}"
        self.faults: Counter[str] = Counter()
        self.passed = 0
        self._share = share
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    def handle_error(self, *_: object) -> None:
        """A client that goes away in mid-call is no news."""

    def break_requests(self, share: float) -> None:
        """From now on break this share of the requests: all of them cut the network."""
        self._share = share

    def target(self) -> tuple[str, int]:
        """Where the next request goes."""
        with self._lock:
            return LOOPBACK, self._chance.choice(self._ports)

    def fault(self) -> str | None:
        """What happens to the next request: one of FAULTS, or nothing."""
        with self._lock:
            if self._chance.random() >= self._share:
                self.passed += 1
                return None
            chosen = self._chance.choice(FAULTS)
            self.faults[chosen] += 1
            return chosen


@contextlib.contextmanager
def broken_network(*ports: int, share: float, seed: int) -> Iterator[BrokenNetwork]:
    """Such a proxy, until the block ends."""
    with BrokenNetwork(ports, share, seed) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


class _Hop(BaseHTTPRequestHandler):
    """One request, on a connection of its own on either side."""

    def pass_on(self) -> None:
        self.close_connection = True
        network = cast("BrokenNetwork", self.server)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        fault = network.fault()
        if fault == BUSY:
            self.wfile.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy")
            return
        if fault == BEFORE:
            return
        with contextlib.suppress(OSError):  # a server that is down, or a client that has gone
            if fault == HALF_WAY:
                self._sent_onward(body[: len(body) // 2])
                return
            answer = self._sent_onward(body, answered=True)
            if fault == REPEATED:
                answer = self._sent_onward(body, answered=True)
            if fault != UNANSWERED:
                self.wfile.write(answer)

    do_GET = do_PUT = do_POST = do_DELETE = pass_on  # noqa: N815 - the names are the library's

    def log_message(self, *_words: object) -> None:
        """Nothing is printed."""

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()

    def _sent_onward(self, body: bytes, *, answered: bool = False) -> bytes:
        """The whole answer, where somebody waits for it."""
        with socket.create_connection(cast("BrokenNetwork", self.server).target(), ANSWER_WITHIN_S) as onward:
            onward.sendall(self._head() + body)
            return b"".join(iter(lambda: onward.recv(65536), b"")) if answered else b""

    def _head(self) -> bytes:
        kept = [(name, value) for name, value in self.headers.items() if name.lower() not in OF_THIS_HOP]
        lines = [self.requestline, *(f"{name}: {value}" for name, value in kept), "Connection: close", "", ""]
        return "\r\n".join(lines).encode("latin-1")
