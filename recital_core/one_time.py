"""Secrets that somebody is handed once: of what they open, only the digest is kept."""

from __future__ import annotations

import hashlib
import secrets


def fresh_secret() -> str:
    """256 bits that nobody guesses, as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """SHA-256 in lower-case hex. Rows are found by it, so that no comparison tells how near a guess came."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
