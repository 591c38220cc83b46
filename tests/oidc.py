"""A small OpenID provider on loopback, strict about what it is asked and free to answer badly when a test wants it to.

with OpenIdProvider() as provider:
    back = provider.signed_in(location, email="dana@example.org", email_verified=True)   # the callback's address
    provider.bend = lambda claims: claims | {"aud": "somebody-else"}                     # of the next ID tokens
    provider.sign = unsigned                                                             # how they are signed
    provider.rotate()                                                                    # another key from now on
    provider.asked["/keys"]                                                              # how often it was asked
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, RSAKey

CLIENT_ID = "recital"
CLIENT_SECRET = "a+secret/of:ours"
CONFIGURATION = "/.well-known/openid-configuration"

Claims = dict[str, Any]
Key = RSAKey | ECKey


class OpenIdProvider:
    """Every attribute may be changed while it runs."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._codes: dict[str, tuple[Claims, dict[str, str]]] = {}
        self._described: dict[str, Claims] = {}
        self._first_key = key_for("ES256")
        self.reset()

    def reset(self) -> None:
        """Answer well again, with the first key, and forget what was counted."""
        self.key: Key = self._first_key
        self.names_its_keys = True
        self.bend: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[OpenIdProvider, Claims], str] = signed
        self.configuration: dict[str, Any] = {}
        self.in_id_token = True
        self.description: Claims = {}
        self.answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.asked: Counter[str] = Counter()
        self.secrets_given: set[str] = set()

    def rotate(self) -> None:
        """Sign with a new key, and publish it alone."""
        self.key = key_for("ES256")

    def signed_in(self, location: str, **claims: object) -> str:
        """Where the browser is sent back to, once somebody with `claims` has signed in at the address `location`."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert location.startswith(f"{self.issuer}/sign-in?")
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert set(asked["scope"].split()) == {"openid", "email", "profile"}
        assert asked["code_challenge_method"] == "S256"
        assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
        code = secrets.token_urlsafe(16)
        self._codes[code] = {"sub": "dana"} | claims, asked
        self.secrets_given |= {code}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def tokens_for(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """The token endpoint's status and answer."""
        ways = self.published().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")[::2]
        proofs = {
            "client_secret_basic": tuple(map(unquote_plus, pair)),
            "client_secret_post": (form.get("client_id"), form.get("client_secret")),
        }
        if (CLIENT_ID, CLIENT_SECRET) not in [proofs.get(way) for way in ways]:
            return 401, {"error": "invalid_client", "error_description": f"{pair} is nobody"}
        claims, asked = self._codes.pop(form["code"], ({}, {}))
        challenge = _base64(hashlib.sha256(form["code_verifier"].encode()).digest())
        if (asked.get("redirect_uri"), asked.get("code_challenge")) != (form["redirect_uri"], challenge.decode()):
            return 400, {"error": "invalid_grant", "error_description": f"{form['code']} is not good"}
        now, access_token = int(time.time()), secrets.token_urlsafe(16)
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"]} | claims
        self._described[access_token] = claims
        personal = {"email", "email_verified", "name"}
        said = claims if self.in_id_token else {name: claims[name] for name in claims.keys() - personal}
        id_token = self.sign(self, self.bend(said | {"at_hash": at_hash(access_token)}))
        self.secrets_given |= {id_token, access_token}
        return 200, {"access_token": access_token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token}

    def description_for(self, authorization: str) -> Claims:
        return self._described[authorization.removeprefix("Bearer ")] | self.description

    def published(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/sign-in",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/person",
            "authorization_response_iss_parameter_supported": True,
        } | self.configuration

    def published_keys(self) -> Claims:
        key = self.key.as_dict(private=False)
        return {"keys": [key if self.names_its_keys else {name: key[name] for name in key.keys() - {"kid"}}]}

    def __enter__(self) -> Self:
        self._running = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._running.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._running.join()
        self._server.server_close()


def key_for(algorithm: str) -> Key:
    """A new key for signing."""
    facts: KeyParameters = {"kid": secrets.token_hex(4), "use": "sig", "alg": algorithm}
    if algorithm.startswith("ES"):
        return ECKey.generate_key({"ES256": "P-256", "ES384": "P-384"}[algorithm], facts)
    return RSAKey.generate_key(2048, facts)


def signed(provider: OpenIdProvider, claims: Claims) -> str:
    return _encoded(provider, claims, provider.key, str(provider.key.get("alg")))


def unsigned(provider: OpenIdProvider, claims: Claims) -> str:
    """As RFC 7515 spells a token without a signature."""
    return _by_hand(provider, claims, "none", lambda _content: b"")


def without_signature(provider: OpenIdProvider, claims: Claims) -> str:
    return signed(provider, claims).rpartition(".")[0] + "."


def signed_with_the_public_key(provider: OpenIdProvider, claims: Claims) -> str:
    """As if the published key were a shared secret."""
    public = provider.key.as_pem(private=False)
    return _by_hand(provider, claims, "HS256", lambda content: hmac.digest(public, content, "sha256"))


def signed_by_somebody_else(provider: OpenIdProvider, claims: Claims) -> str:
    """With the provider's key id, and another key."""
    return _encoded(provider, claims, ECKey.generate_key("P-256"), "ES256")


def signed_by_an_unknown_key(provider: OpenIdProvider, claims: Claims) -> str:
    return _encoded(provider, claims, ECKey.generate_key("P-256"), "ES256", kid=secrets.token_hex(8))


def _by_hand(provider: OpenIdProvider, claims: Claims, algorithm: str, sign: Callable[[bytes], bytes]) -> str:
    """What no library makes any more."""
    header = {"alg": algorithm, "kid": provider.key.kid}
    content = b".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
    return b".".join((content, _base64(sign(content)))).decode()


def _base64(given: bytes) -> bytes:
    return base64.urlsafe_b64encode(given).rstrip(b"=")


def _encoded(provider: OpenIdProvider, claims: Claims, key: Key, algorithm: str, **header: str) -> str:
    named = {"kid": provider.key.kid} if provider.names_its_keys else {}
    return jwt.encode({"alg": algorithm} | named | header, claims, key, algorithms=[algorithm])


def at_hash(access_token: str) -> str:
    """OpenID Connect Core 1.0, 3.1.3.6, for algorithms with SHA-256."""
    return _base64(hashlib.sha256(access_token.encode()).digest()[:16]).decode()


def _handler_of(provider: OpenIdProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode(), strict_parsing=True)
            self._answer({name: values[0] for name, values in form.items()})

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, form: dict[str, str]) -> None:
            provider.asked[self.path] += 1
            if self.path in provider.answers:
                provider.answers[self.path](self)
                return
            authorization = self.headers.get("authorization", "")
            status, answer = 200, None
            match self.path:
                case "/.well-known/openid-configuration":
                    answer = provider.published()
                case "/keys":
                    answer = provider.published_keys()
                case "/token":
                    status, answer = provider.tokens_for(form, authorization)
                case "/person":
                    answer = provider.description_for(authorization)
            send(self, json.dumps(answer).encode(), status if answer is not None else 404)

    return Handler


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | headers).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
