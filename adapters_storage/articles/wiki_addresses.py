"""Which wikis articles are taken from, and how people write the addresses of their articles."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from adapters_storage.articles.fetching import Address, address_of
from recital_core import errors
from recital_core.texts import Language

WIKIPEDIA = re.compile(r"(?!www\.|m\.)(?P<code>simple|[a-z]{2,3}(?:-[a-z]{1,10}){0,2})(?:\.m)?\.wikipedia\.org")
HAMICHLOL = {
    "hamichlol.org.il": ("www.hamichlol.org.il", "he"),
    "www.hamichlol.org.il": ("www.hamichlol.org.il", "he"),
    "m.hamichlol.org.il": ("www.hamichlol.org.il", "he"),
    "yi.hamichlol.org.il": ("yi.hamichlol.org.il", "yi"),
    "yi.m.hamichlol.org.il": ("yi.hamichlol.org.il", "yi"),
}
MAX_TITLE_BYTES = 255
BIDI_MARKS = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
KEPT_IN_TITLES = ";@$!*(),/~:'"

OTHERWISE_CALLED = {"be-x-old": "be-tarask", "no": "nb", "simple": "en", "zh-classical": "lzh", "zh-min-nan": "nan"} | {
    "als": "gsw",
    "bat-smg": "sgs",
    "cbk-zam": "cbk",
    "fiu-vro": "vro",
    "map-bms": "jv-x-bms",
    "roa-rup": "rup",
    "zh-yue": "yue",
}
"""Wikipedias whose code is no language tag, or that of another language."""

CODES = (
    "ab ace ady af ak als alt am ami an ang ar arc ary arz as ast atj av avk awa ay az azb ba ban bar bat-smg bcl be"
    " be-tarask bg bi bjn blk bm bn bo bpy br bs bug bxr ca cbk-zam cdo ce ceb ch chr chy ckb co cr crh cs csb cu cv"
    " cy da dag de dga din diq dsb dty dv dz ee el eml en eo es et eu ext fa fat ff fi fiu-vro fj fo fon fr frp frr fur"
    " fy ga gag gan gcr gd gl glk gn gom gor got gpe gu guc gur guw gv ha hak haw he hi hif hr hsb ht hu hy hyw ia id"
    " ie ig igl ik ilo inh io is it iu ja jam jbo jv ka kaa kab kbd kbp kcg kg ki kk kl km kn ko koi krc ks ksh ku kv"
    " kw ky la lad lb lbe lez lfn lg li lij lld lmo ln lo lt ltg lv mad mai map-bms mdf mg mhr mi min mk ml mn mni mnw"
    " mr mrj ms mt mwl my myv mzn nah nap nds nds-nl ne new nia nl nn no nov nqo nrm nso nv ny oc olo om or os pa pag"
    " pam pap pcd pcm pdc pfl pi pl pms pnb pnt ps pt pwn qu rm rmy rn ro roa-rup roa-tara ru rue rw sa sah sat sc scn"
    " sco sd se sg sh shi shn si simple sk skr sl sm smn sn so sq sr srn ss st stq su sv sw szl szy ta tay tcy te tet"
    " tg th ti tk tl tly tn to tpi tr trv ts tt tum tw ty tyv udm ug uk ur uz ve vec vep vi vls vo wa war wo wuu xal xh"
    " xmf yi yo za zea zgh zh zh-classical zh-min-nan zh-yue zu"
)
WIKIPEDIAS = frozenset(CODES.split())
"""Those that can be asked for suggestions; an article is taken from any that there will ever be."""


class Wiki(NamedTuple):
    """`language` is what its address says, `articles` the path of what it calls an article."""

    host: str
    language: Language
    articles: str

    def api(self, query: str) -> Address:
        return Address("https", self.host, f"/w/api.php?{query}")

    def url_of(self, title: str) -> str:
        """The canonical address of an article."""
        return f"https://{self.host}{self.articles}{quote(title.replace(' ', '_'), safe=KEPT_IN_TITLES)}"

    @property
    def is_wikipedia(self) -> bool:
        return self.host.endswith(".wikipedia.org")


class Reference(NamedTuple):
    """An article as an address means it: `named` is the parameter of MediaWiki's API that finds it, and its value."""

    wiki: Wiki
    named: tuple[str, str]


def wiki_of(host: str) -> Wiki | None:
    """The wiki that a host, desktop or mobile, belongs to, if articles are taken from it."""
    if host in HAMICHLOL:
        desktop, language = HAMICHLOL[host]
        return Wiki(desktop, Language(language), "/")
    found = WIKIPEDIA.fullmatch(host)
    return wikipedia(found["code"]) if found else None


def wikipedia(code: str) -> Wiki:
    return Wiki(f"{code}.wikipedia.org", Language(OTHERWISE_CALLED.get(code, code)), "/wiki/")


def wikipedia_in(language: Language) -> Wiki | None:
    """The Wikipedia in a language, whatever the region or script, if there is one."""
    tag = language.lower()
    codes = (code for code, called in OTHERWISE_CALLED.items() if called == tag != "en" and code in WIKIPEDIAS)
    code = next(codes, tag)
    while code not in WIKIPEDIAS:
        code, cut, _ = code.rpartition("-")
        if not cut:
            return None
    return wikipedia(code)


def is_article(url: str) -> bool:
    """Whether `url` leads to a wiki whose articles are taken."""
    return wiki_of(address_of(url).host) is not None


def reference_of(url: str) -> Reference:
    """What `url` means, in any of the ways in which a wiki writes addresses. Raises SiteNotAllowed, ArticleNotFound."""
    address = address_of(url)
    wiki = wiki_of(address.host)
    if wiki is None:
        raise errors.SiteNotAllowed("Articles are taken from Wikipedia and from hamichlol only.", host=address.host)
    parts = urlsplit(address.target)
    asked = {name: values[-1].strip() for name, values in parse_qs(parts.query).items()}
    for name, parameter in (("oldid", "oldid"), ("curid", "pageid")):
        if re.fullmatch(r"[1-9][0-9]{0,17}", asked.get(name, "")):
            return Reference(wiki, (parameter, asked[name]))
    title = _title(asked.get("title") or _in_path(wiki, parts.path))
    return Reference(wiki, ("page", title))


def _in_path(wiki: Wiki, path: str) -> str:
    """The title in /wiki/…, /w/index.php/…, at hamichlol in /…, and in /zh-hant/… where a wiki has variants."""
    first, _, rest = path.removeprefix("/").partition("/")
    if first == "wiki" or (wiki.is_wikipedia and first.startswith(f"{wiki.language}-")):
        return rest
    if first == "w":
        return rest.removeprefix("index.php/") if rest.startswith("index.php/") else ""
    return "" if wiki.is_wikipedia else path.removeprefix("/")


def _title(given: str) -> str:
    try:
        title = unquote(given, errors="strict").partition("#")[0]
    except UnicodeDecodeError as wrong:
        raise errors.ArticleNotFound("The title in this address cannot be read.") from wrong
    title = " ".join(BIDI_MARKS.sub("", title).replace("_", " ").split())
    if not title or CONTROLS.search(title) or len(title.encode()) > MAX_TITLE_BYTES:
        raise errors.ArticleNotFound("This address names no article.")
    return title
