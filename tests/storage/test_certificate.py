"""The certificate that this machine makes for itself: real handshakes, and what it may not vouch for."""

from __future__ import annotations

import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from adapters_storage import certificate as made_here
from adapters_storage.certificate import LOCAL_NETWORKS, LocalCertificate, local_certificate
from recital_core import errors

NOW = datetime.now(UTC)


@pytest.fixture
def certificate(tmp_path: Path) -> LocalCertificate:
    return local_certificate(tmp_path / "data", NOW)


def handshake(server: Path, authority: Path, name: str) -> str:
    """The name of the certificate's issuer that a client which trusts `authority` sees. Raises ssl.SSLError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server)
    client = ssl.create_default_context(cafile=str(authority))
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            with context.wrap_socket(theirs, server_side=True) as secured:
                secured.recv(1)
        except OSError:
            theirs.close()

    answering = threading.Thread(target=serve)
    answering.start()
    try:
        with client.wrap_socket(ours, server_hostname=name) as secured:
            peer = secured.getpeercert()
            secured.sendall(b"!")
    finally:
        ours.close()
        answering.join()
    assert peer is not None
    return str(peer["issuer"])


def serial(path: Path) -> int:
    return x509.load_pem_x509_certificate(path.read_bytes()).serial_number


def test_whoever_trusts_the_authority_trusts_this_machine_by_each_of_its_names(certificate: LocalCertificate) -> None:
    for name in ("localhost", "127.0.0.1", "::1", *map(str, certificate.addresses)):
        assert "Recital on " in handshake(certificate.server, certificate.authority, name)


def test_nobody_else_is_vouched_for(certificate: LocalCertificate) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(certificate.server, certificate.authority, "recital.example.org")


def test_the_authority_could_not_vouch_for_the_web_even_if_its_key_were_stolen(
    certificate: LocalCertificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stolen = made_here._read(tmp_path / "data" / "https" / "authority.pem")
    forged = tmp_path / "forged.pem"
    forged.write_bytes(made_here._signed(stolen, ["bank.example.org"], [], NOW))
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        handshake(forged, certificate.authority, "bank.example.org")


def test_keys_are_for_their_owner_alone(certificate: LocalCertificate) -> None:
    folder = certificate.server.parent
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, *folder.iterdir())}
    assert modes == {"data": 0o700, "https": 0o700, "authority.pem": 0o600, "server.pem": 0o600, "ca.crt": 0o644}
    assert b"PRIVATE" not in certificate.authority.read_bytes()


def test_a_certificate_that_fits_is_kept(certificate: LocalCertificate, tmp_path: Path) -> None:
    before = serial(certificate.server)
    assert local_certificate(tmp_path / "data", NOW + timedelta(days=300)) == certificate
    assert serial(certificate.server) == before


def test_a_certificate_is_made_anew_before_it_is_over_and_the_authority_stays(
    certificate: LocalCertificate, tmp_path: Path
) -> None:
    before = serial(certificate.server)
    again = local_certificate(tmp_path / "data", NOW + timedelta(days=380))
    assert again.fingerprint == certificate.fingerprint
    assert serial(again.server) != before


def test_a_certificate_is_made_anew_where_this_machine_has_another_address(
    certificate: LocalCertificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = [*certificate.addresses, LOCAL_NETWORKS[1][7]]
    monkeypatch.setattr(made_here, "_own_addresses", lambda: moved)
    again = local_certificate(tmp_path / "data", NOW)
    assert again.fingerprint == certificate.fingerprint
    assert "Recital on " in handshake(again.server, certificate.authority, "10.0.0.7")


def test_a_machine_with_another_name_has_another_authority(
    certificate: LocalCertificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "another-name")
    again = local_certificate(tmp_path / "data", NOW)
    assert again.fingerprint != certificate.fingerprint
    assert "Recital on another-name" in handshake(again.server, again.authority, "another-name.local")


@pytest.mark.parametrize("name", ["Dana's Mac", "a_b", "localhost", "x" * 70, ""])
def test_a_machine_whose_name_is_no_name_of_the_net_is_localhost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: name)
    certificate = local_certificate(tmp_path, NOW)
    assert "Recital on localhost" in handshake(certificate.server, certificate.authority, "localhost")


def test_files_that_are_no_certificate_are_said_in_one_line(certificate: LocalCertificate, tmp_path: Path) -> None:
    certificate.server.with_name("authority.pem").write_text("nonsense")
    with pytest.raises(errors.SettingWrong, match="https"):
        local_certificate(tmp_path / "data", NOW)
