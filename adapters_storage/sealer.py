"""What needs the installation's secret key: tokens, seals, pseudonyms. Each purpose has its own derived key."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from recital_core import errors
from recital_core.ports import Clock
from recital_core.speakers import Credential, CredentialId, SpeakerId

ISSUER = "recital"
ALGORITHM = "HS256"


class JoserfcSealer:
    """Tokens are JSON Web Tokens (RFC 7519) under HMAC-SHA256 (RFC 7518, 3.2); seals and pseudonyms are HMAC-SHA256.

    `secret` is any text that others cannot guess; with another secret, earlier tokens and seals are not ours any more.
    """

    def __init__(self, *, secret: str, clock: Clock) -> None:
        self._clock = clock
        tokens = _derived(secret, "tokens")
        self._key_id = hashlib.sha256(tokens).hexdigest()[:16]
        self._tokens = OctKey.import_key(tokens)
        self._seals = _derived(secret, "seals")
        self._pseudonyms = _derived(secret, "pseudonyms")

    def token(self, credential: Credential) -> str:
        """A signed JWT that names `credential` and its speaker and ends when it does."""
        claims = {
            "iss": ISSUER,
            "sub": str(credential.speaker_id),
            "jti": str(credential.id),
            "iat": _seconds(credential.created_at),
            "exp": _seconds(credential.expires_at),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key_id}, claims, self._tokens)

    def credential_of(self, token: str) -> CredentialId:
        """The credential that a token of ours names. Raises NotSignedIn for anything else, and after its end."""
        with _not_ours():
            claims = jwt.decode(token, self._tokens, algorithms=[ALGORITHM]).claims
            jwt.JWTClaimsRegistry(
                now=lambda: _seconds(self._clock.now()),
                leeway=0,
                iss={"essential": True, "value": ISSUER},
                sub={"essential": True},
                jti={"essential": True},
                exp={"essential": True},
            ).validate(claims)
            return CredentialId(UUID(claims["jti"]))

    def seal(self, text: str) -> str:
        """A keyed hash of `text`: 43 URL-safe characters."""
        return base64.urlsafe_b64encode(hmac.digest(self._seals, text.encode(), "sha256")).rstrip(b"=").decode()

    def is_sealed(self, text: str, seal: str) -> bool:
        """Whether `seal` is the seal of `text`, compared in constant time."""
        return hmac.compare_digest(self.seal(text).encode(), seal.encode("utf-8", "surrogatepass"))

    def pseudonym(self, speaker: SpeakerId) -> str:
        """The name under which a speaker is published: 32 hex digits, stable under one secret."""
        return hmac.digest(self._pseudonyms, speaker.bytes, "sha256").hex()[:32]


def secret_in(path: Path) -> str:
    """The secret kept in the file `path`, made at the first call. Raises SettingWrong when it cannot be.

    Readable by its owner alone. Of any number of processes that make it at one time, all get the same.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _publish_once(path, secrets.token_urlsafe(48))
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise errors.SettingWrong(f"RECITAL_SECRET_KEY is not set, and {path} cannot be used: {error}.") from error
    if not secret:
        raise errors.SettingWrong(f"{path} is empty. Restore it from a backup, or delete it to sign everybody out.")
    return secret


def _publish_once(path: Path, secret: str) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()


def _derived(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), f"recital {purpose}".encode(), "sha256")


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())


@contextlib.contextmanager
def _not_ours() -> Iterator[None]:
    try:
        yield
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise errors.NotSignedIn("This token is not ours, or its time is over.") from error
