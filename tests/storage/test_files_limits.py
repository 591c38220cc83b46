"""What strangers send to break a reader: bounded in time and memory, refused with a clear word."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from adapters_storage.articles import files
from adapters_storage.articles.archives import MAX_MEMBERS, MAX_UNPACKED_BYTES
from recital_core import errors
from tests.storage.made_files import book, read, read_apart, unzipped, word, zipped

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ENTITIES = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


class Endless(io.RawIOBase):
    """One line without an end, of which somebody counts what was asked for."""

    asked = 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0
        self.asked += size
        return b"x" * size


def test_one_line_of_any_length_is_refused_early() -> None:
    line = Endless()
    with pytest.raises(errors.TooLarge):
        list(files.documents("line.txt", line))  # type: ignore[arg-type] # a RawIOBase is as good as a BinaryIO
    assert line.asked <= 11 * 2**20


def test_a_file_as_large_as_allowed_is_read() -> None:
    (document,) = read_apart("שלום עולם " * 500_000)
    assert len(document.blocks) == 1


def with_document(xml: str) -> bytes:
    return zipped({**unzipped(word("x")), "word/document.xml": xml})


@pytest.mark.parametrize("declared", [ENTITIES, OUTSIDE])
def test_entities_are_refused_in_word_documents(declared: str) -> None:
    text = f"{declared}<w:document {NAMESPACE}><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>"
    with pytest.raises(errors.UnreadableFile, match="entities"):
        read(with_document(text))


@pytest.mark.parametrize("member", ["META-INF/container.xml", "EPUB/content.opf", "EPUB/toc.ncx"])
def test_entities_are_refused_in_books(member: str) -> None:
    members = unzipped(book([("פרק", "<p>ויאמר</p>")]))
    members.pop("EPUB/nav.xhtml") if member.endswith("ncx") else None
    held = members[member]
    assert isinstance(held, bytes)
    start = held.index(b"?>") + 2
    with pytest.raises(errors.UnreadableFile, match="entities"):
        read(zipped({**members, member: held[:start] + ENTITIES.encode() + held[start:]}))


def test_an_archive_that_declares_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(errors.TooLarge):
        read(with_document("<w>" + " " * (MAX_UNPACKED_BYTES + 1)))


def test_an_archive_that_lies_about_its_size_is_unpacked_no_further_than_it_says() -> None:
    honest = with_document("<w>" + "ab" * 2**20)
    real, small = (2 * 2**20 + 3).to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert real in honest
    with pytest.raises(errors.UnreadableFile):
        read(honest.replace(real, small))


def test_an_archive_of_ever_so_many_members_is_refused() -> None:
    with pytest.raises(errors.TooLarge):
        read(zipped({**unzipped(word("x")), **{f"word/{number}": "" for number in range(MAX_MEMBERS)}}))


def test_a_book_of_many_large_files_stops_at_the_limit_of_all() -> None:
    chapters = [(f"{n}", "<p>" + " ".join(map(str, range(n, n + 20_000))) + "</p>") for n in range(4)]
    made = book(chapters)
    members = unzipped(made)
    filler = os.urandom(2**20).hex() * 15  # 30 MiB, packed to a tenth of that at best
    members |= {name: f"<!--{filler}-->" for name in members if name.endswith("ch.xhtml")}
    with pytest.raises((errors.TooLarge, errors.UnreadableFile)):
        read_apart(zipped(members))


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("whole", [word("שלום " * 500), book([("פרק", "<p>ויאמר</p>")])])
def test_a_file_cut_short_says_that_it_is_broken(whole: bytes, cut: float) -> None:
    with pytest.raises(errors.UnreadableFile):
        read(whole[: int(len(whole) * cut)])


def test_an_archive_locked_by_a_password_says_so() -> None:
    locked = bytearray(word("שלום"))
    with zipfile.ZipFile(io.BytesIO(locked)) as archive:
        at = archive.getinfo("word/document.xml").header_offset
    for start in (at + 6, locked.index(b"PK\x01\x02") + 8):
        locked[start] |= 1
    at = -1
    while (at := locked.find(b"PK\x01\x02", at + 1)) >= 0:
        locked[at + 8] |= 1
    with pytest.raises(errors.UnreadableFile, match="password"):
        read(bytes(locked))


def test_other_archives_are_refused() -> None:
    with pytest.raises(errors.UnreadableFile, match="neither"):
        read(zipped({"a.txt": "שלום"}))


def test_a_reader_that_does_not_end_is_ended(tmp_path: Path) -> None:
    """The limits hold for a process that only turns round: in a second here, where a file may have thirty."""
    program = (
        "import resource; from adapters_storage.articles import files; files.MAX_CPU_S = 1\n"
        "from adapters_storage.articles import __main__ as apart, reading\n"
        "apart.MAX_CPU_S = 1; apart.limit()\n"
        "while True: pass"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False, timeout=60, cwd=tmp_path)
    assert ended.returncode < 0


def test_a_reader_that_breaks_is_a_file_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "READER", ("-c", "import sys, os; sys.stdin.read(); os.abort()"))
    with pytest.raises(errors.UnreadableFile, match="breaks"):
        read_apart("שלום")


def test_a_caller_who_takes_only_the_first_chapter_leaves_no_reader_behind() -> None:
    made = book([(f"פרק {n}", f"<p>{'ויאמר ' * 20_000}</p>") for n in range(20)])
    chapters = files.documents("book.epub", io.BytesIO(made))
    assert next(chapters).title == "פרק 0"
    chapters.close()  # type: ignore[attr-defined] # it is a generator
