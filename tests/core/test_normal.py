"""The forms of prose: normal form, without brackets, without nikud."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recital_core.prose import normal, without_brackets, without_nikud

CHARACTERS = "אבשׁ ae \t\n\r\u00a0\u00ad\u2060\ufeff\x00\x1c\x1f\u0301\u0308\u05b0\u05bc\u05c1\u0591()[].,:;!?\"״׳'־–"
DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200f\u200e"
proses = st.one_of(st.text(), st.text(st.sampled_from(CHARACTERS + DIRECTIONS), max_size=80))
bracketed = st.text(st.sampled_from('()[] אבa1.,:!"\n'), max_size=40)
LONG = 5_000_000


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("שׁ", "ש\u05c1"),
        ("e\u00ad\u0301", "é"),
        ("a\r\nb\rc\u2028d\x0be\x1cf", "a\nb\nc\nd\ne\nf"),
        (" א \t\u00a0 ב \n ג ", "א ב\nג"),
        ("א\x00\x07\ufeffב\ud800", "אב"),
        ("בְּרֵאשִׁ֖ית בָּרָ֣א׃", unicodedata.normalize("NFC", "בְּרֵאשִׁ֖ית בָּרָ֣א׃")),
        ("\u202bשלום\u202c ו\u2067זהו\u2069.", "\u202bשלום\u202c ו\u2067זהו\u2069."),
        ("\u202bשלום\nלכם\u202c", "שלום\nלכם"),
        ("\u2067א\u202bב\u2069ג\u202c", "\u2067אב\u2069ג"),
        ("\u202eשלום 2020\u200f.", "שלום 2020\u200f."),
        ("e" + "\u0323" * 100, "ẹ" + "\u0323" * 29),
    ],
)
def test_normal_form_drops_what_nobody_sees_and_keeps_what_is_read(prose: str, expected: str) -> None:
    assert normal(prose) == expected


@given(proses)
@example("e\u00ad\u0301")
@example("\ufb2c" + "\u0301" * 40)
@example("\u0301" * 20 + "\u00ad" + "\u0323" * 20)
@example("\u202a\u2066\u202c\u2069\u202c")
def test_normal_form_is_its_own(prose: str) -> None:
    once = normal(prose)
    assert normal(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(proses)
def test_normal_form_keeps_every_letter_and_digit(prose: str) -> None:
    def seen(text: str) -> list[str]:
        return [character for character in unicodedata.normalize("NFD", text) if character.isalnum()]

    assert seen(normal(prose)) == seen(prose)


@pytest.mark.parametrize(
    "unit",
    [
        "שָׁלוֹם לכם, זה טקסט. ",
        "plain words ",
        "e\u0301 ",
        "a\u00ad\u2060\ufeff",
        "\u0301\u0323",
        "a\n",
        " \t\u00a0",
    ],
)
def test_five_million_characters_are_normal_in_time(unit: str) -> None:
    prose = unit * (LONG // len(unit))
    started = time.process_time()
    normal(prose)
    assert time.process_time() - started < 6  # about a third on a machine that does nothing else


@pytest.mark.parametrize("unit", ["\u202a", "\u202c", "\u2066\u202b\u2069", "\u202b\n"])
def test_controls_without_end_are_paired_in_time(unit: str) -> None:
    started = time.process_time()
    normal(unit * 200_000)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("prose", "expected"),
    [
        ("המלחמה פרצה ב-1948 (ראו להלן).", "המלחמה פרצה ב-1948."),
        ("העיר (נוסדה ב-1909) גדלה.", "העיר גדלה."),
        ("העיר גדלה.[12][13] היא יפה [א].", "העיר גדלה. היא יפה."),
        ("הוא הלך (מהר (מאוד) [כך]), ושב.", "הוא הלך, ושב."),
        ("(ראו להלן.)", ""),
        ("(כך), הוא אמר.", "הוא אמר."),
        ("לחם, (חלב), (ביצים), גבינה.", "לחם, גבינה."),
        ("הוא בא. (היא לא.) הם שבו.", "הוא בא. הם שבו."),
        ("העיר(1909)הייתה קטנה, וספר(ים) בה.", "העיר הייתה קטנה, וספר בה."),
        ('הוא אמר "(בשקט) לא" (והלך)', 'הוא אמר "לא"'),
        ("סוגר בלי פותח) ופותח (בלי סוגר", "סוגר בלי פותח) ופותח (בלי סוגר"),
        ("1) אחת :) (\n) שתיים", "1) אחת :) (\n) שתיים"),
        ("(א [ב) ג] ד", "ג] ד"),
        ('ד״ר כהן (ת"א) ומר לוי', "ד״ר כהן ומר לוי"),
        ("a {b} <c>", "a {b} <c>"),
    ],
)
def test_brackets_go_without_a_trace(prose: str, expected: str) -> None:
    assert without_brackets(prose) == expected


@given(bracketed)
def test_without_brackets_once_is_without_brackets(prose: str) -> None:
    once = without_brackets(prose)
    assert without_brackets(once) == once
    assert once.count("\n") == prose.count("\n")


@given(bracketed.map(normal))
def test_without_brackets_leaves_normal_form(prose: str) -> None:
    once = without_brackets(prose)
    assert normal(once) == once


@given(proses)
def test_without_a_bracket_nothing_goes(prose: str) -> None:
    unbracketed = "".join(character for character in prose if character not in "()[]")
    assert without_brackets(unbracketed) == unbracketed


@pytest.mark.parametrize("unit", ["(", ")", "(א) ", "([", ")]", "(]", "(),", "א(ב)"])
def test_brackets_without_end_go_in_time(unit: str) -> None:
    started = time.process_time()
    without_brackets(unit * 100_000)
    assert time.process_time() - started < 5


def test_nikud_and_accents_go_and_marks_between_words_stay() -> None:
    assert without_nikud("בְּרֵאשִׁ֖ית בֶּן־אָדָם׃ כׇּל ׀ הַיּוֹם", "he-IL") == "בראשית בן־אדם׃ כל ׀ היום"


def test_in_yiddish_points_are_spelling() -> None:
    assert without_nikud("ייִדישע װערטער אַפֿילו", "yi") == "ייִדישע װערטער אַפֿילו"


@given(proses)
def test_without_nikud_no_letter_goes(text: str) -> None:
    assert [c for c in without_nikud(text, "he") if c.isalnum()] == [c for c in text if c.isalnum()]
