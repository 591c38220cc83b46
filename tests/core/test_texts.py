"""Languages, directions, normal form, titles and who may read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recital_core import errors
from recital_core.speakers import Role, Speaker
from recital_core.texts import Language, Place, RecitalText, direction, language_tag, normal, paragraphs_of, title_of
from tests.core.conftest import World, somebody

HEBREW = Language("he")


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("he", "rtl"), ("yi", "rtl"), ("en", "ltr"), ("he-IL", "rtl"), ("yi-Latn", "ltr"), ("az-Arab", "rtl")],
)
def test_the_direction_follows_the_language_or_its_script(tag: str, expected: str) -> None:
    assert direction(tag) == expected


def test_a_language_tag_is_kept_in_one_spelling() -> None:
    assert language_tag(" HE-IL ") == "he-IL"


@pytest.mark.parametrize("wrong", ["", "hebrew language", "1", "עברית", "e", "en_US"])
def test_what_is_not_a_language_tag_is_refused(wrong: str) -> None:
    with pytest.raises(errors.UnsupportedLanguage):
        language_tag(wrong)


def test_normal_form_keeps_points_and_drops_what_nobody_sees() -> None:
    assert normal("שָׁלוֹם\u00ad  \tלכם\r\nab\x07c\u2028d") == normal("שָׁלוֹם לכם\nabc\nd")


@given(st.text())
def test_normal_form_is_a_fixed_point(prose: str) -> None:
    assert normal(normal(prose)) == normal(prose)


def test_lines_are_paragraphs_and_blank_ones_are_none() -> None:
    assert paragraphs_of("אחת. שתיים.\n\n --- \nשלוש", HEBREW) == (("אחת.", "שתיים."), ("שלוש",))


@pytest.mark.parametrize("nothing", ["", " \n\t", "— ! —"])
def test_a_text_without_a_letter_is_refused(nothing: str) -> None:
    with pytest.raises(errors.EmptyText):
        paragraphs_of(nothing, HEBREW)


def test_a_title_is_taken_from_the_first_words() -> None:
    paragraphs = paragraphs_of("אחת שתיים שלוש ארבע חמש שש שבע שמונה תשע.", HEBREW)
    assert title_of(None, paragraphs) == "אחת שתיים שלוש ארבע חמש שש שבע שמונה…"
    assert title_of("  שם\n הספר ", paragraphs) == "שם הספר"
    assert title_of(None, paragraphs_of("שלום.", HEBREW)) == "שלום"


def test_a_title_has_an_end() -> None:
    with pytest.raises(errors.Invalid):
        title_of("א" * 201, paragraphs_of("שלום", HEBREW))
    assert len(title_of(None, paragraphs_of("א" * 5000, HEBREW))) <= 200


def test_a_place_beyond_the_text_has_no_words(text: RecitalText) -> None:
    assert text.words_at(Place(1, 0)) == "הכול טוב."
    for beyond in (Place(2, 0), Place(0, 2), Place(-1, 0), Place(0, -1)):
        assert text.words_at(beyond) is None


def test_a_private_text_is_read_by_its_owner_and_by_admins(text: RecitalText, dana: Speaker) -> None:
    assert text.may_be_read_by(dana)
    assert text.may_be_read_by(somebody(Role.ADMIN))
    assert not text.may_be_read_by(somebody())


def test_the_library_shows_what_one_may_read_and_hides_the_rest(
    world: World, dana: Speaker, noam: Speaker, text: RecitalText
) -> None:
    shared = world.library.add(dana, "Good morning.", "en", "Morning", public=True)
    assert {item.id for item in world.library.page(dana).items} == {text.id, shared.id}
    assert [item.title for item in world.library.page(noam).items] == ["Morning"]
    assert world.library.get(noam, shared.id) == shared
    with pytest.raises(errors.TextNotFound):
        world.library.get(noam, text.id)


def test_a_preview_keeps_nothing(world: World, dana: Speaker) -> None:
    assert world.library.preview(dana, "One. Two.", "en").paragraphs == (("One.", "Two."),)
    assert world.library.page(dana).items == []


def test_a_text_has_an_end(world: World, dana: Speaker) -> None:
    with pytest.raises(errors.TooLarge):
        world.library.add(dana, "a" * 5_000_001, "en")
