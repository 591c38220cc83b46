"""ID tokens (OpenID Connect Core 1.0, 2 and 3.1.3.7): whether one is the provider's, meant for us, and of now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from adapters_http.auth.published import Published
from adapters_http.refusals import SignInRefused
from adapters_storage.settings import GOOGLE, ProviderSettings

CLOCK_SKEW_S = 60
ALSO_SIGNS_AS = {GOOGLE: "accounts.google.com"}
"""Google documents that its tokens may come without the scheme."""

# Only what has a public and a private half: with a shared secret, whoever knows the public key could sign.
SIGNATURES = JWSRegistry(
    algorithms=["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
    strict_check_header=False,  # members of the header that are not known are ignored (RFC 7515, 4)
)

Claims = Mapping[str, Any]


async def claims_of(
    id_token: str, published: Published, provider: ProviderSettings, *, nonce: str, access_token: str
) -> Claims:
    """What the token says, once all of it is verified. Raises SignInRefused, ProviderUnavailable."""
    try:
        token = await _signed(id_token, published)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={
                "iss": {"essential": True, "values": [provider.issuer, ALSO_SIGNS_AS.get(provider.issuer, "")]},
                "aud": {"essential": True, "value": provider.client_id},
                "sub": {"essential": True},
            },
            params={"nonce": nonce, "client_id": provider.client_id, "access_token": access_token},
        )
        claims.validate(leeway=CLOCK_SKEW_S)
    except (JoseError, ValueError, TypeError) as wrong:
        raise SignInRefused(f"The token of {provider.id} is not good: {_named(wrong)}.") from wrong
    return claims


async def _signed(id_token: str, published: Published) -> jwt.Token:
    """The token, if a key of the provider signed it; keys that do not fit are asked for anew, within limits."""
    keys = await published.keys.get()
    try:
        return _decoded(id_token, keys)
    except (InvalidKeyIdError, BadSignatureError):
        newer = await published.keys.newer(keys)
        if newer is keys:
            raise
        return _decoded(id_token, newer)


def _decoded(id_token: str, keys: KeySet) -> jwt.Token:
    return jwt.decode(id_token, keys, registry=SIGNATURES)


def _named(wrong: Exception) -> str:
    """What is wrong, without anything of the token itself."""
    claim = getattr(wrong, "claim", None)
    return f"{type(wrong).__name__} ({claim})" if claim else type(wrong).__name__
