"""Characters that the rules speak of, and words without what the rules do not look at.

The constants in capitals are the inside of a regular expression's square brackets.
"""

import re
import unicodedata

HEBREW = "\u05d0-\u05ea\u05ef-\u05f2\ufb1d\ufb1f-\ufb4f"  # letters, Yiddish pairs, presentation forms
POINTS = "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\ufb1e\u0300-\u036f"  # vowels, accents, combining
CONTROLS = "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c"  # direction marks, zero width
MARKS = ".!?…‼⁇⁈⁉‽\u05c3؟۔।։"  # what may end a sentence; U+05C3 ends a verse
DOUBLE_QUOTES = '"״“”„‟«»'
SINGLE_QUOTES = "'׳‘’‚‛‹›`"
CLOSERS = "\"״“”»'׳’›)\\]}"  # what may follow the mark and still belong to the sentence; Yiddish closes with “
DASHES = "–—―־-"
BULLETS = "•·*"
EMOJI = "\u2600-\u27bf\ufe0f\U0001f300-\U0001faff"
OPENERS = rf"(\[{{{DOUBLE_QUOTES}{SINGLE_QUOTES}{BULLETS}{DASHES}"  # what may come before a word

_LEADING = re.compile(rf"\A[{OPENERS}]+")


def _unseen() -> dict[int, str | None]:
    """What `bare` does to a character: points and controls go, joined letters come apart."""
    inside = re.compile(rf"[{POINTS}{CONTROLS}]")
    table: dict[int, str | None] = {}
    for code in (*range(0x0300, 0x0370), *range(0x0591, 0x0620), *range(0x2000, 0x2070), 0xFB1E, 0xFEFF):
        if inside.match(chr(code)):
            table[code] = None
    for code in range(0xFB1D, 0xFB50):
        if code not in table:
            table[code] = inside.sub("", unicodedata.normalize("NFKD", chr(code)))
    return table | {ord("װ"): "וו", ord("ױ"): "וי", ord("ײ"): "יי"}


_UNSEEN = _unseen()


def bare(text: str) -> str:
    """`text` without points, controls and what opens them, as the word lists spell them."""
    return _LEADING.sub("", text.translate(_UNSEEN))


def words(spaced: str) -> frozenset[str]:
    """A list of words, written with white space between them."""
    return frozenset(spaced.split())
