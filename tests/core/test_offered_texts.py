"""Texts from files, books and articles, and what whoever adds them wants of them."""

from __future__ import annotations

import io

import pytest

from recital_core import errors
from recital_core.library import Wishes
from recital_core.ports import Document
from recital_core.speakers import Speaker
from recital_core.texts import Language, TextSource
from tests.core.conftest import World

ARTICLE = "https://he.wikipedia.org/wiki/x"


def book() -> io.BytesIO:
    return io.BytesIO(b"One\nA cat sat.\nIt slept.\fTwo\nA dog stood (still).")


@pytest.fixture
def article(world: World) -> Document:
    source = TextSource(kind="article", url=ARTICLE, revision="7", licence="CC BY-SA 4.0", title="חתול")
    document = Document(title="חתול", language=Language("he"), blocks=("חתול ישב. הוא ישן.",), source=source)
    world.sources.articles[ARTICLE] = document
    return document


def test_a_file_is_one_text_with_all_its_chapters(world: World, dana: Speaker) -> None:
    text = world.library.from_file(dana, "cats.epub", book(), Wishes(language="en"))
    assert text.paragraphs == (("A cat sat.",), ("It slept.",), ("A dog stood (still).",))
    assert (text.title, text.source.kind) == ("One", "file")


def test_of_a_book_only_some_chapters_may_be_wanted(world: World, dana: Speaker) -> None:
    text = world.library.from_file(dana, "cats.epub", book(), Wishes(language="en"), [1])
    assert (text.title, text.paragraphs) == ("Two", (("A dog stood (still).",),))
    with pytest.raises(errors.EmptyText):
        world.library.from_file(dana, "cats.epub", book(), Wishes(language="en"), [7])


def test_each_chapter_may_be_a_text_of_its_own(world: World, dana: Speaker) -> None:
    texts = list(world.library.chapters(dana, "cats.epub", book(), Wishes(language="en", public=True)))
    assert [(text.title, text.sentence_count, text.public) for text in texts] == [("One", 2, True), ("Two", 1, True)]


def test_an_article_says_its_own_language_and_where_it_is_from(world: World, dana: Speaker, article: Document) -> None:
    text = world.library.keep(dana, world.library.from_article(dana, ARTICLE, Wishes()))
    assert (text.language, text.title, text.source) == ("he", "חתול", article.source)
    assert [listed.text.kind for listed in world.library.page(dana).items] == ["article"]
    with pytest.raises(errors.ArticleNotFound):
        world.library.from_article(dana, "https://he.wikipedia.org/wiki/y", Wishes())


def test_what_stands_in_brackets_stays_unless_it_is_not_wanted(world: World, dana: Speaker) -> None:
    wishes = Wishes(language="en", brackets=False)
    assert world.library.from_prose(dana, "A dog stood (still).", wishes).paragraphs == (("A dog stood.",),)


def test_a_language_is_needed_and_has_to_be_one_of_the_configured(world: World, dana: Speaker) -> None:
    with pytest.raises(errors.UnsupportedLanguage, match="he, yi, en"):
        world.library.from_file(dana, "cats.txt", book(), Wishes())
    with pytest.raises(errors.UnsupportedLanguage, match="fr"):
        world.library.add(dana, "Un chat.", "fr")
    assert world.library.add(dana, "A cat.", "en-GB").language == "en-GB"
    assert world.library.from_file(dana, "cats.txt", book(), Wishes(otherwise="en")).language == "en"


def test_articles_are_suggested_in_a_language(world: World, article: Document) -> None:
    assert [one.url for one in world.library.suggestions("he")] == [ARTICLE]
    assert world.library.suggestions("yi") == []
    with pytest.raises(errors.UnsupportedLanguage):
        world.library.suggestions("fr")


def test_a_long_sentence_is_read_in_pieces_and_a_text_may_say_from_how_many_words_on(
    world: World, dana: Speaker
) -> None:
    prose = "The children went out into the garden, and their mother stayed at home. They sang."
    text = world.library.add(dana, prose, "en")
    assert world.library.pieces(text) == ((None, None),)
    shorter = world.library.change(dana, text.id, long_sentence_words=8)
    assert (shorter.paragraphs, shorter.revision) == (text.paragraphs, text.revision)
    assert world.library.pieces(shorter) == (
        (("The children went out into the garden, ", "and their mother stayed at home."), None),
    )
    assert world.library.change(dana, text.id, title="Home").long_sentence_words == 8
    assert world.library.pieces(world.library.change(dana, text.id, long_sentence_words=None)) == ((None, None),)
    with pytest.raises(errors.Invalid):
        world.library.change(dana, text.id, long_sentence_words=4)
    with pytest.raises(errors.Invalid):
        world.library.from_prose(dana, prose, Wishes(language="en", long_sentence_words=201))


def test_a_long_sentence_without_a_fit_place_is_its_own_only_piece(world: World, dana: Speaker) -> None:
    text = world.library.from_prose(dana, "One two three four five six.", Wishes(language="en", long_sentence_words=5))
    assert world.library.pieces(text) == ((("One two three four five six.",),),)
