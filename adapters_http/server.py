"""Running the application: one process, and a stop that finishes what is under way."""

from __future__ import annotations

import errno
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from adapters_http.app import create_app
from adapters_http.observed import observed
from adapters_http.streams import Streams
from adapters_storage.assembly import Recital
from adapters_storage.settings import Settings
from recital_core import errors

PATIENCE_SECONDS = 10
KEEP_ALIVE_SECONDS = 75
WAITING_CONNECTIONS = 512
MAX_HEAD_BYTES = 64 * 1024


class BoundedHttp(HttpToolsProtocol):
    """Uvicorn's HTTP, which refuses request lines, headers and trailers that do not end: it would keep all of them.

    At most 64 KiB, and what comes with one read, may arrive without the end of a head or a piece of a body.
    """

    _unfinished = 0

    def data_received(self, data: bytes) -> None:
        self._unfinished += len(data)
        super().data_received(data)
        if self._unfinished > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of this request is too long.")

    def on_headers_complete(self) -> None:
        self._unfinished = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unfinished = 0
        super().on_message_complete()


class EndingStreams(uvicorn.Server):
    """Uvicorn's server, which ends streams of events when it stops: it would wait for them, and they have no end."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.end()
        await super().shutdown(sockets)


def serve(recital: Recital, host: str, port: int, *, listening: Callable[[int], None] = lambda _port: None) -> None:
    """Answer on `host` and `port` until SIGINT or SIGTERM, then let what is under way finish. For the main thread.

    Speaks HTTPS where the settings name a certificate. Calls `listening` with the port, which the system has chosen
    for 0, once connections are taken. Raises SettingWrong when the address or the certificate cannot be used.
    """
    usable(recital.settings)
    with listening_socket(host, port) as bound:
        serve_on(recital, bound, listening=listening)


def serve_on(recital: Recital, bound: socket.socket, *, listening: Callable[[int], None] = lambda _port: None) -> None:
    """As `serve`, on a socket that listens already, and that other processes may answer on, too."""
    settings = recital.settings
    app = create_app(recital)
    config = uvicorn.Config(
        observed(app, recital.metrics, recital.tracer),
        access_log=False,  # addresses hold the secrets of sign-in links and the seals of files
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=PATIENCE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        http=BoundedHttp,
        ws="none",
        proxy_headers=bool(settings.trusted_proxies),  # anybody else may write what they like into them
        forwarded_allow_ips=list(settings.trusted_proxies),
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )
    server = EndingStreams(config, app.state.streams)
    with _signals_end_only(server):
        listening(bound.getsockname()[1])
        server.run(sockets=[bound])


def usable(settings: Settings) -> None:
    """Raises SettingWrong when certificate and key do not fit, or the key asks for a password."""
    if settings.tls_certificate is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_certificate, settings.tls_key, password="")
    except (OSError, ValueError) as failure:
        names = "RECITAL_TLS_CERTIFICATE and RECITAL_TLS_KEY"
        raise errors.SettingWrong(f"{names} cannot be used: {failure}.") from failure


def listening_socket(host: str, port: int) -> socket.socket:
    """Raises SettingWrong when the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=WAITING_CONNECTIONS)
    except OSError as failure:
        taken = failure.errno == errno.EADDRINUSE
        reason = "something else listens there already" if taken else failure.strerror or str(failure)
        raise errors.SettingWrong(f"RECITAL_HOST {host} and RECITAL_PORT {port}: {reason}.") from failure


@contextmanager
def _signals_end_only(server: uvicorn.Server) -> Iterator[None]:
    """A signal ends the server and nothing else: its caller still has something to close.

    Uvicorn listens for signals only once it runs, and raises the one that stopped it again at its end.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
