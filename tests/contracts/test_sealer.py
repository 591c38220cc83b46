"""What every sealer promises, and what the real one makes of the installation's secret."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from adapters_storage.sealer import JoserfcSealer, secret_in
from recital_core import errors
from recital_core.ports import Sealer
from recital_core.speakers import Credential, CredentialId, CredentialKind, SpeakerId
from recital_core.testing.clock import StoppedClock
from recital_core.testing.sealer import OpenSealer

SECRET = "a secret that nobody knows, of more than 32 characters"
NEWER = "another secret that nobody knows, of more than 32 characters"
NOW = datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(NOW)


@pytest.fixture
def real(clock: StoppedClock) -> JoserfcSealer:
    return JoserfcSealer(secret=SECRET, clock=clock)


@pytest.fixture(params=["open", "real"])
def sealer(request: pytest.FixtureRequest, real: JoserfcSealer) -> Sealer:
    return real if request.param == "real" else OpenSealer()


def credential(lasts: timedelta = timedelta(hours=1)) -> Credential:
    return Credential(
        id=CredentialId(uuid.uuid4()),
        speaker_id=SpeakerId(uuid.uuid4()),
        kind=CredentialKind.PROGRAM,
        created_at=NOW,
        expires_at=NOW + lasts,
    )


def test_a_token_names_its_credential(sealer: Sealer) -> None:
    dana = credential()
    assert sealer.credential_of(sealer.token(dana)) == dana.id


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "....", "אבג", "x" * 10_000, "\0"])
def test_what_is_no_token_of_ours_signs_nobody_in(sealer: Sealer, token: str) -> None:
    with pytest.raises(errors.NotSignedIn):
        sealer.credential_of(token)


def test_a_seal_fits_its_text_alone(sealer: Sealer) -> None:
    seal = sealer.seal("1f/light.audio.mp3?1")
    assert sealer.is_sealed("1f/light.audio.mp3?1", seal)
    assert not sealer.is_sealed("1f/light.audio.mp3?2", seal)
    assert not sealer.is_sealed("1f/light.audio.mp3?1", seal + "x")
    assert not sealer.is_sealed("1f/light.audio.mp3?1", "")
    assert not sealer.is_sealed("1f/light.audio.mp3?1", "\udcff")


def test_a_pseudonym_is_stable_and_tells_speakers_apart(sealer: Sealer) -> None:
    dana, noam = SpeakerId(uuid.uuid4()), SpeakerId(uuid.uuid4())
    assert sealer.pseudonym(dana) == sealer.pseudonym(dana)
    assert sealer.pseudonym(dana) != sealer.pseudonym(noam)
    assert str(dana) not in sealer.pseudonym(dana)


def test_a_token_ends_with_its_credential(real: JoserfcSealer, clock: StoppedClock) -> None:
    token = real.token(credential(timedelta(minutes=5)))
    clock.advance(timedelta(minutes=4, seconds=59))
    real.credential_of(token)
    clock.advance(timedelta(seconds=2))
    with pytest.raises(errors.NotSignedIn):
        real.credential_of(token)


def test_nothing_of_one_secret_is_worth_anything_under_another(real: JoserfcSealer, clock: StoppedClock) -> None:
    other = JoserfcSealer(secret=SECRET + "!", clock=clock)
    with pytest.raises(errors.NotSignedIn):
        other.credential_of(real.token(credential()))
    assert other.seal("x") != real.seal("x")
    speaker = SpeakerId(uuid.uuid4())
    assert other.pseudonym(speaker) != real.pseudonym(speaker)


def test_a_token_that_was_changed_or_signs_itself_is_not_ours(real: JoserfcSealer) -> None:
    head, claims, signature = real.token(credential()).split(".")
    of_somebody_else = real.token(credential()).split(".")[1]
    kid, _key = own_key(real)
    unsigned = [base64url(json.dumps({"alg": alg, "typ": "JWT", "kid": kid}).encode()) for alg in ("none", "None", "")]
    for token in (
        f"{head}.{of_somebody_else}.{signature}",
        f"{head}.{claims}.",
        *(f"{none}.{claims}.{end}" for none in ("eyJhbGciOiJub25lIn0", *unsigned) for end in ("", signature)),
    ):
        with pytest.raises(errors.NotSignedIn):
            real.credential_of(token)


def test_a_token_under_the_bare_secret_is_not_ours(real: JoserfcSealer) -> None:
    claims = {"iss": "recital", "sub": "x", "jti": str(uuid.uuid4()), "exp": int(NOW.timestamp()) + 60}
    forged = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
    with pytest.raises(errors.NotSignedIn):
        real.credential_of(forged)


def test_what_an_old_secret_signed_stays_good_and_new_things_are_under_the_new_one(
    real: JoserfcSealer, clock: StoppedClock
) -> None:
    changed = JoserfcSealer(secret=NEWER, clock=clock, old_secrets=(SECRET, "x" * 40), pseudonym_secret=SECRET)
    only_new = JoserfcSealer(secret=NEWER, clock=clock)
    dana = credential()
    assert changed.credential_of(real.token(dana)) == dana.id
    assert changed.is_sealed("file", real.seal("file"))
    assert changed.pseudonym(dana.speaker_id) == real.pseudonym(dana.speaker_id)
    assert only_new.credential_of(changed.token(dana)) == dana.id
    assert only_new.is_sealed("file", changed.seal("file"))
    assert not only_new.is_sealed("file", real.seal("file"))
    with pytest.raises(errors.NotSignedIn):
        only_new.credential_of(real.token(dana))


def test_old_secrets_still_have_an_end(real: JoserfcSealer, clock: StoppedClock) -> None:
    changed = JoserfcSealer(secret=NEWER, clock=clock, old_secrets=(SECRET,), pseudonym_secret=SECRET)
    token = real.token(credential(timedelta(minutes=5)))
    clock.advance(timedelta(minutes=5))
    with pytest.raises(errors.NotSignedIn):
        changed.credential_of(token)


def own_key(sealer: JoserfcSealer) -> tuple[str, OctKey]:
    """The key under which a sealer signs, and its id: what nobody outside has."""
    kid, key = next(iter(sealer._token_keys.items()))
    return str(kid), key


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "HS256"},
        {"alg": "HS256", "kid": "0" * 16},
        {"alg": "HS256", "kid": ""},
        {"alg": "HS384", "kid": "ours"},
        {"alg": "HS512", "kid": "ours"},
        {"alg": "HS256", "kid": "ours", "typ": "at+jwt"},
        {"alg": "HS256", "kid": "ours", "typ": "jwt"},
        {"alg": "HS256", "kid": "ours", "typ": ""},
        {"alg": "HS256", "kid": "ours", "crit": ["b64"], "b64": False},
    ],
)
def test_a_token_of_another_key_algorithm_or_type_is_not_ours_even_if_well_signed(
    real: JoserfcSealer, header: dict[str, Any]
) -> None:
    kid, key = own_key(real)
    header = {**header, "kid": kid} if header.get("kid") == "ours" else header
    forged = encode({"typ": "JWT", **header}, claims(), key)
    with pytest.raises(errors.NotSignedIn):
        real.credential_of(forged)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another"},
        {"iss": None},
        {"sub": None},
        {"jti": None},
        {"jti": "not a uuid"},
        {"jti": 7},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": int(NOW.timestamp())},
        {"nbf": int(NOW.timestamp()) + 60},
    ],
)
def test_a_token_that_claims_too_little_is_not_ours_even_if_well_signed(
    real: JoserfcSealer, changes: dict[str, Any]
) -> None:
    kid, key = own_key(real)
    header = {"typ": "JWT", "alg": "HS256", "kid": kid}
    assert real.credential_of(encode(header, claims(), key))
    with pytest.raises(errors.NotSignedIn):
        real.credential_of(encode(header, claims(**changes), key))


def claims(**changes: Any) -> dict[str, Any]:
    ours = {"iss": "recital", "sub": "x", "jti": str(uuid.uuid4()), "exp": int(NOW.timestamp()) + 60}
    return {name: value for name, value in {**ours, **changes}.items() if value is not None}


def encode(header: dict[str, Any], claimed: dict[str, Any], key: OctKey) -> str:
    """A token as somebody else's program would make it: any header, signed with HMAC by `key`."""
    parts = [base64url(json.dumps(part).encode()) for part in (header, claimed)]
    digest = {"HS384": "sha384", "HS512": "sha512"}.get(header["alg"], "sha256")
    return ".".join((*parts, base64url(hmac.digest(key.raw_value, ".".join(parts).encode(), digest))))


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret.key"
    made: list[str] = []
    makers = [threading.Thread(target=lambda: made.append(secret_in(path))) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(set(made)) == 1
    assert len(made[0]) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert [kept.name for kept in path.parent.iterdir()] == ["secret.key"]


def test_an_empty_secret_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("\n")
    with pytest.raises(errors.SettingWrong):
        secret_in(tmp_path / "secret.key")
