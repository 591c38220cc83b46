"""The agreement that speakers sign: VERSION/LANGUAGE.txt in a folder of the operator's, or those beside this file.

A file is plain text in UTF-8: paragraphs with an empty line between them, the title first.
"""

from __future__ import annotations

import re
from pathlib import Path

from recital_core import errors
from recital_core.agreements import Agreement
from recital_core.texts import language_tag

BUILT_IN = Path(__file__).parent
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
MAX_BYTES = 200_000


def agreement_in(folder: Path | None) -> Agreement:
    """The greatest version in `folder`, in all its languages; without a folder the built-in one.

    Numbers in the names of versions count as numbers: 10 is greater than 9, and 2026-10 than 2026-9. Raises
    SettingWrong when there is no version, or one of its files cannot be used.
    """
    folder = folder or BUILT_IN
    try:
        versions = [place for place in folder.iterdir() if place.is_dir() and VERSION.fullmatch(place.name)]
        if not versions:
            raise errors.SettingWrong(f"There is no agreement in {folder}: it takes VERSION/LANGUAGE.txt, as 1/en.txt.")
        newest = max(versions, key=_rank)
        texts = {_language(file): _text(file) for file in sorted(newest.glob("*.txt")) if file.name[0] != "."}
    except (OSError, UnicodeDecodeError) as error:
        raise errors.SettingWrong(f"The agreement in {folder} cannot be read: {error}.") from error
    if not texts:
        raise errors.SettingWrong(f"The agreement {newest} has no text: it takes LANGUAGE.txt, as en.txt.")
    return Agreement(version=newest.name, texts=texts)


def _rank(version: Path) -> tuple[list[tuple[int, str]], str]:
    """The order of versions: numbers by their value and before letters."""
    parts = re.findall(r"[0-9]+|[^0-9]+", version.name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts], version.name


def _language(file: Path) -> str:
    try:
        return language_tag(file.stem)
    except errors.UnsupportedLanguage as error:
        raise errors.SettingWrong(f"{file} is not named by a language tag, as en.txt is.") from error


def _text(file: Path) -> str:
    if file.stat().st_size > MAX_BYTES:
        raise errors.SettingWrong(f"{file} is over {MAX_BYTES} bytes, which nobody reads before they agree.")
    text = BLANK_LINES.sub("\n\n", file.read_text("utf-8-sig")).strip()
    if not text:
        raise errors.SettingWrong(f"{file} is empty.")
    return text
