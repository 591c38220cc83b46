"""From marks to captions: which takes are kept, where one ends and the next starts, and the transcript as WebVTT."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from recital_core import errors
from recital_core.pauses import Pauses
from recital_core.ports import LevelFrames, Span
from recital_core.sessions import Mark, MarkKind, SessionId
from recital_core.texts import Language, Place, TextId


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence as it was read, between two presses of the reader; positions are samples of the recording."""

    place: Place
    words: str
    start_sample: int
    end_sample: int


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """A caption. Samples are of the recording, as pressed (`raw_…`) and as published; times are of the main audio."""

    number: int
    place: Place
    words: str
    raw_start_sample: int
    raw_end_sample: int
    start_sample: int
    end_sample: int
    start_ms: int
    end_ms: int


class TranscriptHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What a transcript says of itself, so that it can be understood without the files beside it."""

    session_id: SessionId
    text_id: TextId
    text_revision: int
    title: str
    language: Language


def takes(marks: Sequence[Mark], drop_last: int, words_at: Callable[[Place], str | None]) -> list[Take]:
    """The takes that `marks` (those that stand) keep, in order.

    A `read` keeps what lies since the mark before it; `again` and `skip` void it, and what follows the last mark is
    void. A take without audio (a key that bounced) is left out, and then the last `drop_last` of them. Raises
    MarkBeyondText where `words_at` knows no words.
    """
    kept: list[Take] = []
    start = 0
    for mark in marks:
        if mark.kind is MarkKind.READ and mark.at_sample > start:
            words = words_at(mark.place)
            if words is None:
                raise errors.MarkBeyondText(f"The text has no words for mark {mark.n}.", n=mark.n)
            kept.append(Take(place=mark.place, words=words, start_sample=start, end_sample=mark.at_sample))
        start = mark.at_sample
    return kept[: max(0, len(kept) - drop_last)]


def refined(takes: Sequence[Take], levels: LevelFrames, samples: int) -> list[Cue]:
    """A cue for each take, with its boundaries moved into the pause around them (see `Pauses.near`).

    Takes that meet share one boundary; at a void, both edges are boundaries of their own. The recording's first
    sample stays where it is, and so does its last (`samples`). Takes of less than a millisecond within the recording
    are left out, since no cue can show them. Published times count kept samples only: cues follow each other without
    a hole, and the last one ends with the audio.
    """
    rate = levels.sample_rate_hz
    least = -(-rate // 1000)
    audible = [take for take in takes if min(take.end_sample, samples) - take.start_sample >= least]
    edges = sorted({edge for take in audible for edge in (take.start_sample, min(take.end_sample, samples))})
    moved = _moved(edges, Pauses(levels, samples), samples, least)
    cues: list[Cue] = []
    published = 0
    for number, take in enumerate(audible, start=1):
        raw_end = min(take.end_sample, samples)
        start, end = moved[take.start_sample], moved[raw_end]
        cues.append(
            Cue(
                number=number,
                place=take.place,
                words=take.words,
                raw_start_sample=take.start_sample,
                raw_end_sample=raw_end,
                start_sample=start,
                end_sample=end,
                start_ms=published * 1000 // rate,
                end_ms=(published + end - start) * 1000 // rate,
            )
        )
        published += end - start
    return cues


def _moved(edges: Sequence[int], pauses: Pauses, samples: int, least: int) -> dict[int, int]:
    """Where each of the ascending `edges` goes: in order, never past a neighbour, `least` samples from it."""
    moved: dict[int, int] = {}
    first = 0
    for at, edge in enumerate(edges):
        closes = at == len(edges) - 1
        room = least if closes else min(least, edges[at + 1] - edge)
        if edge in (0, samples):
            moved[edge] = edge
        else:
            last = samples if closes else edges[at + 1] - room
            moved[edge] = pauses.near(edge, first, last, closes=closes)
        first = max(edge, moved[edge]) + room
    return moved


def kept_spans(cues: Iterable[Cue]) -> list[Span]:
    """What of the recording is published: the cues' samples, those that meet as one span."""
    spans: list[Span] = []
    for cue in cues:
        if spans and spans[-1].end == cue.start_sample:
            spans[-1] = Span(spans[-1].start, cue.end_sample)
        else:
            spans.append(Span(cue.start_sample, cue.end_sample))
    return spans


def webvtt(header: TranscriptHeader, cues: Iterable[Cue]) -> str:
    """The cues as WebVTT (W3C, https://www.w3.org/TR/webvtt1/), numbered, with NOTEs that say what it is."""
    notes = (
        f"session {header.session_id}",
        f"text {header.text_id} revision {header.text_revision}: {header.title}",
        f"language {header.language}",
    )
    blocks = ["WEBVTT", *(f"NOTE {_escaped(note)}" for note in notes)]
    blocks += [
        f"{cue.number}\n{_timestamp(cue.start_ms)} --> {_timestamp(cue.end_ms)}\n{_escaped(cue.words)}" for cue in cues
    ]
    return "\n\n".join(blocks) + "\n"


def _escaped(text: str) -> str:
    """`text` on one line, without the characters that WebVTT reads as markup; "-->" is among them."""
    line = text.replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\r\n", " ").replace("\r", " ").replace("\n", " ")
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _timestamp(ms: int) -> str:
    """hh:mm:ss.ttt, with as many digits of hours as it takes."""
    seconds, thousandths = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"
