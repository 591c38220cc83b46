"""Reasons to go on after a word in Latin letters: English abbreviations, in whatever text they stand."""

import re

from recital_core.sentences.characters import words
from recital_core.sentences.hebrew import STARTERS as HEBREW_STARTERS
from recital_core.sentences.stop import Stop, first_word, is_hebrew

STARTERS = words("""
    the a an this that these those he she it they we i you in on at as but and or if when while after before
    his her its their our my there however for with by from to what who how why where
""")
"""Words that, with a capital, start a sentence; none of them is a name."""

_ALWAYS_LEADS = words("mr mrs ms mx dr prof rev hon messrs mme mlle vs cf viz e.g i.e eg")
"""Nothing ends with these: a name or an example follows."""

_LEADS_A_NUMBER = words("""
    no nos nr vol vols pp p fig figs eq eqs ch chap sec art op ed ext tel c ca b d m n r v jan feb mar apr
    jun jul aug sep sept oct nov dec
""")
"""Abbreviations before a number, most of them words or names elsewhere."""

_LEADS_A_NAME = words("""
    st sr jr gen col lt capt sgt maj cmdr adm gov sen rep pres fr br inc ltd co corp bros assn dept univ al
    approx est ft feat mt ave blvd rd esq sp spp subsp ph.d u.s u.k d.c a.m p.m
""")
"""Abbreviations that end a sentence only where a word follows that starts one."""

_SAYING = words("""
    said says asked asks cried replied answered shouted whispered called exclaimed added muttered murmured
    continued explained insisted told wrote thought wondered laughed sighed screamed yelled
""")
_SHOUTING_NAMES = words("yahoo yum jeopardy wham panic")

_HEBREW_PREFIX = re.compile("^[ובכלמשה]{1,3}[-־](?=[a-zA-Z])")  # 'ב-M.I.T. בבוסטון'
_WHOLE_WORD = re.compile("[A-Z]?[a-z]{2,}")
_DOTTED_LETTERS = re.compile(r"(?:[a-zA-Z]\.)+[a-zA-Z]")
_ONE_LETTER_AND_PERIOD = re.compile(r"[A-Z]\.")
_NUMBER = re.compile(r"\d|[IVXLC]+\b(?<!\bI)")


def abbreviation_goes_on(stop: Stop) -> bool:
    """'Dr.', 'Fig.', 'U.S.': the period belongs to the word."""
    word = _HEBREW_PREFIX.sub("", stop.before.rstrip("\"'”’)]"))
    known = word.lower()
    if not stop.is_period or known in ("", "i") or is_hebrew(word):
        return False
    if known in _ALWAYS_LEADS:
        return True
    if known in _LEADS_A_NUMBER and (len(known) > 1 or word == known):
        return bool(_NUMBER.match(stop.following))
    if known in _LEADS_A_NAME or _DOTTED_LETTERS.fullmatch(word):
        return not _a_sentence_starts(stop)
    return False


def initial_goes_on(stop: Stop) -> bool:
    """'J. R. R. Tolkien', but neither 'vitamin C. It' nor a letter before a Hebrew word."""
    if not stop.is_period or not re.fullmatch("[A-Z]", stop.before) or is_hebrew(stop.next):
        return False
    return not _a_sentence_starts(stop) and (stop.before != "I" or is_initial(stop.following))


def name_shouts(stop: Stop) -> bool:
    """'Yahoo! Mail': the mark belongs to the name."""
    return "!" in stop.mark and stop.before.lower() in _SHOUTING_NAMES and not _a_sentence_starts(stop)


def teller_follows_the_quotation(stop: Stop) -> bool:
    """'"What?" I asked', '"No!" Mary cried': who said it belongs to what was said."""
    if not stop.closes_a_quotation or stop.is_followed_by_quotation:
        return False
    words = stop.following.split(maxsplit=2)
    if not words or (_a_sentence_starts(stop) and words[0] != "I"):
        return False
    return any(first_word(word) in _SAYING for word in words[:2])


def starts_without_a_space(stop: Stop) -> bool:
    """Whether nobody typed the space between two sentences: 'home.She', but not in 'example.com' or 'System.Out'."""
    return _WHOLE_WORD.fullmatch(stop.before) is not None and _a_sentence_starts(stop)


def is_initial(following: str) -> bool:
    return bool(_ONE_LETTER_AND_PERIOD.match(following))


def _a_sentence_starts(stop: Stop) -> bool:
    if is_hebrew(stop.next):
        return stop.next in HEBREW_STARTERS
    word = re.split("['’]", stop.next)[0]
    return word[:1].isupper() and word.lower() in STARTERS and not is_initial(stop.following)
