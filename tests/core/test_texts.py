"""Languages, directions, normal form, titles and who may read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recital_core import errors
from recital_core.audit import Actor, Way
from recital_core.ports import TextFilter
from recital_core.prose import normal
from recital_core.sessions import RecitalSession
from recital_core.speakers import Role, Speaker
from recital_core.texts import (
    Language,
    Place,
    RecitalText,
    TextId,
    TextScope,
    TextSort,
    direction,
    language_tag,
    paragraphs_of,
    title_of,
)
from tests.core.conftest import World, a_mark, somebody

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
    assert {item.text.id for item in world.library.page(dana).items} == {text.id, shared.id}
    assert [item.text.title for item in world.library.page(noam).items] == ["Morning"]
    assert world.library.get(noam, shared.id) == shared
    with pytest.raises(errors.TextNotFound):
        world.library.get(noam, text.id)


def test_a_preview_keeps_nothing(world: World, dana: Speaker) -> None:
    assert world.library.preview(dana, "One. Two.", "en").paragraphs == (("One.", "Two."),)
    assert world.library.page(dana).items == []


def test_a_text_has_an_end(world: World, dana: Speaker) -> None:
    with pytest.raises(errors.TooLarge):
        world.library.add(dana, "a" * 5_000_001, "en")


# ---- the library


def read_aloud(world: World, speaker: Speaker, text: RecitalText, *sentences: int) -> RecitalSession:
    session = world.opened(speaker, text)
    marks = [a_mark(n, sentence, (n + 1) * 1000) for n, sentence in enumerate(sentences)]
    world.recording.take_marks(speaker, session.id, marks)
    return session


def test_a_reader_s_progress_is_what_they_have_read_and_kept(world: World, dana: Speaker, text: RecitalText) -> None:
    read_aloud(world, dana, text, 0, 1)
    disavowed = world.opened(dana, text)
    world.recording.take_marks(dana, disavowed.id, [a_mark(0, 0, 1000, paragraph=1)])
    world.recording.disavow(dana, disavowed.id)
    assert world.library.reading(dana, text.id).read == [Place(0, 0), Place(0, 1)]
    assert [listed.read for listed in world.library.page(dana).items] == [2]


def test_an_admin_sees_how_many_voices_a_text_has(
    world: World, dana: Speaker, noam: Speaker, admin: Speaker, text: RecitalText
) -> None:
    world.library.change(dana, text.id, public=True)
    for speaker in (dana, dana, noam):
        read_aloud(world, speaker, text, 0)
    assert [listed.voices for listed in world.library.page(admin).items] == [2]
    assert [listed.voices for listed in world.library.page(noam).items] == [None]
    with pytest.raises(errors.NotAllowed):
        world.library.page(noam, sort=TextSort.VOICES)


def test_the_place_where_one_goes_on_is_kept_for_each_reader(
    world: World, dana: Speaker, admin: Speaker, text: RecitalText
) -> None:
    world.library.save_place(dana, text.id, Place(1, 0))
    world.library.save_place(dana, text.id, Place(0, 1))
    assert world.library.reading(dana, text.id).place == Place(0, 1)
    assert world.library.reading(admin, text.id).place is None
    with pytest.raises(errors.Invalid):
        world.library.save_place(dana, text.id, Place(9, 0))


def test_mended_words_are_a_new_revision_and_recordings_keep_the_old(
    world: World, dana: Speaker, text: RecitalText
) -> None:
    session = read_aloud(world, dana, text, 0)
    mended = world.library.change(dana, text.id, wording={Place(0, 0): "  שלום  לכל העולם. "})
    assert (mended.revision, mended.words_at(Place(0, 0))) == (2, "שלום לכל העולם.")
    assert mended.words_at(Place(0, 1)) == text.words_at(Place(0, 1))
    with world.store.separately() as tx:
        kept = tx.texts.get(text.id, session.text_revision)
    assert kept == text
    assert world.library.get(dana, text.id) == mended


@pytest.mark.parametrize("wording", [{Place(7, 0): "words"}, {Place(0, 0): " ! "}, {Place(0, 0): "two\nlines"}])
def test_words_that_cannot_be_read_are_not_taken(
    world: World, dana: Speaker, text: RecitalText, wording: dict[Place, str]
) -> None:
    with pytest.raises(errors.Invalid):
        world.library.change(dana, text.id, wording=wording, title="another")
    assert world.library.get(dana, text.id) == text


def test_only_its_owner_and_admins_change_a_text(
    world: World, dana: Speaker, noam: Speaker, admin: Speaker, text: RecitalText
) -> None:
    with pytest.raises(errors.TextNotFound):
        world.library.change(noam, text.id, title="mine")
    world.library.change(admin, text.id, public=True, title="shared")
    with pytest.raises(errors.NotAllowed):
        world.library.change(noam, text.id, title="mine")
    with pytest.raises(errors.NotAllowed):
        world.library.retire(noam, text.id)
    world.library.retire(dana, text.id)
    with pytest.raises(errors.TextNotFound):
        world.library.get(noam, text.id)


def test_who_shares_withdraws_mends_or_retires_a_text_is_in_the_log(
    world: World, dana: Speaker, admin: Speaker, text: RecitalText
) -> None:
    by = Actor(speaker_id=admin.id, way=Way.BROWSER)
    world.library.change(admin, text.id, title="another", by=by)
    world.library.change(admin, text.id, public=True, by=by)
    world.library.change(admin, text.id, public=True, by=by)
    world.library.change(admin, text.id, public=False, by=by)
    world.library.change(admin, text.id, wording={Place(0, 0): "שלום לכל העולם."}, by=by)
    for _ in range(2):
        world.library.retire(admin, text.id, by)
    noted = [entry for entry in world.oversight.audit(speaker_id=dana.id).entries.items if "text" in entry.facts]
    assert sorted(entry.event for entry in noted) == ["text-mended", "text-retired", "text-shared", "text-withdrawn"]
    assert all((entry.actor_id, entry.facts["text"]) == (admin.id, str(text.id)) for entry in noted)


def test_who_adds_a_text_for_all_is_in_the_log(world: World, dana: Speaker) -> None:
    by = Actor(speaker_id=dana.id, way=Way.PROGRAM)
    for public in (False, True):
        text = world.library.keep(dana, world.library.preview(dana, "Good morning.", "en", public=public), by)
    (noted,) = [entry for entry in world.oversight.audit(speaker_id=dana.id).entries.items if "text" in entry.facts]
    assert (noted.event, noted.actor_id, noted.facts["text"]) == ("text-shared", dana.id, str(text.id))


def test_the_same_words_again_are_pointed_out_to_whoever_may_read_them(
    world: World, dana: Speaker, noam: Speaker, text: RecitalText
) -> None:
    again = world.library.preview(dana, "שלום לכולם.\nמה שלומכם? הכול טוב.", "he")
    twin = world.library.twin(dana, again)
    assert twin is not None
    assert twin.id == text.id
    assert world.library.twin(noam, again) is None


def test_texts_are_found_by_title_language_and_length(world: World, dana: Speaker, text: RecitalText) -> None:
    short = world.library.add(dana, "Hello there.", "en", "A Greeting")
    long = world.library.add(dana, "One two three four five six seven eight nine ten.", "en", "Counting")

    def found(sort: TextSort = TextSort.NEWEST, **wanted: Any) -> list[TextId]:
        return [listed.text.id for listed in world.library.page(dana, TextFilter(**wanted), sort=sort).items]

    assert found(search="greet") == [short.id]
    assert set(found(language="en")) == {short.id, long.id}
    assert found(language="en", max_words=5) == [short.id]
    assert found(TextSort.TITLE, language="en") == [short.id, long.id]
    assert found(TextSort.SHORTEST)[0] == short.id
    assert found(scope=TextScope.PUBLIC) == []
