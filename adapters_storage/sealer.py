"""What needs the installation's secret key: tokens, seals, pseudonyms. Each purpose has its own derived key."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, OctKey
from joserfc.jws import JWSRegistry

from recital_core import errors
from recital_core.ports import Clock
from recital_core.speakers import Credential, CredentialId, SpeakerId

ISSUER = "recital"
ALGORITHM = "HS256"
TYPE = "JWT"


class JoserfcSealer:
    """Tokens are JSON Web Tokens (RFC 7519) under HMAC-SHA256 (RFC 7518, 3.2); seals and pseudonyms are HMAC-SHA256.

    `secret` is any text that others cannot guess. What was signed or sealed under one of `old_secrets` stays ours;
    under any other secret it is not. Pseudonyms are made with `pseudonym_secret`, for ever the first secret there was.
    """

    def __init__(
        self, *, secret: str, clock: Clock, old_secrets: Sequence[str] = (), pseudonym_secret: str | None = None
    ) -> None:
        self._token_keys = {_key_id(key): OctKey.import_key(key) for key in _derived_all("tokens", secret, old_secrets)}
        self._key_id = next(iter(self._token_keys))
        self._seal_keys = _derived_all("seals", secret, old_secrets)
        self._pseudonyms = _derived(pseudonym_secret or secret, "pseudonyms")
        self._signatures = JWSRegistry(algorithms=[ALGORITHM])
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: _seconds(clock.now()),
            leeway=0,
            iss={"essential": True, "value": ISSUER},
            sub={"essential": True},
            jti={"essential": True},
            exp={"essential": True},
        )

    def token(self, credential: Credential) -> str:
        """A signed JWT that names `credential` and its speaker and ends when it does."""
        claims = {
            "iss": ISSUER,
            "sub": str(credential.speaker_id),
            "jti": str(credential.id),
            "iat": _seconds(credential.created_at),
            "exp": _seconds(credential.expires_at),
        }
        header = {"alg": ALGORITHM, "kid": self._key_id}
        return jwt.encode(header, claims, self._token_keys[self._key_id], default_type=TYPE)

    def credential_of(self, token: str) -> CredentialId:
        """The credential that a token of ours names. Raises NotSignedIn for anything else, and after its end."""
        with _not_ours():
            claims = jwt.decode(token, self._key_of, registry=self._signatures).claims
            self._claims.validate(claims)
            return CredentialId(UUID(claims["jti"]))

    def _key_of(self, signed: GuestProtocol) -> OctKey:
        """The key that a token's header names, and only for a token of our type. Raises ValueError."""
        header = signed.headers()
        key = self._token_keys.get(header.get("kid", ""))
        if key is None or header.get("typ") != TYPE:
            raise ValueError("no key of ours")
        return key

    def seal(self, text: str) -> str:
        """A keyed hash of `text`: 43 URL-safe characters."""
        return _seal(self._seal_keys[0], text)

    def is_sealed(self, text: str, seal: str) -> bool:
        """Whether `seal` is the seal of `text`, compared in constant time."""
        given = seal.encode("utf-8", "surrogatepass")
        return any(hmac.compare_digest(_seal(key, text).encode(), given) for key in self._seal_keys)

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


def _derived_all(purpose: str, secret: str, old_secrets: Sequence[str]) -> list[bytes]:
    return [_derived(each, purpose) for each in (secret, *old_secrets)]


def _derived(secret: str, purpose: str) -> bytes:
    return hmac.digest(secret.encode(), f"recital {purpose}".encode(), "sha256")


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:16]


def _seal(key: bytes, text: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")).rstrip(b"=").decode()


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())


@contextlib.contextmanager
def _not_ours() -> Iterator[None]:
    try:
        yield
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise errors.NotSignedIn("This token is not ours, or its time is over.") from error
