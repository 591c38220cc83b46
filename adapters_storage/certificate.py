"""A certificate for this machine: browsers give the microphone to HTTPS alone, and a phone does not know us.

A small authority of our own (RFC 5280) signs it. Whoever trusts the authority trusts it for private addresses and this
machine's names only: its name constraints (4.2.1.10) forbid it the rest of the web.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import socket
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from recital_core import errors

AUTHORITY_LASTS = timedelta(days=3650)
CERTIFICATE_LASTS = timedelta(days=397)  # what every browser takes from an authority that a person added
RENEWED_BEFORE = timedelta(days=30)
CLOCKS_DIFFER = timedelta(hours=1)
LOCAL_NETWORKS = tuple(
    ip_network(network)
    for network in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1", "fc00::/7")
)
"""What an authority of ours may speak for: nobody reaches these from the internet."""
ELSEWHERE = ("192.0.2.1", "2001:db8::1")
"""Addresses of nobody (RFC 5737, RFC 3849): no packet is sent to find out which of ours would be used."""

Address = IPv4Address | IPv6Address


class LocalCertificate(NamedTuple):
    """`server` holds the certificate, its authority and its key; `authority` is what a phone may be told to trust."""

    server: Path
    authority: Path
    fingerprint: str
    """SHA-256 of the authority, in pairs of hex digits, as phones show it."""
    addresses: tuple[Address, ...]
    """Where this machine is found: by others in its network, IPv4 first, then by itself."""


class _Signer(NamedTuple):
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def local_certificate(data_dir: Path, now: datetime) -> LocalCertificate:
    """The certificate in the data folder for the names and addresses that this machine has now.

    Made anew when it is nearly over or names something else; the authority stays while it can. Raises SettingWrong.
    """
    names, addresses = _own_names(), _own_addresses()
    try:
        for folder in (data_dir, data_dir / "https"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority = _authority(folder / "authority.pem", names, now)
        public = folder / "ca.crt"
        _write(public, _pem(authority.certificate), 0o644)
        server = folder / "server.pem"
        if not _fits(server, authority, names, addresses, now):
            _write(server, _signed(authority, names, addresses, now), 0o600)
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound) as failure:
        raise errors.SettingWrong(f"{data_dir / 'https'} cannot be used for a certificate: {failure}.") from failure
    return LocalCertificate(
        server=server,
        authority=public,
        fingerprint=authority.certificate.fingerprint(hashes.SHA256()).hex(":").upper(),
        addresses=tuple(addresses),
    )


def _own_names() -> list[str]:
    name = socket.gethostname().lower().partition(".")[0]
    return ["localhost", *([name, f"{name}.local"] if re.fullmatch(r"(?!localhost$)[a-z0-9-]{1,63}", name) else [])]


def _own_addresses() -> list[Address]:
    """Those in local networks, IPv4 first and the one of the way out before others, then loopback."""
    found: list[str] = []
    for elsewhere in ELSEWHERE:
        family = socket.AF_INET6 if ":" in elsewhere else socket.AF_INET
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect((elsewhere, 9))
            found.append(asking.getsockname()[0])
    with contextlib.suppress(OSError, UnicodeError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)]
    addresses = [ip_address(text.partition("%")[0]) for text in found]
    local = [address for address in addresses if any(address in network for network in LOCAL_NETWORKS)]
    outward = sorted((address for address in local if not address.is_loopback), key=lambda address: address.version)
    return list(dict.fromkeys([*outward, ip_address("127.0.0.1"), ip_address("::1")]))


def _authority(path: Path, names: list[str], now: datetime) -> _Signer:
    """The authority in the file `path`, made where there is none that may speak for `names` for long enough."""
    if path.exists():
        kept = _read(path)
        allowed = kept.certificate.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
        covers = {name.value for name in allowed or [] if isinstance(name, x509.DNSName)} >= set(names)
        if covers and kept.certificate.not_valid_after_utc > now + CERTIFICATE_LASTS:
            return kept
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Recital on {names[-1]}"[:64])])
    permitted = [*map(x509.DNSName, names), *map(x509.IPAddress, LOCAL_NETWORKS)]
    certificate = (
        _begun(name, name, key, now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(path, _pem(certificate) + _key_pem(key), 0o600)
    return _Signer(certificate, key)


def _signed(authority: _Signer, names: list[str], addresses: list[Address], now: datetime) -> bytes:
    """A new certificate for `names` and `addresses`, with its authority and its key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Recital")])
    issuer = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    alternatives = [*map(x509.DNSName, names), *map(x509.IPAddress, addresses)]
    certificate = (
        _begun(subject, authority.certificate.subject, key, now, CERTIFICATE_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return _pem(certificate) + _pem(authority.certificate) + _key_pem(key)


def _fits(path: Path, authority: _Signer, names: list[str], addresses: list[Address], now: datetime) -> bool:
    """Whether the file `path` still names all that it should, for a while, under this authority."""
    if not path.exists():
        return False
    certificate = _read(path).certificate
    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return (
        set(names) <= set(named.get_values_for_type(x509.DNSName))
        and set(addresses) <= set(named.get_values_for_type(x509.IPAddress))
        and certificate.not_valid_after_utc > now + RENEWED_BEFORE
    )


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_DIFFER)
        .not_valid_after(now - CLOCKS_DIFFER + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _read(path: Path) -> _Signer:
    """The first certificate and the key of a file. Raises ValueError, TypeError, OSError."""
    pem = path.read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path.name} holds no key of ours")
    return _Signer(x509.load_pem_x509_certificate(pem), key)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    """Put `content` in the place of what was there, whole or not at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
