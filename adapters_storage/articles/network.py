"""Connections to the public internet and to nothing else, for a limited time in all.

A name is asked for once, every address of the answer is checked, and the connection goes to an address that was
checked: a name service that changes its mind in between changes nothing.
"""

from __future__ import annotations

import io
import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from recital_core import errors

FIRST_TRIES_S = 3.0
PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
NOT_OF_THE_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # protocol assignments, RFC 6890
            "192.88.99.0/24",  # relays of 6to4, RFC 7526
            "2001::/23",  # Teredo and its kin, RFC 2928
            "2002::/16",  # 6to4: an IPv4 address within, RFC 3056
            "3fff::/20",  # documentation, RFC 9637
        ),
    )
)
"""What `ipaddress` of some Python may call global. IPv4-mapped addresses and NAT64 lie outside of 2000::/3."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and none that another one may be hidden in."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip not in PUBLIC_IPV6:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    return not any(ip in network for network in NOT_OF_THE_PUBLIC)


class Deadline:
    """A moment by which all has to be done."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds, more than none. Raises TimeoutError."""
        seconds = self._at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class Network:
    """The name service, the network and whom HTTPS trusts. Tests give one of their own, of a single machine."""

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """The IP addresses of a name, the best first. Raises OSError."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [str(place[0]) for *_, place in found]

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        """A connection to an IP address. Raises OSError."""
        return socket.create_connection((address, port), timeout=seconds)

    def trusted(self) -> ssl.SSLContext:
        """The same authorities as everywhere in Recital, whatever the system has."""
        return _authorities()


@cache
def _authorities() -> ssl.SSLContext:
    """Reading them takes longer than most answers."""
    import httpx

    return httpx.create_ssl_context()


class Line:
    """A connection as `http.client` uses one; whatever is read or written is done by the deadline."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def sendall(self, sent: bytes) -> None:
        self._connection.settimeout(self._deadline.left())
        self._connection.sendall(sent)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Received(self._connection, self._deadline))

    def close(self) -> None:
        """Nothing: `http.client` closes before it has read the body. `connected` hangs up."""


class _Received(io.RawIOBase):
    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._deadline.left())
        return self._connection.recv_into(buffer)


@contextmanager
def connected(network: Network, host: str, port: int, deadline: Deadline, *, encrypted: bool) -> Iterator[Line]:
    """A connection to `host`, by TLS in that name where it is `encrypted`, until the block ends.

    Raises SiteNotAllowed where any address of the name is not public, and OSError.
    """
    addresses = _looked_up(network, host, port, deadline)
    if not all(map(is_public, addresses)):
        raise errors.SiteNotAllowed(f"{host} is not a place on the public internet.")
    with _dialled(network, addresses, port, deadline) as connection:
        if not encrypted:
            yield Line(connection, deadline)
            return
        connection.settimeout(deadline.left())
        with network.trusted().wrap_socket(connection, server_hostname=host) as secured:
            yield Line(secured, deadline)


def _looked_up(network: Network, host: str, port: int, deadline: Deadline) -> Sequence[str]:
    """The system's resolver knows no timeout: it is asked in a thread that may be left behind."""
    answers: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(network.addresses(host, port))
        except (OSError, UnicodeError) as failure:
            answers.put(OSError(str(failure)))

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty as late:
        raise TimeoutError from late
    if isinstance(answer, OSError) or not answer:
        raise OSError(f"{host} has no address")
    return answer


def _dialled(network: Network, addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
    *others, last = dict.fromkeys(addresses)
    for address in others:
        try:
            return network.dial(address, port, min(FIRST_TRIES_S, deadline.left()))
        except OSError:
            deadline.left()
    return network.dial(last, port, deadline.left())
