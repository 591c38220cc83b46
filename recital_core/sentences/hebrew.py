"""Reasons to go on in Hebrew letters, which have no capitals to tell where a sentence starts.

The word lists are in bare spelling: no points, Yiddish pairs as two letters.
"""

import re

from recital_core.sentences.characters import DASHES, HEBREW, SINGLE_QUOTES, words
from recital_core.sentences.stop import Stop, is_hebrew

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
_LEADS_A_NAME_BEHIND_A_PREFIX = words("פרופ")  # 'לפרופ. לוי'; but 'הדר.' is a word of its own
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
_ENOUGH_TO_END = re.compile(rf"[{HEBREW}]['׳]?[{HEBREW}]|^[^.]*[a-zA-Z]{{2}}$|[\d\"”״)\]]$")
_GLUED_START = re.compile(rf"[{HEBREW}][{HEBREW}'׳]+(?!\.)|[{HEBREW}][-־]\d")


def initial_goes_on(stop: Stop) -> bool:
    """'א. ב. יהושע', but 'כיתה א.' ends, and so does a letter before a word that starts a sentence."""
    letter = _LETTER.fullmatch(stop.before) if stop.is_period else None
    if letter is None:
        return False
    if letter["geresh"] and stop.before[-2] not in _FOREIGN_SOUNDS:
        return False
    if _is_one_of(stop.earlier, _LETTERED) and not _LETTER_AND_PERIOD.match(stop.following):
        return False
    return not stop.earlier[-1:].isdigit() and not _starts(stop)


def dotted_letters_go_on(stop: Stop) -> bool:
    """'ת.ז.', 'י.ל. פרץ': the last period is one of the abbreviation's."""
    if not stop.is_period or not _DOTTED_LETTERS.fullmatch(stop.before):
        return False
    return stop.before.count(".") < _MOST_INITIALS and not _starts(stop)


def spelled_letters_go_on(stop: Stop) -> bool:
    """'אי. בי. סי.', 'ג'יי. קיי. רולינג': the names of letters in a row."""
    if not stop.is_period or stop.before not in _SPELLED_LETTERS:
        return False
    if stop.next in _SPELLED_LETTERS and stop.following[len(stop.next) :].startswith("."):
        return True
    return stop.earlier.rstrip(".") in _SPELLED_LETTERS and stop.earlier[-1:] == "." and not _starts(stop)


def abbreviation_goes_on(stop: Stop) -> bool:
    """'עמ. 12', 'פרופ. כהן'. Most are words too: 'הוא שילם מס.' ends."""
    if not stop.is_period:
        return False
    word = stop.before.strip("'׳\"״")
    if _is_one_of(word, _LEADS_A_NUMBER) and stop.next[:1].isdigit():
        return True
    leads = word in _LEADS_A_NAME or _is_one_of(word, _LEADS_A_NAME_BEHIND_A_PREFIX)
    return leads and stop.next[:1].isalpha() and not _starts(stop)


def name_shouts(stop: Stop) -> bool:
    """'ערוץ הופ! שידר': the mark belongs to the name. So it does after a Latin word: 'Wham! הוציאו'."""
    if "!" not in stop.mark or _starts(stop):
        return False
    latin = stop.before[-1:].isalpha() and not is_hebrew(stop.before) and is_hebrew(stop.next)
    return latin or re.split("[-־]", stop.before)[-1] in _SHOUTING_NAMES


def title_is_quoted(stop: Stop) -> bool:
    """'הסרט "הצילו!" יצא': no colon or comma leads the quotation in, so it is a name, not speech."""
    opening = stop.line.open_quote(stop.at)
    if opening is None or opening <= stop.start or not stop.closes_a_quotation or stop.has_late_mark:
        return False
    led_in = _LEADS_SPEECH_IN.search(stop.line.text[max(stop.start, opening - 4) : opening])
    short = stop.at - opening <= _LONGEST_TITLE
    return short and not led_in and stop.mark.strip("!?") == ""


def teller_follows_the_quotation(stop: Stop) -> bool:
    """'"לא!" צעקה האם': who said it belongs to what was said."""
    if stop.is_followed_by_quotation or not (stop.closes_a_quotation or stop.is_followed_by_dash):
        return False
    return stop.next in _SAYING or (stop.mark != "." and stop.next[:1] == "ו" and stop.next[1:] in _SAYING)


def dash_follows(stop: Stop) -> bool:
    """'מה? – שאל דני': in Hebrew a dash ties a question or a cry to what comes next."""
    return (stop.mark[-1] in "!?" or stop.is_ellipsis) and stop.is_followed_by_dash


def dash_follows_in_a_dialogue(stop: Stop) -> bool:
    """'― װאָס? ― מישט זיך אַרײַן די מאַמע': where a dash leads speech in, the next one leads to the teller."""
    return stop.is_led_in_by_dash and dash_follows(stop)


def speaker_hesitates(stop: Stop) -> bool:
    """'הוא חשב... ובסוף ויתר', 'אני… אני לא יודע', 'חשבתי ש… אימא'; but a fourth dot is a period."""
    if not stop.is_ellipsis or stop.mark.endswith(("….", "....")):
        return False
    if stop.next.startswith("ו") and len(stop.next) > len("וגם"):
        return True
    return not stop.earlier or len(stop.before) == 1 or stop.before in _UNFINISHED


def starts_without_a_space(stop: Stop) -> bool:
    """Whether nobody typed the space between two sentences: 'הביתה.אכלנו', but not in an address."""
    if not _GLUED_START.match(stop.following) or _ADDRESS.search(stop.before):
        return False
    return _ENOUGH_TO_END.search(stop.before) is not None


def _starts(stop: Stop) -> bool:
    return stop.next in STARTERS


def _is_one_of(word: str, words: frozenset[str]) -> bool:
    """Whether `word`, or what it is without one or two prefix letters, is among `words`."""
    return any(word[skipped:] in words for skipped in range(3) if all(letter in _PREFIXES for letter in word[:skipped]))
