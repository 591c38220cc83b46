"""The agreement's files: which version counts, in which languages, and what an operator is told when it is wrong."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from adapters_storage.agreements import agreement_in
from recital_core import errors


def put(folder: Path, name: str, text: str = "You agree.") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return folder


def test_the_built_in_agreement_is_there_in_three_languages_paragraph_for_paragraph() -> None:
    agreement = agreement_in(None)
    assert agreement.version == "1"
    assert set(agreement.texts) == {"en", "he", "yi"}
    assert len({text.count("\n\n") for text in agreement.texts.values()}) == 1
    assert all("16" in text for text in agreement.texts.values())
    assert all(unicodedata.is_normalized("NFC", text) for text in agreement.texts.values())


@pytest.mark.parametrize(
    ("versions", "greatest"),
    [
        (["1", "2"], "2"),
        (["9", "10"], "10"),
        (["1.9", "1.10"], "1.10"),
        (["2026-9", "2026-10"], "2026-10"),
        (["v2", "v10"], "v10"),
        (["1", "1.1"], "1.1"),
        (["draft", "1"], "1"),
        (["01", "1"], "1"),
    ],
)
def test_the_greatest_version_counts(tmp_path: Path, versions: list[str], greatest: str) -> None:
    for version in versions:
        put(tmp_path, f"{version}/en.txt", version)
    found = agreement_in(tmp_path)
    assert (found.version, found.texts) == (greatest, {"en": greatest})


def test_a_text_is_its_paragraphs_whatever_its_editor_left(tmp_path: Path) -> None:
    put(tmp_path, "1/pt-BR.txt", "\ufeff\r\nAcordo\r\n \r\n\r\nÀs vezes.\r\n\r\n")
    assert agreement_in(tmp_path).texts == {"pt-BR": "Acordo\n\nÀs vezes."}


def test_what_is_no_text_is_not_looked_at(tmp_path: Path) -> None:
    for name in ("README.md", ".git/en.txt", "1/notes.md", "1/.en.txt", "1/he.txt"):
        put(tmp_path, name)
    assert set(agreement_in(tmp_path).texts) == {"he"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.md", "x"),
        ("1/README.md", "x"),
        ("1/en.txt", " \n"),
        ("1/english text.txt", "x"),
        ("1/en.txt", "x" * 200_001),
    ],
)
def test_a_wrong_folder_is_said_in_one_line(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(errors.SettingWrong) as wrong:
        agreement_in(put(tmp_path, name, text))
    assert str(tmp_path) in wrong.value.detail
    assert "\n" not in wrong.value.detail


def test_a_file_that_is_not_utf_8_and_a_folder_that_is_not_there_are_said(tmp_path: Path) -> None:
    put(tmp_path, "1/en.txt")
    (tmp_path / "1" / "en.txt").write_bytes("é".encode("latin-1"))
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(errors.SettingWrong, match="cannot be read"):
            agreement_in(folder)
