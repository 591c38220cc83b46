"""Hearing a published session: signed addresses, and parts of files."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from adapters_storage.assembly import Recital
from recital_core.sessions import SessionId
from recital_core.speakers import Role
from tests.coding import encoded, noise
from tests.http.conftest import Address, Caller, Calling, ending, mark, slug
from tests.people import admitted

SAMPLES = 96_000


class Published:
    """A session of two seconds that is ready to be heard."""

    def __init__(self, dana: Caller, recital: Recital) -> None:
        self.dana = dana
        self.path = dana.session()
        body = encoded(noise(SAMPLES), "segment.flac")
        assert dana.segment(self.path, 0, body, recital_sample_count=str(SAMPLES)).status_code == 201
        marks = [mark(0, at_sample=SAMPLES // 2), mark(1, sentence=1, at_sample=SAMPLES)]
        dana.put(f"{self.path}/marks", json={"from": 0, "marks": marks})
        dana.post(f"{self.path}/end", json=ending(samples=SAMPLES, marks=2))
        recital.aggregation.finalize(SessionId(UUID(self.path[-36:])))
        self.preview = dana.get(f"{self.path}/preview").json()
        self.audio = self.preview["audio_url"]
        self.captions = self.preview["captions_url"]
        self.peaks = self.preview["peaks_url"]


@pytest.fixture(scope="module")
def published(recital: Recital, client: TestClient[Litestar]) -> Published:
    _, token = recital.accounts.token(admitted(recital, "listener@example.org"), timedelta(days=1))
    return Published(Caller(client, {"authorization": f"Bearer {token}"}, "listener@example.org"), recital)


def test_a_published_session_says_how_long_and_how_good_it_is(published: Published) -> None:
    session = published.dana.get(published.path).json()
    assert (session["state"], session["duration_ms"], session["cues"]) == ("uploaded", 2000, 2)
    assert session["verdict"] in {"good", "usable", "doubtful"}
    assert session["ended_at"] <= session["aggregated_at"] <= session["uploaded_at"]
    assert session["capture"]["sample_rate_hz"] > 0
    assert -20 < session["measures"]["integrated_lufs"] < session["measures"]["true_peak_dbtp"] < 3
    listed = published.dana.get("/api/sessions", params={"verdict": session["verdict"]}).json()["items"]
    assert [(item["id"], "measures" in item) for item in listed] == [(session["id"], False)]


def test_a_signed_address_needs_no_sign_in(published: Published, nobody: Caller) -> None:
    audio, captions = nobody.get(published.audio), nobody.get(published.captions)
    assert (audio.status_code, audio.headers["content-type"]) == (200, "audio/mpeg")
    assert (captions.status_code, captions.headers["content-type"]) == (200, "text/vtt; charset=utf-8")
    assert captions.text.startswith("WEBVTT")
    assert len(audio.content) == int(audio.headers["content-length"]) > 8_000
    assert audio.headers["x-content-type-options"] == "nosniff"
    assert audio.headers["accept-ranges"] == "bytes"


def test_the_outline_of_the_audio_is_what_players_of_the_web_take(published: Published, nobody: Caller) -> None:
    answer = nobody.get(published.peaks)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    outline = answer.json()
    data = outline.pop("data")
    assert outline == {
        "version": 2,
        "channels": 1,
        "sample_rate": 48_000,
        "samples_per_pixel": 1_920,
        "bits": 8,
        "length": 50,
    }
    assert len(data) == 100
    assert all(-128 <= low < 0 < high <= 127 for low, high in zip(data[::2], data[1::2], strict=True))
    part = nobody.get(published.peaks, headers={"range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, answer.content[:10])


def test_another_name_time_or_seal_is_refused(published: Published, nobody: Caller, dana: Caller) -> None:
    address = httpx.URL(published.audio)
    other = dana.session()
    tries = [
        address.copy_set_param("seal", "x" * 43),
        address.copy_set_param("expires", int(address.params["expires"]) + 1),
        httpx.URL(published.audio.replace("light.audio.mp3", "session.json")),
        httpx.URL(published.audio.replace(published.path, other)),
    ]
    for wrong in tries:
        refused = nobody.get(str(wrong))
        assert (refused.status_code, slug(refused)) == (403, "not-allowed"), wrong


def test_an_address_without_its_parameters_is_refused(published: Published, nobody: Caller) -> None:
    bare = published.audio.partition("?")[0]
    for query in ("", "?expires=1", "?seal=x", "?expires=x&seal=x", f"?expires={2**80}&seal=x", "?expires=-1&seal=x"):
        assert slug(nobody.get(bare + query)) == "invalid"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=100-", 100, -1),
        ("bytes=-7", -7, -1),
        ("bytes=5-999999999", 5, -1),
    ],
)
def test_a_part_is_sent_as_it_is_asked_for(
    published: Published, nobody: Caller, asked: str, first: int, last: int
) -> None:
    whole = nobody.get(published.audio).content
    first, last = first % len(whole), last % len(whole)
    part = nobody.get(published.audio, headers={"range": asked})
    assert (part.status_code, part.content) == (206, whole[first : last + 1])
    assert part.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0"])
def test_a_part_beyond_the_end_is_refused_with_the_length(published: Published, nobody: Caller, asked: str) -> None:
    whole = nobody.get(published.audio).content
    refused = nobody.get(published.audio, headers={"range": asked})
    assert (refused.status_code, slug(refused)) == (416, "range-not-satisfiable")
    assert refused.headers["content-range"] == f"bytes */{len(whole)}"


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=-", "bytes=a-b", "samples=0-5", "bytes=0-1,4-5", "bytes=" + "9" * 99 + "-"]
)
def test_what_is_no_range_of_ours_gets_the_whole(published: Published, nobody: Caller, asked: str) -> None:
    assert nobody.get(published.audio, headers={"range": asked}).status_code == 200


def test_a_part_of_another_file_than_the_client_holds_is_the_whole(published: Published, nobody: Caller) -> None:
    etag = nobody.get(published.audio).headers["etag"]
    same = nobody.get(published.audio, headers={"range": "bytes=0-9", "if-range": etag})
    other = nobody.get(published.audio, headers={"range": "bytes=0-9", "if-range": '"another"'})
    assert (same.status_code, other.status_code) == (206, 200)


def test_what_the_client_holds_is_not_sent_again(published: Published, nobody: Caller) -> None:
    etag = nobody.get(published.audio).headers["etag"]
    held = nobody.get(published.audio, headers={"if-none-match": etag})
    assert (held.status_code, held.content, held.headers["etag"]) == (304, b"", etag)


def test_head_measures_and_sends_nothing(published: Published, nobody: Caller) -> None:
    whole = nobody.get(published.audio)
    measured = nobody("HEAD", published.audio)
    assert (measured.status_code, measured.content) == (200, b"")
    for header in ("content-length", "content-type", "etag", "accept-ranges"):
        assert measured.headers[header] == whole.headers[header]


def test_parts_come_whole_over_a_real_connection(published: Published, live: Address) -> None:
    url = f"http://{live.host}:{live.port}{published.audio}"
    with httpx.Client() as client:
        whole = client.get(url).content
        parts = [client.get(url, headers={"range": f"bytes={at}-{at + 999}"}) for at in range(0, len(whole), 1000)]
        assert client.head(url).headers["content-length"] == str(len(whole))
    assert b"".join(part.content for part in parts) == whole


def test_only_who_may_see_a_session_gets_its_addresses(published: Published, noam: Caller, admin: Caller) -> None:
    assert slug(noam.get(f"{published.path}/preview")) == "session-not-found"
    assert admin.get(f"{published.path}/preview").status_code == 200


def test_a_deleted_session_is_not_heard_any_more(calling: Calling, recital: Recital, nobody: Caller) -> None:
    gone = Published(calling(Role.SPEAKER), recital)
    gone.dana.delete(gone.path)
    assert slug(nobody.get(gone.audio)) == "session-not-found"


def test_recordings_lead_to_those_around_them(published: Published, noam: Caller, admin: Caller) -> None:
    path = f"{published.dana.session()}/neighbours"
    around = {"newer": None, "older": published.path[-36:]}
    assert published.dana.get(path).json() == admin.get(path).json() == around
    assert published.dana.get(f"{published.path}/neighbours").json() == {"newer": None, "older": None}
    assert slug(noam.get(path)) == "session-not-found"
