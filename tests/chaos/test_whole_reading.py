"""A reading whose truth is known, from the first call to the archive, as only the published contract describes it."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.chaos.published import Published
from tests.chaos.readings import add_text, presses, take_of
from tests.client import Client, Mark, Outbox, Refused, Take, new_id, sliced
from tests.client.audio import Samples
from tests.reading import Reading, reading
from tests.running import Server

UPLOADED_WITHIN_S = 60
SEARCHED_MS = 100
AAC_DELAY_MS = 25
"""A frame of 1024 samples, which a fragmented stream without an edit list cannot take back."""


def publish(server: Server, outbox: Outbox, text_id: str, take: Take) -> Published:
    session_id = new_id()
    outbox.send(session_id, text_id, take)
    outbox.client.wait_for(session_id, "uploaded", UPLOADED_WITHIN_S)
    return Published(server.archive / session_id)


def test_a_minute_of_reading_is_published_with_every_sample_and_captions_in_the_pauses(
    server: Server, client: Client, outbox: Outbox, readings: Path
) -> None:
    spoken = reading(readings)
    take = take_of(spoken)
    published = publish(server, outbox, add_text(client, spoken), take)
    published.assert_holds(take)
    published.assert_captions_sit_in_the_pauses_of(spoken)
    assert published.record["problems"] == []
    assert published.record["verdict"] == "good"


def test_wav_segments_are_published_with_every_sample(
    server: Server, outbox: Outbox, text_id: str, spoken: Reading
) -> None:
    take = take_of(spoken, media_type="audio/wav")
    published = publish(server, outbox, text_id, take)
    published.assert_holds(take)
    published.assert_captions_sit_in_the_pauses_of(spoken)


def test_voided_takes_are_cut_out_of_main_audio_and_captions_and_kept_in_source(
    server: Server, outbox: Outbox, text_id: str, spoken: Reading, take: Take
) -> None:
    first, second, third = presses(spoken)
    slip = replace(second, kind="again", n=1)
    undone = [Mark(2, 2, 0, third.at_sample - 10, "again"), Mark(3, 2, 0, third.at_sample - 5, "undo")]
    read = [replace(third, n=4, paragraph=1), Mark(5, 2, 0, spoken.samples)]
    published = publish(server, outbox, text_id, replace(take, marks=[first, slip, *undone, *read], drop_last=1))
    assert [caption.words for caption in published.captions] == [spoken.sentences[n].text for n in (0, 1)]
    assert published.cues[1]["start_sample"] >= spoken.sentences[1].end
    published.assert_holds(take)


def test_opus_segments_that_decode_alone_are_joined_without_drift(
    server: Server, outbox: Outbox, text_id: str, spoken: Reading
) -> None:
    take = take_of(spoken, media_type="audio/ogg;codecs=opus")
    published = publish(server, outbox, text_id, take)
    published.assert_complete()
    published.assert_captions_end_with_the_audio()
    published.assert_captions_sit_in_the_pauses_of(spoken)
    assert published.record["problems"] == []
    source = published.source()
    assert len(source) == take.samples
    for segment in take.segments:
        inside = slice(segment.first_sample, segment.end_sample)
        assert abs(lag(source[inside], take.pcm[inside])) <= take.rate // 1000


@pytest.mark.parametrize("media_type", ["audio/webm;codecs=opus", "audio/mp4"])
def test_slices_of_one_stream_are_joined_by_their_bytes(
    server: Server, outbox: Outbox, text_id: str, spoken: Reading, media_type: str
) -> None:
    extension, most_lag_ms = {"audio/webm;codecs=opus": ("webm", 1), "audio/mp4": ("mp4", AAC_DELAY_MS)}[media_type]
    slices = sliced(spoken.pcm(), spoken.rate, media_type, 5)
    published = publish(server, outbox, text_id, take_of(spoken, segments=slices))
    published.assert_complete()
    published.assert_captions_end_with_the_audio()
    most_lag = spoken.rate * most_lag_ms // 1000
    published.assert_captions_sit_in_the_pauses_of(spoken, slack_samples=most_lag)
    assert published.record["problems"] == []
    assert (published.folder / f"source.audio.{extension}").read_bytes() == b"".join(s.body for s in slices)
    assert abs(lag(published.source(), spoken.pcm())) <= most_lag


def test_pieces_that_come_in_any_order_twice_and_at_once_make_the_same_session(
    server: Server, outbox: Outbox, text_id: str, spoken: Reading
) -> None:
    take, session_id, client = take_of(spoken, segment_ms=500), new_id(), outbox.client
    mixed = [*take.segments, *take.segments]
    random.Random(5).shuffle(mixed)
    with ThreadPoolExecutor(4) as flights:
        opened = [flights.submit(client.open, session_id, text_id, take.capture) for _ in range(4)]
        assert len({flight.result()["started_at"] for flight in opened}) == 1
        sent = [flights.submit(client.put_segment, session_id, segment) for segment in mixed]
        assert Counter(flight.result() for flight in sent) == {201: len(take.segments), 200: len(take.segments)}
        for first, last in ((0, 2), (0, 3), (1, 3), (2, 3)):
            client.put_marks(session_id, take.marks[first:last])
        for flight in [flights.submit(client.end, session_id, take.ending) for _ in range(4)]:
            assert flight.result()["id"] == session_id
    client.wait_for(session_id, "uploaded", UPLOADED_WITHIN_S)
    Published(server.archive / session_id).assert_holds(take)
    assert client.put_segment(session_id, take.segments[0]) == 200
    assert client.end(session_id, take.ending)["state"] == "uploaded"


def test_a_published_session_plays_by_ranges_without_a_sign_in(
    server: Server, outbox: Outbox, text_id: str, take: Take
) -> None:
    published = publish(server, outbox, text_id, take)
    preview = outbox.client.preview(published.folder.name)
    audio = (published.folder / "light.audio.mp3").read_bytes()
    part = outbox.client.fetch(preview["audio_url"], 1000, 1999)
    assert (part.status_code, part.headers["content-range"]) == (206, f"bytes 1000-1999/{len(audio)}")
    assert part.content == audio[1000:2000]
    assert outbox.client.fetch(preview["audio_url"]).content == audio
    captions = outbox.client.fetch(preview["captions_url"])
    assert captions.content == (published.folder / "transcript.vtt").read_bytes()
    assert captions.headers["content-type"] == "text/vtt; charset=utf-8"
    assert part.headers["content-type"] == "audio/mpeg"
    assert outbox.client.fetch(preview["audio_url"][:-1] + "!").status_code == 403


def test_a_preview_is_refused_before_there_is_something_to_hear(outbox: Outbox, text_id: str, take: Take) -> None:
    session_id = new_id()
    outbox.client.open(session_id, text_id, take.capture)
    with pytest.raises(Refused) as refused:
        outbox.client.preview(session_id)
    assert (refused.value.status, refused.value.slug) == (409, "not-ready")


def lag(heard: Samples, sent: Samples) -> int:
    """By how many samples `heard` comes later than `sent`: the shift, up to 100 ms, at which they are most alike."""
    count, most = min(len(heard), len(sent)), 48 * SEARCHED_MS
    size = 2 * count
    spectrum = np.fft.rfft(heard[:count], size) * np.conj(np.fft.rfft(sent[:count], size))
    alike = np.fft.irfft(spectrum, size)
    return int(np.argmax(np.concatenate([alike[-most:], alike[:most]]))) - most
