"""Segments that are not what they claim to be: kept, acknowledged, and told about when the session is published."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from tests.chaos.published import Published
from tests.chaos.readings import take_of
from tests.client import Client, Outbox, Refused, Segment, Take, new_id
from tests.reading import Reading
from tests.running import Server, wait_until

UPLOADED_WITHIN_S = 60
REPORTED_WITHIN_S = 60
SEGMENT_MS = 1_000
BAD = 4


@pytest.fixture(scope="module")
def good(spoken: Reading) -> Take:
    return take_of(spoken, segment_ms=SEGMENT_MS)


def with_segment(take: Take, segment: Segment) -> Take:
    """The same recording, in which `segment` was sent instead of the one of its number."""
    segments = [segment if segment.number == held.number else held for held in take.segments]
    return dataclasses.replace(take, segments=segments)


def publish(server: Server, outbox: Outbox, text_id: str, take: Take) -> tuple[Published, str]:
    """What was published, and the problem that the session tells."""
    session_id = new_id()
    outbox.send(session_id, text_id, take)
    session = outbox.client.wait_for(session_id, "uploaded", UPLOADED_WITHIN_S)
    published = Published(server.archive / session_id)
    published.assert_complete()
    published.assert_captions_end_with_the_audio()
    assert published.record["problems"] == [session["problem"]]
    return published, session["problem"]


def garbage(segment: Segment) -> bytes:
    return np.random.default_rng(segment.number).bytes(len(segment.body))


@pytest.mark.parametrize("garbled", [b"this is not audio", b"fLaC" + bytes(200), b"\x00"])
def test_a_segment_that_is_not_audio_becomes_silence_of_its_declared_length(
    server: Server, outbox: Outbox, text_id: str, good: Take, garbled: bytes
) -> None:
    bad = dataclasses.replace(good.segments[BAD], body=garbled)
    published, problem = publish(server, outbox, text_id, with_segment(good, bad))
    assert f"Segment {BAD} " in problem
    expected = good.line()
    expected[bad.first_sample : bad.end_sample] = 0
    np.testing.assert_array_equal(published.source(), expected)


def test_a_truncated_segment_keeps_what_can_be_read_and_the_rest_of_it_is_silence(
    server: Server, outbox: Outbox, text_id: str, good: Take
) -> None:
    whole = good.segments[BAD]
    bad = dataclasses.replace(whole, body=whole.body[: len(whole.body) // 2])
    published, problem = publish(server, outbox, text_id, with_segment(good, bad))
    assert f"Segment {BAD} " in problem
    heard, expected = published.source(), good.line()
    assert len(heard) == len(expected)
    middle = bad.first_sample + bad.samples // 4
    np.testing.assert_array_equal(heard[:middle], expected[:middle])
    np.testing.assert_array_equal(heard[bad.end_sample :], expected[bad.end_sample :])
    assert not heard[bad.end_sample - bad.samples // 4 : bad.end_sample].any()


@pytest.mark.parametrize("difference", [-700, 700])
def test_declared_samples_win_over_those_in_the_file(
    server: Server, outbox: Outbox, text_id: str, good: Take, difference: int
) -> None:
    """A last segment that declares fewer samples is trimmed; one that declares more is padded with silence."""
    last = good.segments[-1]
    bad = dataclasses.replace(last, samples=last.samples + difference)
    lying = with_segment(good, bad)
    published, problem = publish(server, outbox, text_id, lying)
    assert f"Segment {last.number} " in problem
    heard = published.source()
    assert len(heard) == len(good.pcm) + difference
    both = min(len(heard), len(good.pcm))
    np.testing.assert_array_equal(heard[:both], good.pcm[:both])
    assert not heard[both:].any()


def test_a_hole_between_two_segments_is_silence_and_nothing_shifts(
    server: Server, outbox: Outbox, text_id: str, spoken: Reading
) -> None:
    hole = spoken.rate // 2
    whole = take_of(spoken, segment_ms=SEGMENT_MS)
    later = [
        dataclasses.replace(segment, first_sample=segment.first_sample + hole) if segment.number >= BAD else segment
        for segment in whole.segments
    ]
    at = later[BAD].first_sample - hole
    marks = [
        dataclasses.replace(mark, at_sample=mark.at_sample + hole) if mark.at_sample > at else mark
        for mark in whole.marks
    ]
    take = dataclasses.replace(whole, segments=later, marks=marks)
    session_id = new_id()
    outbox.send(session_id, text_id, take)
    outbox.client.wait_for(session_id, "uploaded", UPLOADED_WITHIN_S)
    published = Published(server.archive / session_id)
    published.assert_holds(take)
    assert not published.source()[at : at + hole].any()
    assert len(published.source()) == spoken.samples + hole
    assert published.record["gaps"] == [[at, hole]]
    assert "gaps" in published.record["reasons"]


def test_a_session_of_garbage_is_reported_and_blocks_no_other(
    server: Server, outbox: Outbox, text_id: str, good: Take
) -> None:
    nonsense = dataclasses.replace(
        good, segments=[dataclasses.replace(segment, body=garbage(segment)) for segment in good.segments]
    )
    hopeless, fine = new_id(), new_id()
    outbox.send(hopeless, text_id, nonsense)
    outbox.send(fine, text_id, good)
    outbox.client.wait_for(fine, "uploaded", UPLOADED_WITHIN_S)
    wait_until(lambda: outbox.client.session(hopeless)["problem"], REPORTED_WITHIN_S, "the problem is reported")
    session = outbox.client.session(hopeless)
    assert (session["state"], session["attempts"]) == ("ended", 1)
    assert session["problem"] == "Not one segment can be read."
    assert not (server.archive / hopeless).exists()
    held = server.staging / "sessions" / hopeless / "segments"
    assert len(list(held.iterdir())) == len(good.segments)


def test_other_bytes_under_a_number_that_is_held_are_refused_and_the_first_ones_stay(
    server: Server, outbox: Outbox, text_id: str, good: Take
) -> None:
    session_id, first = new_id(), good.segments[0]
    outbox.client.open(session_id, text_id, good.capture)
    assert outbox.client.put_segment(session_id, first) == 201
    assert outbox.client.put_segment(session_id, first) == 200
    refused = refusal(outbox.client, session_id, [dataclasses.replace(first, body=garbage(first))])
    assert (refused.status, refused.slug) == (409, "segment-differs")
    assert outbox.client.received(session_id) == {"segments": [[0, 0]], "marks": 0, "bytes": len(first.body)}


def test_what_is_missing_at_the_end_is_named_and_nothing_changes(outbox: Outbox, text_id: str, good: Take) -> None:
    session_id = new_id()
    outbox.client.open(session_id, text_id, good.capture)
    outbox.send_segments(session_id, [good.segments[0], good.segments[2]])
    outbox.send_marks(session_id, good.marks[:1])
    with pytest.raises(Refused) as refused:
        outbox.client.end(session_id, good.ending)
    assert (refused.value.status, refused.value.slug) == (409, "pieces-missing")
    assert refused.value.problem["missing_segments"] == [1, *range(3, len(good.segments))]
    assert refused.value.problem["missing_marks"] == list(range(1, len(good.marks)))
    assert outbox.client.session(session_id)["state"] == "active"


def refusal(client: Client, session_id: str, segments: Sequence[Segment]) -> Refused:
    with pytest.raises(Refused) as refused:
        for segment in segments:
            client.put_segment(session_id, segment)
    return refused.value
