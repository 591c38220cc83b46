"""A real SMTP server on loopback for the tests, and certificates that it can show."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.running import LOOPBACK, free_port

USER, PASSWORD = "recital", "a password: of/words?"
TAKEN = "250 OK"


class Post:
    """What arrived. `recipient` and `data` are how the server answers an address and a letter."""

    def __init__(self, recipient: str = TAKEN, data: str = TAKEN) -> None:
        self.letters: list[EmailMessage] = []
        self.bodies: list[bytes] = []
        self.envelopes: list[Envelope] = []
        self.passwords: list[bytes] = []
        self.encrypted: list[bool] = []
        self._recipient = recipient
        self._data = data

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: object, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._recipient == TAKEN:
            envelope.rcpt_tos.append(address)
        return self._recipient

    async def handle_DATA(self, _server: object, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self._data == TAKEN:
            assert isinstance(envelope.content, bytes)
            self.bodies.append(envelope.content)
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
            self.envelopes.append(envelope)
            self.encrypted.append(session.ssl is not None)
        return self._data

    def authenticate(
        self, _server: object, _session: Session, _envelope: Envelope, _mechanism: str, given: LoginPassword
    ) -> AuthResult:
        self.passwords.append(given.password)
        known = (given.login.decode(), given.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=known, handled=known)


@contextlib.contextmanager
def mail_server(post: Post, **options: Any) -> Iterator[int]:
    """The port of an SMTP server that gives its mail to `post`; `options` are aiosmtpd's."""
    controller = Controller(post, hostname=LOOPBACK, port=free_port(), authenticator=post.authenticate, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def certificate(folder: Path, name: str) -> Path:
    """A file with the private key and the certificate, signed by itself, of the host `name`."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address(LOOPBACK))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return file


def showing(file: Path) -> ssl.SSLContext:
    """The TLS of a server that shows the certificate in `file`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def trust(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the certificate in `file` be the only one that this machine trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setenv("SSL_CERT_DIR", str(file.parent / "none"))


def is_at_loopback(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the host `name` be this machine, as a name server would say."""
    ask = socket.getaddrinfo

    def answer(host: Any, *more: Any, **named: Any) -> Any:
        return ask(LOOPBACK if host == name else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
