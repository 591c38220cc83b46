"""What every sealer promises, and what the real one makes of the installation's secret."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
    unsigned = "eyJhbGciOiJub25lIn0"
    for token in (f"{head}.{of_somebody_else}.{signature}", f"{unsigned}.{claims}.", f"{head}.{claims}."):
        with pytest.raises(errors.NotSignedIn):
            real.credential_of(token)


def test_a_token_under_the_bare_secret_is_not_ours(real: JoserfcSealer) -> None:
    claims = {"iss": "recital", "sub": "x", "jti": str(uuid.uuid4()), "exp": int(NOW.timestamp()) + 60}
    forged = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
    with pytest.raises(errors.NotSignedIn):
        real.credential_of(forged)


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
