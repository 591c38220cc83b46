"""Too often is refused for a while, by account or by address, and a recording never is."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import RequestFactory, TestClient

from adapters_http.app import create_app
from adapters_http.limits import (
    ANYTHING,
    HOUR,
    LINKS,
    LINKS_TO_ONE,
    MOST_WINDOWS,
    RATES,
    RECORDING,
    TEXTS,
    Limits,
    Rate,
    network_of,
)
from adapters_storage.assembly import Recital
from recital_core import errors
from tests.http.conftest import ORIGIN, Caller, slug

THREE = Rate("tries", 3, 60)


class Moment:
    """A clock that tests move, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def limits(moment: Moment) -> Limits:
    return Limits(now=moment)


def used_up(limits: Limits, rate: Rate, whose: str) -> int:
    """How many were taken before the first refusal."""
    taken = 0
    while True:
        try:
            limits.take(rate, whose)
        except errors.TooMany:
            return taken
        taken += 1


def test_a_rate_is_taken_up_to_its_end_and_then_refused_with_the_time_to_wait(limits: Limits, moment: Moment) -> None:
    assert used_up(limits, THREE, "dana") == 3
    moment.now += 20.5
    with pytest.raises(errors.TooMany) as refused:
        limits.take(THREE, "dana")
    assert refused.value.facts == {"retry_after": 40}


def test_after_the_time_to_wait_there_is_a_new_window(limits: Limits, moment: Moment) -> None:
    used_up(limits, THREE, "dana")
    moment.now += 60
    assert used_up(limits, THREE, "dana") == 3


def test_nobody_waits_for_what_somebody_else_or_another_rate_used_up(limits: Limits) -> None:
    used_up(limits, THREE, "dana")
    assert used_up(limits, THREE, "noam") == 3
    assert used_up(limits, Rate("other tries", 2, 60), "dana") == 2


def test_tests_may_ask_for_more(moment: Moment) -> None:
    assert used_up(Limits(now=moment, times=4), THREE, "dana") == 12


def test_any_number_of_addresses_takes_a_bounded_memory(limits: Limits) -> None:
    for number in range(MOST_WINDOWS + 1000):
        limits.take(THREE, f"10.{number}")
    assert limits.windows == MOST_WINDOWS
    assert used_up(limits, THREE, f"10.{MOST_WINDOWS}") == 2, "the newest are remembered"


def test_a_window_that_began_anew_is_not_the_oldest(limits: Limits, moment: Moment) -> None:
    limits.take(THREE, "dana")
    for number in range(MOST_WINDOWS - 1):
        limits.take(THREE, f"10.{number}")
    moment.now += 60
    assert used_up(limits, THREE, "dana") == 3
    limits.take(THREE, "one more")
    with pytest.raises(errors.TooMany):
        limits.take(THREE, "dana")


def test_counting_costs_less_than_a_twentieth_of_a_millisecond(limits: Limits) -> None:
    for number in range(MOST_WINDOWS):
        limits.take(THREE, f"10.{number}")
    began = time.process_time()
    for _ in range(10_000):
        limits.take(RECORDING, "dana")
    assert (time.process_time() - began) / 10_000 < 0.05e-3


def test_an_outbox_of_a_long_day_may_empty_itself_within_the_hour(limits: Limits) -> None:
    segments_of_ten_hours = 10 * HOUR // 5
    for _ in range(3 * segments_of_ten_hours):  # each with its marks, and half of them sent twice
        limits.take(RECORDING, "dana")


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("a:b", "a:b"),
    ],
)
def test_whoever_has_one_network_of_ipv6_has_one_address(host: str, counted: str) -> None:
    request = RequestFactory().get("/")
    request.scope["client"] = (host, 1)
    assert network_of(request) == counted


def test_every_rate_is_of_an_operation_that_there_is(nobody: Caller) -> None:
    document = nobody.get("/api/openapi.json").json()
    operations = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert set(RATES) <= operations


def test_every_operation_says_that_it_may_be_too_often(nobody: Caller) -> None:
    document = nobody.get("/api/openapi.json").json()
    assert all("429" in operation["responses"] for path in document["paths"].values() for operation in path.values())


@pytest.fixture
def strict(recital: Recital, limits: Limits) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(recital, limits), base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield client


def test_an_account_that_asks_too_often_is_told_when_to_come_again(
    strict: TestClient[Litestar], limits: Limits, dana: Caller, noam: Caller
) -> None:
    dana, noam = Caller(strict, dana.headers), Caller(strict, noam.headers)
    dana_id = dana.get("/api/me").json()["id"]
    used_up(limits, TEXTS, dana_id.replace("-", ""))
    refused = dana.post("/api/texts", json={"prose": "One.", "language": "en"})
    assert (refused.status_code, slug(refused)) == (429, "too-many")
    assert refused.headers["retry-after"] == str(refused.json()["retry_after"]) == str(HOUR)
    assert dana.get("/api/texts").status_code == 200
    assert noam.post("/api/texts", json={"prose": "One.", "language": "en"}).status_code == 201


def test_who_is_not_signed_in_is_counted_by_address(strict: TestClient[Litestar], limits: Limits, dana: Caller) -> None:
    used_up(limits, ANYTHING, "testclient")
    assert slug(Caller(strict, {}).get("/api/config")) == "too-many"
    assert Caller(strict, dana.headers).get("/api/me").status_code == 200


def test_too_many_links_are_refused_the_same_whoever_is_known(
    strict: TestClient[Litestar], limits: Limits, dana: Caller
) -> None:
    caller = Caller(strict, {})
    answers = []
    for email in (dana.email, "stranger@example.org"):
        for _ in range(LINKS_TO_ONE.most):
            assert caller.post("/api/auth/link", json={"email": email}).status_code == 202
        refused = caller.post("/api/auth/link", json={"email": email})
        answers.append((refused.status_code, slug(refused), refused.json()["detail"]))
    assert answers[0] == answers[1] == (429, "too-many", answers[0][2])
    used_up(limits, LINKS, "testclient")
    assert slug(caller.post("/api/auth/link", json={"email": "noam@example.org"})) == "too-many"


def test_a_recording_goes_on_when_everything_else_is_refused(
    strict: TestClient[Litestar], limits: Limits, dana: Caller
) -> None:
    dana = Caller(strict, dana.headers)
    session = dana.session()
    used_up(limits, ANYTHING, dana.get("/api/me").json()["id"].replace("-", ""))
    assert slug(dana.get("/api/me")) == "too-many"
    assert dana.segment(session).status_code == 201
    assert dana.mark(session).status_code == 200
