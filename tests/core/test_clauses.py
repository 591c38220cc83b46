"""Cutting long sentences into pieces: where readers pause, never elsewhere, and what always holds."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recital_core.sentences import pieces, split
from recital_core.sentences.clauses import SHORTEST
from tests.core.sentence_data import DEVELOPMENT_SETS, development_set

WORDS = 'אבל ואז הלך שלום הוא ב־1948 און אָבער דאָס and the which 12 3.5 ד״ר צה"ל'
MARKS = ', , , ; : – - -- — — ... … ! ? ( ) [5] [ ] " “ ” „ ״ . \u200f ׃ ¹'
SPACES = [" ", " ", " ", " ", "  ", "\u00a0", "\n", ""]
sentences = st.one_of(
    st.text(),
    st.lists(st.sampled_from([*WORDS.split(), *MARKS.split(), *SPACES]), max_size=80).map("".join),
    st.lists(st.sampled_from(["מילה", "word", "ווארט,", "אבל", "a;", "(ב", "ג)", "–", "12,"]), max_size=90).map(
        " ".join
    ),
)
languages = st.sampled_from(["he", "yi", "en", "he-IL", "iw", "ru", ""])
limits = st.integers(min_value=1, max_value=30)


def cut(sentence: str, language: str = "he", limit: int = 8) -> list[str]:
    return [piece.strip() for piece in pieces(sentence, language, limit)]


@pytest.mark.parametrize(
    ("language", "limit", "sentence"),
    [
        ("he", 8, "הילדים יצאו לחצר הגדולה; | המורה נשארה לבדה בכיתה הריקה."),
        ("he", 8, "בסל שקנתה אמא אתמול היו הדברים הבאים: | לחם, חלב, ביצים, גבינה ותפוחים."),
        ("he", 8, "הוא ידע היטב מה צריך לעשות – | אבל לא עשה דבר כל היום."),
        ("he", 8, "לחם, חלב וביצים קנינו בשוק הגדול, | אבל את הדגים שכחנו שם."),
        ("he", 8, "אמא, אבא והילדים יצאו בבוקר לטיול ארוך, | ואני נשארתי לבדי בבית."),
        ("he", 8, "העיר הגדולה והיפה שעל שפת הים | (שנוסדה לפני מאה שנים בערך) | היא ביתם של רבים."),
        ("he", 8, "הוא נולד בעיר לודז' שבפולין (1890) למשפחה ענייה,[5] | ולמד בחדר ובישיבה."),
        ("he", 8, "״אני הולך עכשיו הביתה לישון,״ | אמר הילד הקטן לאמו ויצא."),
        ("he", 8, "הכנסת קיבלה אתמול את חוק יסוד: כבוד האדם, | והשופטים בירכו עליו מאוד."),
        ("he", 8, "בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם, | וְהָאָרֶץ הָיְתָה תֹהוּ וָבֹהוּ וְחֹשֶׁךְ."),
        ("yi", 8, "דער ייד איז געגאַנגען אין שול אַרײַן, | אָבער קיינער איז דאָרט נישט געווען."),
        ("yi", 8, "ברויט, מילך און אייער האָבן זיי געקויפֿט, | װײַל אין דער היים איז נישט געװען."),
        ("en", 8, "Bread, milk and eggs we bought there, | but the fish we forgot at home."),
        ("en", 8, "She waited a long time for him—| though nobody had told her he would come."),
        ("en", 8, "The old house on the hill -- | the one with green shutters -- was sold."),
        ("ru", 8, "Он долго ждал её у старых ворот; | она так и не пришла."),
    ],
)
def test_a_long_sentence_is_cut_where_a_reader_pauses(language: str, limit: int, sentence: str) -> None:
    expected = [piece.strip() for piece in sentence.split("|")]
    assert cut(sentence.replace("—| ", "—").replace("| ", ""), language, limit) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "הערה זו חידדה את ההבנה אצל חברי הכנסת כי גם חקיקה ראשית צפויה להתבטל בבית המשפט",
        "בשנים 1990 - 1995 גרו בעיר הזאת כמה אלפי אנשים ונשים וטף",
        "השעה 12:30 והמחיר 1,250 שקלים ו-3.5 אגורות לכל ילד וילדה בכיתה",
        "לא, הילדים הגדולים והקטנים של השכנים שלנו הלכו כולם יחד הביתה",
        "הוא קנה בשוק הגדול תפוחים ואגסים וענבים ותאנים ותמרים ורימונים , ",
    ],
)
def test_without_a_fit_place_a_sentence_stays_whole(sentence: str) -> None:
    assert pieces(sentence, "he", 8) == [sentence]


def test_a_comma_with_a_conjunction_goes_before_a_comma_of_a_list() -> None:
    assert cut("one two three four, five six, but seven eight nine ten", "en", 7) == [
        "one two three four, five six,",
        "but seven eight nine ten",
    ]


def test_white_space_belongs_to_the_piece_before_it() -> None:
    assert pieces("one two three four; \n five six seven eight", "en", 5) == [
        "one two three four; \n ",
        "five six seven eight",
    ]


@pytest.mark.parametrize("name", DEVELOPMENT_SETS)
def test_of_real_sentences_hardly_a_piece_is_too_long(name: str) -> None:
    found = [
        piece
        for known in development_set(name)
        for sentence in split(known["paragraph"], known["language"])
        for piece in pieces(sentence, known["language"])
    ]
    too_long = [piece for piece in found if len(piece.split()) > 25]
    assert len(too_long) <= 0.01 * len(found)


@given(sentences, languages, limits)
@example("", "he", 1)
@example("–" * 60, "he", 1)
@example("a—" * 60, "en", 2)
def test_the_pieces_joined_give_the_sentence_back(sentence: str, language: str, limit: int) -> None:
    assert "".join(pieces(sentence, language, limit)) == sentence


@given(sentences, languages, limits)
def test_each_piece_of_several_has_a_letter_and_a_few_words(sentence: str, language: str, limit: int) -> None:
    found = pieces(sentence, language, limit)
    if len(found) > 1:
        assert all(any(map(str.isalpha, piece)) for piece in found)
        assert min(len(piece.replace("—", " ").replace("--", " -- ").split()) for piece in found) >= SHORTEST


@given(sentences, languages, limits)
def test_a_piece_is_cut_no_further(sentence: str, language: str, limit: int) -> None:
    for piece in pieces(sentence, language, limit):
        assert pieces(piece, language, limit) == [piece]


@given(sentences, languages, limits)
def test_a_sentence_within_the_limit_stays_whole(sentence: str, language: str, limit: int) -> None:
    words = len(sentence.replace("—", "— ").replace("--", "-- ").split())
    assert pieces(sentence, language, max(words, limit)) == [sentence]


@given(sentences, languages, limits)
def test_a_sentence_is_cut_at_marks_alone(sentence: str, language: str, limit: int) -> None:
    bare = "".join(character for character in sentence if character.isalnum() or character.isspace())
    assert pieces(bare, language, limit) == [bare]


@pytest.mark.parametrize(
    "unit", ["מילה, ", "1, ", "א—", "—", ", ", "(א ", "א) ", "([{", '"א, ', "-- ", "ab;cd", "(א ב ג) "]
)
def test_time_grows_with_the_length_and_not_with_its_square(unit: str) -> None:
    short, long = (unit * (length // len(unit)) for length in (2_000, 20_000))
    assert seconds_to_cut(long) < 40 * max(seconds_to_cut(short), 0.001)


def test_a_sentence_of_200_000_words_is_cut_in_time() -> None:
    sentence = "מילה מילה, אבל " * 66_667
    started = time.process_time()
    assert max(len(piece.split()) for piece in pieces(sentence, "he")) <= 25
    assert time.process_time() - started < 15


def test_brackets_in_brackets_without_end_are_cut_in_time() -> None:
    sentence = "(א " * 50_000 + ")" * 50_000
    assert seconds_to_cut(sentence) < 5


def seconds_to_cut(sentence: str) -> float:
    def once() -> float:
        started = time.process_time()
        pieces(sentence, "he")
        return time.process_time() - started

    return min(once(), once())
