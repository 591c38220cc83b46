"""A stop: a mark at which a sentence may end, and what the rules look at around it."""

import re
from typing import NamedTuple

from recital_core.sentences.characters import (
    CLOSERS,
    CONTROLS,
    DASHES,
    DOUBLE_QUOTES,
    EMOJI,
    HEBREW,
    MARKS,
    OPENERS,
    bare,
)
from recital_core.sentences.line import Line

_NOTE = (  # the number or letter of a footnote, or a reader's demand for a source
    r"\s?\[(?:\d{1,3}|[a-zא-ת]{1,2}|(?:note|nb|הערה)\s?\d{1,3}|citation\ needed|דרושה?\ מקור)\]"
    r"|[\u00b9\u00b2\u00b3\u2070-\u2079]"
)
# The repetitions are possessive and a run of marks is met once, so that the time stays linear.
STOP = re.compile(
    rf"""(?P<mark> \.(?:[ \u00a0]\.){{2,}}+ | [{MARKS}]++ )
         (?P<tail> (?: [{CLOSERS}{CONTROLS}{EMOJI}{MARKS}] | {_NOTE} )*+ )""",
    re.VERBOSE,
)
_FOLLOWING = re.compile(rf"[\s{CONTROLS}{OPENERS}]*+")
_WORD = re.compile(r"(?:[^\W_]|['’׳\"״־-])*+")
_SPACED_DASH = re.compile(rf"\s*+[{DASHES}]\s")
_QUOTATION = re.compile(rf"[\s{CONTROLS}]*+[{DOUBLE_QUOTES}]")
_UNSEEN = re.compile(rf"[{CONTROLS}]*+")
_CLOSING_QUOTE = re.compile(r"[\"״“”»'׳’›]")
_MARK = re.compile(f"[{MARKS}]")
_IS_HEBREW = re.compile(f"[{HEBREW}]")
_WINDOW = 48  # characters looked at on either side: more than two words of the lists


class Stop(NamedTuple):
    line: Line
    start: int
    """Where the sentence starts, should it end here."""
    at: int
    """Where the mark is."""
    end: int
    """Behind the mark and all that closes it."""
    mark: str
    tail: str
    """Closing quotes and brackets, further marks and footnotes behind the mark."""
    before: str
    """The word before the mark, bare; empty where white space is there."""
    earlier: str
    """The word before that one, bare; empty where the sentence starts with `before`."""
    following: str
    """What comes next, bare; empty at the end of the line."""

    @property
    def next(self) -> str:
        """The next word, bare."""
        return first_word(self.following)

    @property
    def is_period(self) -> bool:
        """Whether this is one period with nothing that closes it: perhaps that of an abbreviation."""
        return self.mark == "." and _UNSEEN.fullmatch(self.tail) is not None

    @property
    def is_ellipsis(self) -> bool:
        """Whether this is '…', '...', '..' or '. . .'."""
        return "…" in self.mark or self.mark.startswith(("..", ". ."))

    @property
    def closes_a_quotation(self) -> bool:
        """Whether a closing quotation mark follows."""
        return _CLOSING_QUOTE.search(self.tail) is not None

    @property
    def has_late_mark(self) -> bool:
        """Whether a further mark follows what closes: 'did he say "stop!"?'"""
        return _MARK.search(self.tail) is not None

    @property
    def is_followed_by_quotation(self) -> bool:
        """Whether what comes next stands in quotation marks."""
        return _QUOTATION.match(self.line.text, self.end) is not None

    @property
    def is_led_in_by_dash(self) -> bool:
        """Whether the sentence starts with a dash, as speech does in novels."""
        return _SPACED_DASH.match(self.line.text, self.start) is not None

    @property
    def is_followed_by_dash(self) -> bool:
        """Whether a dash between spaces comes next."""
        return _SPACED_DASH.match(self.line.text, self.end) is not None

    @property
    def is_at_space(self) -> bool:
        """Whether white space or nothing follows."""
        return self.line.text[self.end : self.end + 1].strip() == ""


def look_around(line: Line, start: int, found: re.Match[str]) -> Stop:
    """What is around `found`, a match of `STOP`, in a sentence that starts at `start`."""
    text, at, end = line.text, found.start(), found.end()
    words = text[max(start, at - _WINDOW) : at].split()
    if words and text[at - 1].isspace():
        words = []
    following = _FOLLOWING.match(text, end)
    next_at = following.end() if following else end
    return Stop(
        line=line,
        start=start,
        at=at,
        end=end,
        mark=found["mark"],
        tail=found["tail"],
        before=bare(words[-1]) if words else "",
        earlier=bare(words[-2]) if len(words) > 1 else "",
        following=bare(text[next_at : next_at + _WINDOW]),
    )


def first_word(text: str) -> str:
    """The letters and digits at the front of bare `text`."""
    found = _WORD.match(text)
    return found.group().rstrip("'’׳\"״־-") if found else ""


def is_hebrew(word: str) -> bool:
    """Whether `word` has a letter of the Hebrew script."""
    return _IS_HEBREW.search(word) is not None
