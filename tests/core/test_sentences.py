"""Splitting paragraphs into sentences: what must be right, how well it does on real text, what always holds."""

from __future__ import annotations

import doctest
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recital_core import sentences
from recital_core.sentences import spans, split
from recital_core.sentences.characters import DOUBLE_QUOTES
from tests.core.sentence_data import DEVELOPMENT_SETS, HardCase, boundary_f1, development_set, hard_cases

LINE_BREAKS = ["\n", "\r", "\r\n", "\u2028", "\u2029", "\x0b", "\x0c", "\x85"]
WORDS = "א ב שלום הוא אמר ו וגם וו כיתה פרופ עמ ה a I Dr p.m U.S He word Yahoo 1 12 3.5 2020"
MARKS = '. . . ! ? … ... ?! : , ; " " ״ „ “ ” \' ׳ ( ) [ ] { } [1] [א] ² – - ־ ׃ \u200f \u202b ְ @ www. 😀'
PIECES = [*WORDS.split(), *MARKS.split(), " ", " ", "  ", "\u00a0", *LINE_BREAKS]
REPEATED = [
    *["word", " ", "-", "\u200f", "(", ")", "()", "[[[]]]", '"', '"א ', 'א"', 'ב"ב ', "א'", ".", ". ", "א.", "א. "],
    *["a. B", "! ", ".)", ".)x", '."', '". ', "… ", "(. ", ". . ", ".[1", "?   - "],
]
texts = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
languages = st.one_of(st.sampled_from(["he", "yi", "en", "he-IL", "iw", "YI", "ru", "und", ""]), st.text())


def name_of(case: HardCase) -> str:
    return f"{case['kind']}: {case['paragraph'][:25]}"


@pytest.mark.parametrize("case", hard_cases(), ids=name_of)
def test_a_hard_case_gives_its_sentences(case: HardCase) -> None:
    assert split(case["paragraph"], case["language"]) == case["sentences"]


@pytest.mark.parametrize("name", DEVELOPMENT_SETS)
def test_sentence_ends_agree_with_what_people_marked(name: str) -> None:
    assert boundary_f1(development_set(name), inner_only=True) >= 0.99


def test_the_example_of_the_package_is_true() -> None:
    assert doctest.testmod(sentences).failed == 0


def test_importing_the_core_compiles_no_pattern_of_sentences() -> None:
    program = "import recital_core, sys; print([m for m in sys.modules if m.startswith('recital_core.sentences')])"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout
    assert told.strip() == "['recital_core.sentences']"


@given(texts, languages)
def test_any_text_in_any_language_gives_slices_that_leave_only_white_space_out(text: str, language: str) -> None:
    at = 0
    for start, end in spans(text, language):
        assert at <= start < end
        assert text[at:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        at = end
    assert text[at:].strip() == ""


@given(texts, languages)
def test_split_gives_the_slices_of_spans(text: str, language: str) -> None:
    assert split(text, language) == [text[start:end] for start, end in spans(text, language)]


@given(st.lists(texts, max_size=5), st.sampled_from(LINE_BREAKS), languages)
def test_a_line_break_always_ends_a_sentence(lines: list[str], line_break: str, language: str) -> None:
    together = split(line_break.join(lines), language)
    assert together == [sentence for line in lines for sentence in split(line, language)]


@given(texts, languages)
def test_a_sentence_without_quotation_marks_stays_whole_when_split_again(text: str, language: str) -> None:
    unquoted = "".join(character for character in text if character not in DOUBLE_QUOTES)
    for sentence in split(unquoted, language):
        assert split(sentence, language) == [sentence]


@given(texts, languages)
def test_marks_alone_are_a_sentence_only_where_the_line_has_nothing_else(text: str, language: str) -> None:
    for line in text.splitlines():
        found = split(line, language)
        assert len(found) <= 1 or all(any(map(str.isalnum, sentence)) for sentence in found)


@pytest.mark.parametrize("language", ["he-IL", "HE", "he_IL", "iw"])
def test_a_language_is_known_by_any_of_its_tags(language: str) -> None:
    assert split("הוא חשב... ובסוף ויתר.", language) == ["הוא חשב... ובסוף ויתר."]


def test_an_unknown_language_goes_by_capitals() -> None:
    assert split("Он спросил «когда?» и ушёл. Да.", "ru") == ["Он спросил «когда?» и ушёл.", "Да."]


@pytest.mark.parametrize("language", ["he", "en"])
@pytest.mark.parametrize("unit", REPEATED)
def test_time_grows_with_the_length_and_not_with_its_square(unit: str, language: str) -> None:
    short, long = (unit * (length // len(unit)) for length in (2_000, 20_000))
    assert seconds_to_split(long, language) < 40 * max(seconds_to_split(short, language), 0.001)


def seconds_to_split(text: str, language: str) -> float:
    def once() -> float:
        started = time.process_time()
        spans(text, language)
        return time.process_time() - started

    return min(once(), once())
