"""Reasons to go on in Hebrew letters, which have no capitals to tell where a sentence starts.

The word lists are in bare spelling: no points, Yiddish pairs as two letters.
"""

import re

from recital_core.sentences.characters import DASHES, HEBREW, SINGLE_QUOTES, words
from recital_core.sentences.place import Place, is_hebrew

STARTERS = words("""
    הוא היא הם הן אני אנו אנחנו אתה את זה זו זאת אלה אלו כך לכן אולם אך אבל גם על אל לא כל יש אין אם כאשר
    לאחר לפני עם כי כאן שם אז עתה כעת היום אתמול מחר ראשית שנית שלישית לבסוף לעומת למרות בשנת בשנות בין
    במהלך בעקבות החל מאז עד רק אחרי מה מי מדוע למה האם ככל כמו מלבד נוסף בנוסף לדברי לפי יחד ער זי עס מיר
    איר זיי דאס דער די און אבער
""")
"""Words that start a sentence and are no surnames: after a letter they tell 'class A' from an initial."""

_PREFIXES = "ובכלמשה"
_LETTERED = words("""
    כיתה כיתות סעיף קבוצה נספח חלק שלב ליגה פרק אפשרות ויטמין הפטיטיס צד נקודה מעמד סוג דרגה יום עליה עלייה
    מחנה תשובה טופס מדור קומה כרך לוח איור תקופה רמה שבט מהדורה גרסה תרחיש מקרה אות קו סדרה עונה תיכון שכבה
    חטיבה תוכנית תכנית מסלול אזור בניין שער כנס מחזור שאלה הערה טבלה תרשים ציון
""")
"""Words that a letter counts: 'כיתה א.' ends a sentence, 'מאת א.' does not."""

_LEADS_A_NUMBER = words("עמ מס טל רח סע נומ")
_LEADS_A_NAME = words("פרופ דר רח פראפ אינזש גענ")
_SPELLED_LETTERS = words(
    """אי איי איץ' איט ביי בי סי די אף ג'י ג'יי קיי אל אם אן או פי קיו אר אס טי יו וי אקס זי ב'י אמ אנ"""
)
"""Names of Latin letters, as in 'אי. בי. סי.'; half of them are words too."""

_FOREIGN_SOUNDS = "גזצת"  # 'ג׳.' may be George; other letters with a geresh are numbers: 'סעיף ב׳.'
_SHOUTING_NAMES = words("יאהו הופ וואלה")
_SAYING = words("""
    כך לדברי לדבריו לדבריה לדבריהם מסביר מסבירה מוסיף מוסיפה מספר מספרת טוען טוענת מדגיש מדגישה מציין מציינת
    הדגיש הדגישה הבהיר הבהירה אמר אמרה אמרו אמרתי אומר אומרת אומרים שאל שאלה שאלו שאלתי שואל שואלת ענה ענתה
    ענו עניתי עונה השיב השיבה השיבו הוסיף הוסיפה צעק צעקה צעקו צועק צועקת קרא קראה קראו קורא קוראת לחש לחשה
    לוחש מלמל מלמלה סיפר סיפרה הסביר הסבירה טען טענה ציין ציינה הודיע הודיעה כתב כתבה פסק פסקה הכריז הכריזה
    הצהיר הצהירה הגיב הגיבה סיכם סיכמה התלונן התלוננה תהה תהתה התפעל התפעלה זעק זעקה נאנח נאנחה צחק צחקה
    זאגט זאגן זאג געזאגט פרעגט פרעגן ענטפערט שרייט שרייען רופט רופן טראכט שמייכלט לאכט האט האב האבן
""")
_UNFINISHED = words("אבל אם כי אך או רק אז עם של את על אל לא הוא היא")
"""Words on which a Hebrew sentence does not stop, however long the speaker thinks."""

_LONGEST_TITLE = 40  # characters
_LETTER = re.compile(rf"(?:[{_PREFIXES}]{{0,2}}[-־])?(?:[א-ת]|וו)(?P<geresh>[{SINGLE_QUOTES}])?")
_DOTTED_LETTERS = re.compile(rf"(?:[א-ת]{{1,2}}[{SINGLE_QUOTES}]?\.)+[א-ת]{{1,2}}[{SINGLE_QUOTES}]?")
_LETTER_AND_PERIOD = re.compile(rf"(?:[א-ת]|וו)[{SINGLE_QUOTES}]?\.")
_MOST_INITIALS = 3  # 'י.ל. פרץ'; 'ת.נ.צ.ב.ה.' ends a sentence
_LEADS_SPEECH_IN = re.compile(rf"[:,]\s*$|[{DASHES}]\s$")
_ADDRESS = re.compile(r"@|://|www\.")
_ENOUGH_TO_END = re.compile(rf"[{HEBREW}]['׳]?[{HEBREW}]|[\d\"”״)\]]$")
_GLUED_START = re.compile(rf"[{HEBREW}][{HEBREW}'׳]+(?!\.)|[{HEBREW}][-־]\d")


