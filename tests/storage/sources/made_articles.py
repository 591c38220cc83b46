"""Articles as MediaWiki writes them, now and before, with all that is no text around it."""

from __future__ import annotations

from urllib.parse import quote

from tests.wiki import link

HE, EN, YI = "he.wikipedia.org", "en.wikipedia.org", "yi.wikipedia.org"
HAMICHLOL, YIDDISH_HAMICHLOL = "www.hamichlol.org.il", "yi.hamichlol.org.il"
TITLE = "חוק יסוד: הכנסת"
SLUG = quote("חוק_יסוד:_הכנסת", safe=":")
EXTRACT = "ירושלים היא עיר הבירה של מדינת ישראל והעיר הגדולה ביותר בה. " * 8

INFOBOX = (
    '<table class="infobox vcard"><tbody><tr><th colspan="2">ירושלים</th></tr><tr><td>אוכלוסייה</td>'
    "<td>981,711</td></tr></tbody></table>"
)
NOTE = '<sup id="cite_ref-1" class="reference"><a href="#cite_note-1">[1]</a></sup>'
EDIT = '<span class="mw-editsection">[<a href="/w/index.php?action=edit">עריכה</a>]</span>'
PICTURE = (
    '<figure typeof="mw:File/Thumb"><a href="/wiki/x.jpg"><img src="x.jpg"></a>'
    "<figcaption>הכותל המערבי</figcaption></figure>"
)
BEGINNING = (
    '<style>.hatnote{font-style:italic}</style><div role="note" class="hatnote navigation-not-searchable">'
    "ערך זה עוסק בעיר. אם הכוונה לדבר אחר, ראו ירושלים (פירושונים).</div>"
    f'{INFOBOX}<span id="coordinates"><a href="//geohack">31°47′N 35°13′E</a></span>{PICTURE}'
    f"<p><b>ירושלים</b> היא עיר{NOTE} ב{link('ישראל')}. <span class='mw-empty-elt'></span></p>"
    '<div id="toc" class="toc" role="navigation"><h2>תוכן עניינים</h2><ul><li>1 היסטוריה</li></ul></div>'
)
HISTORY = (
    f"<p>העיר עתיקה{NOTE}.</p><ul><li>בית ראשון</li><li>בית שני<ul><li>חורבנו</li></ul></li></ul>"
    "<blockquote><p>אם אשכחך ירושלים</p></blockquote>"
    '<table class="wikitable"><tbody><tr><th>שנה</th><th>תושבים</th></tr><tr><td>1948</td><td>165</td></tr>'
    "</tbody></table>"
)
REFERENCES = '<div class="reflist"><ol class="references"><li id="cite_note-1">ספר פלוני, עמ\' 5</li></ol></div>'
NAVBOX = '<div role="navigation" class="navbox"><table><tbody><tr><td>ערים בישראל</td></tr></tbody></table></div>'
SECTIONS = [
    ("h2", "היסטוריה", HISTORY),
    ("h3", "ימי קדם", "<p>כנענים ישבו בה.</p>"),
    ("h2", "ראו גם", "<ul><li>תל אביב</li></ul>"),
    ("h3", "ערים נוספות", "<p>חיפה</p>"),
    ("h2", "כלכלה", "<p>תיירות היא ענף מרכזי.</p>"),
    ("h2", "לקריאה נוספת", "<ul><li>ספר על ירושלים</li></ul>"),
    ("h2", "קישורים חיצוניים", "<ul><li>אתר העירייה</li></ul>"),
    ("h2", "הערות שוליים", REFERENCES + NAVBOX),
]
READ = (
    *("ירושלים היא עיר בישראל.", "היסטוריה", "העיר עתיקה.", "בית ראשון", "בית שני", "חורבנו", "אם אשכחך ירושלים"),
    *("שנה\tתושבים", "1948\t165", "ימי קדם", "כנענים ישבו בה.", "כלכלה", "תיירות היא ענף מרכזי."),
)


def old_html() -> str:
    """Headings and what follows them, side by side."""
    return BEGINNING + "".join(
        f'<{level}><span class="mw-headline">{title}</span>{EDIT}</{level}>{text}' for level, title, text in SECTIONS
    )


def html_of_today() -> str:
    """Headings with a wrapper of their own, as since MediaWiki 1.43."""
    return BEGINNING + "".join(
        f'<div class="mw-heading mw-heading2"><{level} id="a">{title}</{level}>{EDIT}</div>{text}'
        for level, title, text in SECTIONS
    )


def html_of_parsoid() -> str:
    """Sections as elements, one within the other."""
    html = f'<section data-mw-section-id="0">{BEGINNING}</section>'
    depth = 0
    for level, title, text in SECTIONS:
        closed = depth - int(level[1]) + 2
        html += "</section>" * max(closed, 0) + f"<section><{level}>{title}</{level}>{text}"
        depth = int(level[1]) - 1
    return html + "</section>" * depth
