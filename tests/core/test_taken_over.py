from __future__ import annotations

from recital_core.ports import CollectedReading
from recital_core.sessions import MarkKind
from recital_core.taken_over import marks_of, places_of, sounding
from recital_core.texts import Place

TEXT = (("One.", "Again."), ("Two.", "Again."))


def readings(*ends: tuple[float, str], void: bool = False) -> list[CollectedReading]:
    return [CollectedReading(words=words, end_ms=end_ms, void=void) for end_ms, words in ends]


def test_a_sentence_that_comes_twice_is_the_next_one_from_where_the_reading_is() -> None:
    read = readings((1, "One."), (2, "Again."), (3, "Two."), (4, "Again."), (5, "One."))
    assert places_of(read, TEXT) == [Place(0, 0), Place(0, 1), Place(1, 0), Place(1, 1), Place(0, 0)]


def test_a_text_without_one_of_the_sentences_is_another_text() -> None:
    assert places_of(readings((1, "One."), (2, "Three.")), TEXT) is None


def test_a_void_reading_is_skipped_where_the_reading_stands() -> None:
    read = readings((1, "One."), (2, "Two.")) + readings((3, "a slip"), void=True)
    places = places_of(read, TEXT)
    assert places is not None
    marks = marks_of(read, places, sample_rate_hz=48_000, samples=96)
    assert [mark.kind for mark in marks] == [MarkKind.READ, MarkKind.READ, MarkKind.SKIP]
    assert [mark.at_sample for mark in marks] == [48, 96, 96], "nothing ends after the last sample"


def test_what_was_stored_twice_or_lies_beyond_the_audio_is_left_out() -> None:
    read = readings((900, "One."), (900, "One."), (1900, "Two."), (2100, "Again."), (4000, "Again."), (1, "—"))
    kept, beyond = sounding(read, 2000)
    assert [reading.end_ms for reading in kept] == [900, 1900, 2100]
    assert beyond == 1
