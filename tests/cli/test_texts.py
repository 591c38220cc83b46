from __future__ import annotations

import uuid

from tests.cli.conftest import Terminal

PROSE = "שלום לכולם. מה שלומכם?\nהכול טוב."


def added(terminal: Terminal, *options: str) -> str:
    """The id, last on the line."""
    return terminal.run("texts", "add", "-", *options, words=PROSE).stdout.split()[-1]


def test_a_piped_text_is_split_and_belongs_to_the_local_admin(terminal: Terminal) -> None:
    text = terminal.json("texts", "show", added(terminal))
    assert text["paragraphs"] == [["שלום לכולם.", "מה שלומכם?"], ["הכול טוב."]]
    [admin] = terminal.json("speakers", "list")
    assert admin["email"] == "admin@localhost"
    assert (text["owner_id"], text["language"], text["public"]) == (admin["id"], "he", False)


def test_a_file_may_be_of_another_language_owner_and_title(terminal: Terminal) -> None:
    terminal.run("speakers", "approve", "dana@example.org")
    (terminal.folder / "story.txt").write_text("It was a dark night. It rained.", encoding="utf-8")
    options = ("--language", "en-GB", "--title", "A night", "--owner", "dana@example.org", "--public")
    terminal.run("texts", "add", "story.txt", *options)
    [text] = terminal.json("texts", "list")
    assert (text["title"], text["language"], text["public"], text["sentences"]) == ("A night", "en-GB", True, 2)


def test_texts_are_listed_the_newest_first_with_columns_that_line_up(terminal: Terminal) -> None:
    for title in ("ראשון", "שני"):
        added(terminal, "--title", title)
    head, newest, oldest = terminal.run("texts", "list").stdout.splitlines()
    assert newest.endswith("שני")
    assert oldest.endswith("ראשון")
    assert head.index("title") == newest.index("שני") == oldest.index("ראשון")


def test_a_text_is_shown_a_sentence_a_line_with_its_address(terminal: Terminal) -> None:
    shown = terminal.run("texts", "show", added(terminal)).stdout.splitlines()
    assert [line for line in shown if line[:1].isdigit()] == [
        "0.0  שלום לכולם.",
        "0.1  מה שלומכם?",
        "1.0  הכול טוב.",
    ]


def test_what_cannot_be_a_text_is_invalid(terminal: Terminal) -> None:
    (terminal.folder / "empty.txt").write_text(" \n…\n")
    (terminal.folder / "image.txt").write_bytes(b"\xff\xd8\xff")
    terminal.refused("texts", "add", "empty.txt", code=3)
    assert "image.txt" in terminal.refused("texts", "add", "image.txt", code=3)
    terminal.refused("texts", "add", "empty.txt", "--language", "klingon!", code=3)


def test_what_is_not_there_is_not_found(terminal: Terminal) -> None:
    (terminal.folder / "a.txt").write_text("א")
    terminal.refused("texts", "show", str(uuid.uuid4()), code=4)
    terminal.refused("texts", "add", "a.txt", "--owner", "nobody@example.org", code=4)
    terminal.refused("texts", "add", "missing.txt", code=4)
    terminal.run("texts", "show", "not-an-id", code=2)


def test_a_text_is_renamed_shared_and_retired(terminal: Terminal) -> None:
    terminal.run("texts", "add", "-", "--language", "en", "--title", "First", words="Hello there.")
    [text] = terminal.json("texts", "list")
    said = terminal.run("texts", "change", text["id"], "--title", "Morning", "--public").stdout
    assert said.strip() == "“Morning” is public."
    assert [(one["title"], one["public"], one["voices"]) for one in terminal.json("texts", "list")] == [
        ("Morning", True, 0)
    ]
    assert terminal.json("texts", "list", "--search", "evening") == []
    terminal.run("texts", "retire", text["id"])
    assert terminal.json("texts", "list") == []


def test_many_files_are_added_and_a_bad_one_does_not_stop_the_others(terminal: Terminal) -> None:
    for name, words in (("a.txt", "One cat."), ("b.txt", ""), ("c.html", "<h1>Dogs</h1><p>Two dogs.</p>")):
        (terminal.folder / name).write_text(words)
    result = terminal.run("texts", "add", "a.txt", "b.txt", "c.html", "--language", "en", code=3)
    assert "b.txt: " in result.stderr
    assert {one["title"] for one in terminal.json("texts", "list")} == {"a", "Dogs"}


def test_a_title_is_for_one_text(terminal: Terminal) -> None:
    terminal.run("texts", "add", "a.txt", "b.txt", "--title", "Both", code=2)


def test_a_language_that_is_not_configured_is_refused(terminal: Terminal) -> None:
    (terminal.folder / "a.txt").write_text("Un chat.")
    assert "he, yi, en" in terminal.refused("texts", "add", "a.txt", "--language", "fr", code=3)


def test_an_address_of_this_very_machine_is_refused(terminal: Terminal) -> None:
    terminal.refused("texts", "add", "http://127.0.0.1:1/a.html", code=3)
