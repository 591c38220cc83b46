"""HTTPS for `recital serve --https`: the certificate of this machine, and how a phone comes to trust it."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING

import click

from adapters_cli.start import Installation

if TYPE_CHECKING:
    from adapters_storage.certificate import LocalCertificate


def with_own_certificate(installation: Installation) -> LocalCertificate | None:
    """Have the installation speak HTTPS with a certificate of its own, unless its settings name another.

    Where all addresses are listened on, people are shown the one by which their phones find this machine.
    Raises SettingWrong.
    """
    from adapters_storage.certificate import local_certificate

    settings = installation.settings
    if settings.tls_certificate is not None:
        return None
    certificate = local_certificate(settings.data_dir, datetime.now(UTC))
    installation.option("RECITAL_TLS_CERTIFICATE", certificate.server)
    installation.option("RECITAL_TLS_KEY", certificate.server)
    if settings.public_url is None and settings.port and (host := _found_at(settings.host, certificate)):
        installation.option("RECITAL_PUBLIC_URL", f"https://{host}:{settings.port}")
    return certificate


def tell_how_to_trust(certificate: LocalCertificate) -> None:
    click.echo("A browser warns of the certificate, since this machine made it. To be rid of that, carry the file")
    click.echo(f"  {certificate.authority}")
    click.echo("to the phone, install it there as a CA certificate, and compare its SHA-256:")
    click.echo(f"  {certificate.fingerprint}")


def _found_at(host: str, certificate: LocalCertificate) -> str | None:
    """The address by which others find a server that listens on every address; None for any other `host`."""
    try:
        listening = ip_address(host)
    except ValueError:
        return None
    if not listening.is_unspecified:
        return None
    address = next(address for address in certificate.addresses if address.version == listening.version)
    return f"[{address}]" if ":" in str(address) else str(address)
