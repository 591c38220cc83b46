"""Sign-in with an OpenID provider: the authorization code flow with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636)."""

from __future__ import annotations

import contextlib
import re
from base64 import b64encode
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_plus

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri

from adapters_http.auth.asking import asked
from adapters_http.auth.flows import Flow
from adapters_http.auth.id_tokens import Claims, claims_of
from adapters_http.auth.providers import Return
from adapters_http.auth.published import Addresses, Published
from adapters_http.refusals import ProviderUnavailable, SignInRefused
from adapters_storage.settings import ProviderSettings
from recital_core import errors
from recital_core.speakers import Identity, email_address

SCOPE = "openid email profile"
LONGEST_SUBJECT = 255
ERROR_CODE = re.compile(r"[a-z_]{1,40}")
NOT_NOW = frozenset(("server_error", "temporarily_unavailable"))


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    id_token: str
    access_token: str


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    error: str


class Provider:
    """One provider; nothing of it is asked before somebody signs in with it. `callback` is our address for its answer.

    Every method raises SignInRefused for what is wrong with this sign-in, and ProviderUnavailable for what is wrong
    with the provider.
    """

    def __init__(self, settings: ProviderSettings, callback: str) -> None:
        self.id = settings.id
        self._settings = settings
        self._callback = callback
        self._published = Published(settings.issuer)

    async def sign_in_address(self, flow: Flow) -> str:
        """Where to send the browser."""
        addresses = await self._published.addresses.get()
        address: str = prepare_grant_uri(
            addresses.authorization_endpoint,
            self._settings.client_id,
            "code",
            redirect_uri=self._callback,
            scope=SCOPE,
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=flow.challenge,
            code_challenge_method="S256",
        )
        return address

    async def identity(self, flow: Flow, back: Return) -> Identity:
        """Who it is that the provider sent back."""
        addresses = await self._published.addresses.get()
        tokens = await self._tokens(addresses, flow, self._code(addresses, back))
        claims = await claims_of(
            tokens.id_token, self._published, self._settings, nonce=flow.nonce, access_token=tokens.access_token
        )
        subject = claims["sub"]
        if len(subject) > LONGEST_SUBJECT or not subject.isprintable():
            raise SignInRefused("The provider's name for this person cannot be kept.")
        if "email" not in claims and addresses.userinfo_endpoint:
            claims = await _described(addresses.userinfo_endpoint, tokens.access_token, subject)
        return Identity(
            issuer=self._settings.issuer, subject=subject, email=verified_email(claims), name=_text(claims, "name")
        )

    def _code(self, addresses: Addresses, back: Return) -> str:
        """The code to be exchanged, if this is an answer of this very provider."""
        if back.issuer is None and addresses.authorization_response_iss_parameter_supported:
            raise SignInRefused("The answer does not say which provider it is from.")
        if back.issuer not in {None, self._settings.issuer}:
            raise SignInRefused("The answer is from another provider.")
        if back.error in NOT_NOW:
            raise ProviderUnavailable(f"{self.id} cannot sign anybody in now.")
        if back.error is not None or not back.code:
            raise SignInRefused(f"{self.id} did not sign this person in: {_code_of(back.error)}.")
        return back.code

    async def _tokens(self, addresses: Addresses, flow: Flow, code: str) -> Tokens:
        """What the code is worth (RFC 6749, 4.1.3)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "code_verifier": flow.verifier,
        }
        proof, headers = self._credentials(addresses.token_endpoint_auth_methods_supported)
        answer = await asked(addresses.token_endpoint, form | proof, headers)
        if answer.status in {httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED}:
            error = answer.read(Refusal, status=answer.status).error
            if error == "invalid_grant":
                raise SignInRefused("The provider's code was used before, or is too old.")
            raise ProviderUnavailable(f"{self.id} does not take this installation's word: {_code_of(error)}.")
        return answer.read(Tokens)

    def _credentials(self, ways: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Our proof of who we are, as members of the form and as headers (RFC 6749, 2.3.1)."""
        client_id, secret = self._settings.client_id, self._settings.client_secret
        if "client_secret_basic" not in ways and "client_secret_post" in ways:
            return {"client_id": client_id, "client_secret": secret}, {}
        pair = f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()
        return {}, {"Authorization": f"Basic {b64encode(pair).decode()}"}


async def _described(address: str, access_token: str, subject: str) -> Claims:
    """What the provider says of somebody whose token does not say it (OpenID Connect Core 1.0, 5.3)."""
    answer = await asked(address, headers={"Authorization": f"Bearer {access_token}"})
    claims: Claims = answer.read(dict[str, Any])
    if claims.get("sub") != subject:
        raise SignInRefused("The provider described somebody else than it signed in.")
    return claims


def verified_email(claims: Claims) -> str | None:
    """The e-mail address if the provider says that it verified it; some say so in a string."""
    verified = claims.get("email_verified")
    if verified is True or verified == "true":
        with contextlib.suppress(errors.Invalid):
            return email_address(_text(claims, "email") or "")
    return None


def _text(claims: Claims, name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) else None


def _code_of(error: str | None) -> str:
    """An error code in the words of the standard, since it is logged, else nothing of it."""
    return error if error and ERROR_CODE.fullmatch(error) else "no reason that is a word"
