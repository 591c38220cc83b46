"""The headers that every answer carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "media-src 'self' blob:{elsewhere}",
        "img-src 'self' data:",
        "style-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)
POWERFUL = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "midi",
    "payment",
    "publickey-credentials-get",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
"""What no page of ours asks a browser for."""
PERMISSIONS_POLICY = ", ".join(("microphone=(self)", *(f"{feature}=()" for feature in POWERFUL)))
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


def on_every_answer(*, https_only: bool, media_from: Collection[str]) -> Callable[[Message, Scope], Awaitable[None]]:
    """A hook that adds the security headers, and forbids keeping what did not say how long it may be kept.

    With `https_only` browsers are told to come back by HTTPS alone, whatever else this host serves (RFC 6797).
    Sound may come from the origins `media_from`, too.
    """
    elsewhere = "".join(f" {origin}" for origin in sorted(media_from))
    policy = {"Content-Security-Policy": CONTENT_SECURITY_POLICY.format(elsewhere=elsewhere)}
    wanted = {**policy, **SECURITY, **(HTTPS_ONLY if https_only else {})}
    encoded = [(name.lower().encode(), value.encode()) for name, value in wanted.items()]

    async def add(message: Message, _scope: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            headers.setdefault("cache-control", "no-store")
            headers.headers.extend(encoded)

    return add