def initial_goes_on(place: Place) -> bool:
    """'א. ב. יהושע', but 'כיתה א.' ends, and so does a letter before a word that starts a sentence."""
    letter = _LETTER.fullmatch(place.before) if place.is_period else None
    if letter is None:
        return False
    if letter["geresh"] and place.before[-2] not in _FOREIGN_SOUNDS:
        return False
    if _is_one_of(place.earlier, _LETTERED) and not _LETTER_AND_PERIOD.match(place.following):
        return False
    return not place.earlier[-1:].isdigit() and not _starts(place)


def dotted_letters_go_on(place: Place) -> bool:
    """'ת.ז.', 'י.ל. פרץ': the last period is one of the abbreviation's."""
    if not place.is_period or not _DOTTED_LETTERS.fullmatch(place.before):
        return False
    return place.before.count(".") < _MOST_INITIALS and not _starts(place)


def spelled_letters_go_on(place: Place) -> bool:
    """'אי. בי. סי.', 'ג'יי. קיי. רולינג': the names of letters in a row."""
    if not place.is_period or place.before not in _SPELLED_LETTERS:
        return False
    if place.next in _SPELLED_LETTERS and place.following[len(place.next) :].startswith("."):
        return True
    return place.earlier.rstrip(".") in _SPELLED_LETTERS and place.earlier[-1:] == "." and not _starts(place)


def abbreviation_goes_on(place: Place) -> bool:
    """'עמ. 12', 'פרופ. כהן'. Most are words too: 'הוא שילם מס.' ends."""
    if not place.is_period:
        return False
    word = place.before.strip("'׳\"״")
    if _is_one_of(word, _LEADS_A_NUMBER) and place.next[:1].isdigit():
        return True
    return word in _LEADS_A_NAME and place.next[:1].isalpha() and not _starts(place)


def name_shouts(place: Place) -> bool:
    """'ערוץ הופ! שידר': the mark belongs to the name. So it does after a Latin word: 'Wham! הוציאו'."""
    if "!" not in place.mark or _starts(place):
        return False
    latin = place.before[-1:].isalpha() and not is_hebrew(place.before) and is_hebrew(place.next)
    return latin or re.split("[-־]", place.before)[-1] in _SHOUTING_NAMES


def title_is_quoted(place: Place) -> bool:
    """'הסרט "הצילו!" יצא': no colon or comma leads the quotation in, so it is a name, not speech."""
    opening = place.line.open_quote(place.at)
    if opening is None or opening <= place.start or not place.closes_a_quotation or place.has_late_mark:
        return False
    led_in = _LEADS_SPEECH_IN.search(place.line.text[max(place.start, opening - 4) : opening])
    short = place.at - opening <= _LONGEST_TITLE
    return short and not led_in and place.mark.strip("!?") == ""


def teller_follows_the_quotation(place: Place) -> bool:
    """'"לא!" צעקה האם': who said it belongs to what was said."""
    if not (place.closes_a_quotation or place.is_followed_by_dash):
        return False
    return place.next in _SAYING or (place.mark != "." and place.next[:1] == "ו" and place.next[1:] in _SAYING)


def dash_follows(place: Place) -> bool:
    """'מה? – שאל דני': in Hebrew a dash ties a question or a cry to what comes next."""
    return (place.mark[-1] in "!?" or place.is_ellipsis) and place.is_followed_by_dash


def dash_follows_in_a_dialogue(place: Place) -> bool:
    """'― װאָס? ― מישט זיך אַרײַן די מאַמע': where a dash leads speech in, the next one leads to the teller."""
    return place.is_led_in_by_dash and dash_follows(place)


def speaker_hesitates(place: Place) -> bool:
    """'הוא חשב... ובסוף ויתר', 'אני… אני לא יודע', 'חשבתי ש… אימא'; but a fourth dot is a period."""
    if not place.is_ellipsis or place.mark.endswith(("….", "....")):
        return False
    if place.next.startswith("ו") and len(place.next) > len("וגם"):
        return True
    return not place.earlier or len(place.before) == 1 or place.before in _UNFINISHED


def starts_without_a_space(place: Place) -> bool:
    """Whether nobody typed the space between two sentences: 'הביתה.אכלנו', but not in an address."""
    if not _GLUED_START.match(place.following) or _ADDRESS.search(place.before):
        return False
    return _ENOUGH_TO_END.search(place.before) is not None


def _starts(place: Place) -> bool:
    return place.next in STARTERS


def _is_one_of(word: str, words: frozenset[str]) -> bool:
    """Whether `word`, or what it is without one or two prefix letters, is among `words`."""
    return any(word[skipped:] in words for skipped in range(3) if all(letter in _PREFIXES for letter in word[:skipped]))
