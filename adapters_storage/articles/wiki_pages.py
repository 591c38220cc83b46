"""What of a page of MediaWiki is no text of the article: boxes, notes, coordinates, and sections that only refer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from justhtml import Node, Text

from adapters_storage.articles.elements import attribute, elements, names, text_of

MADE_BY = re.compile(rb"<meta\s+name=\"generator\"\s+content=\"MediaWiki\b", re.IGNORECASE)
MADE_BY_WITHIN = 4096
CLASSES = names(
    "ambox asbox authority-control catlinks coordinates cmbox dablink error ext-phonos fmbox gallery geo"
    " geo-inline-hidden geo-nondefault hatnote imbox infobox infobox_v2 Inline-Template listen metadata"
    " mw-authority-control mw-cite-backlink mw-ext-cite-error mw-gallery-traditional mw-halign-left mw-halign-right"
    " mw-indicators mw-kartographer-maplink mw-references-wrap mw-tmh-player navbar navbox navbox-styles ombox"
    " portal portalbox portal-bar printfooter refbegin rellink shortdescription sidebar side-box sistersitebox stub"
    " succession-box Template-Fact thumb tleft tmbox toc tright vertical-navbox"
)
POINTER = re.compile(r"(?:ערך מורחב|ערכים מורחבים|הויפט ארטיקל)\s*[-–—:]")
"""Where a longer article is, as older templates put it."""
IDS = names("catlinks contentSub coordinates jump-to-nav mw-navigation siteNotice siteSub toc")
HEADINGS = {f"h{level}": level for level in range(1, 7)}
IMAGES = re.compile(r"\bmw:File|\bmw:Image")
LIGATURES = str.maketrans({"װ": "וו", "ױ": "וי", "ײ": "יי"})


def _plain(heading: str) -> str:
    """A heading to compare: letters and single spaces, without points and capitals."""
    apart = unicodedata.normalize("NFKD", heading.translate(LIGATURES))
    letters = "".join(c for c in apart if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).casefold().split())


REFERRING = frozenset(
    map(
        _plain,
        (
            # English
            *("References", "Notes", "Notes and references", "References and notes", "Footnotes", "Citations"),
            *("Sources", "Bibliography", "Works cited", "Further reading", "External links", "See also", "Gallery"),
            *("Explanatory notes", "General references", "Cited sources", "Notes and citations", "Other websites"),
            # Hebrew
            *("הערות שוליים", "הערות", "ביאורים", "ראו גם", "ראה גם", "עיינו גם", "לקריאה נוספת", "קישורים חיצוניים"),
            *("ביבליוגרפיה", "מקורות", "הערות ומקורות", "מקורות והערות", "גלריה", "גלריית תמונות", "לעיון נוסף"),
            *("מקורות חיצוניים", "קישור חיצוני", "ביאורים והערות שוליים", "מקורות ולקריאה נוספת"),
            # Yiddish
            *(
                "רעפערענצן",
                "רעפערענצען",
                "מקורות",
                "הערות",
                "באמערקונגען",
                "פוסנאטן",
                "פוסנאטעס",
                "זעט אויך",
                "זע אויך",
            ),
            *("דרויסנדיגע לינקס", "דרויסנדיקע לינקס", "דרויסנדיקע לינקען", "דרויסנדע לינקס", "וועבלינקען", "לינקס"),
            *("אויסנווייניגסטע לינקס", "ליטעראטור", "ביבליאגראפיע", "לייענט אויך", "ווייטער לייענען", "גאלעריע"),
            # German, French, Spanish, Russian, Arabic
            *("Einzelnachweise", "Weblinks", "Literatur", "Siehe auch", "Anmerkungen", "Quellen", "Belege"),
            *(
                "Voir aussi",
                "Notes et références",
                "Références",
                "Liens externes",
                "Bibliographie",
                "Articles connexes",
            ),
            *("Referencias", "Véase también", "Enlaces externos", "Bibliografía", "Notas", "Notas y referencias"),
            *("Примечания", "См. также", "Ссылки", "Литература", "مراجع", "المراجع", "انظر أيضًا", "وصلات خارجية"),
        ),
    )
)


def left_out_of(body: bytes) -> Callable[[Node], bool]:
    """What says of each element of a page whether it is no text of the article; where another program made it, none."""
    return _NoArticle() if MADE_BY.search(body[:MADE_BY_WITHIN]) else lambda _: False


class _NoArticle:
    """Of one page."""

    def __init__(self) -> None:
        self._referring: dict[int, frozenset[int]] = {}

    def __call__(self, node: Node) -> bool:
        attributes = node.attrs or {}
        if attributes and (
            not CLASSES.isdisjoint(_classes(node))
            or attribute(node, "id") in IDS
            or attribute(node, "role") == "note"
            or IMAGES.search(attribute(node, "typeof")) is not None
        ):
            return True
        return _is_pointer(node) or self._is_in_referring_section(node)

    def _is_in_referring_section(self, node: Node) -> bool:
        """Sections are no elements in the older HTML of MediaWiki: a heading and what follows it, up to the next."""
        parent = node.parent
        if parent is None:
            return False
        key = id(parent)
        if key not in self._referring:
            self._referring[key] = _referring_among(parent)
        return id(node) in self._referring[key]


def _is_pointer(node: Node) -> bool:
    return node.name in ("dd", "p") and POINTER.match(text_of(node)) is not None


def _referring_among(parent: Node) -> frozenset[int]:
    """The children of `parent` that belong to sections which only refer."""
    found: set[int] = set()
    under: int | None = None
    for child in parent.children or ():
        if isinstance(child, Text):
            continue
        heading = _heading(child)
        if heading is not None:
            level = HEADINGS[heading.name]
            if under is None or level <= under:
                under = level if _plain(_words_of(heading)) in REFERRING else None
        if under is not None:
            found.add(id(child))
        if child.name == "section":
            under = None
    return frozenset(found)


def _words_of(heading: Node) -> str:
    """Without the link for editing, which stands inside of the older ones."""
    children = (child for child in heading.children or () if isinstance(child, Node))
    return next((text_of(child) for child in children if "mw-headline" in _classes(child)), text_of(heading))


def _classes(node: Node) -> list[str]:
    return attribute(node, "class").split()


def _heading(node: Node) -> Node | None:
    """The heading that `node` is, that it wraps (since MediaWiki 1.43), or that it begins with, as a section."""
    if node.name in HEADINGS:
        return node
    if node.name == "div" and "mw-heading" in _classes(node):
        return next((inner for inner in elements(node) if inner.name in HEADINGS), None)
    if node.name == "section":
        first = next((child for child in node.children or () if not isinstance(child, Text)), None)
        return _heading(first) if first is not None and first.name != "section" else None
    return None
