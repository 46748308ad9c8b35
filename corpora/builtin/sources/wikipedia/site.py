"""What a wiki calls things: its namespaces, end sections and addresses, from its siteinfo and from `names.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlsplit

FILE, TEMPLATE, CATEGORY, MEDIA = 6, 10, 14, -2
ENGLISH = {
    "media": -2, "special": -1, "talk": 1, "user": 2, "user talk": 3, "wikipedia": 4, "project": 4,
    "wikipedia talk": 5, "project talk": 5, "file": 6, "image": 6, "file talk": 7, "image talk": 7, "mediawiki": 8,
    "mediawiki talk": 9, "template": 10, "template talk": 11, "help": 12, "help talk": 13, "category": 14,
    "category talk": 15, "portal": 100, "portal talk": 101, "draft": 118, "draft talk": 119, "module": 828,
    "module talk": 829,
}  # fmt: skip
"""Namespaces that every wiki knows under their English names; what `<siteinfo>` says comes on top."""
PROJECTS = frozenset(
    [
        "w",
        "wikt",
        "wiktionary",
        "q",
        "wikiquote",
        "b",
        "wikibooks",
        "s",
        "wikisource",
        "n",
        "wikinews",
        "v",
        "wikiversity",
        "voy",
        "wikivoyage",
        "c",
        "commons",
        "d",
        "wikidata",
        "m",
        "meta",
        "mw",
        "mediawikiwiki",
        "species",
        "wikispecies",
        "wmf",
        "foundation",
        "phab",
        "phabricator",
        "bugzilla",
        "toollabs",
        "toolforge",
        "doi",
    ]
)
"""Prefixes of links to sister projects, whose label is text."""
LANGUAGES = frozenset(
    [
        "aa",
        "ab",
        "ace",
        "ady",
        "af",
        "ak",
        "als",
        "alt",
        "am",
        "ami",
        "an",
        "ang",
        "ar",
        "arc",
        "ary",
        "arz",
        "as",
        "ast",
        "atj",
        "av",
        "avk",
        "awa",
        "ay",
        "az",
        "azb",
        "ba",
        "ban",
        "bar",
        "bat-smg",
        "bcl",
        "be",
        "be-tarask",
        "be-x-old",
        "bg",
        "bh",
        "bi",
        "bjn",
        "bm",
        "bn",
        "bo",
        "bpy",
        "br",
        "bs",
        "bug",
        "bxr",
        "ca",
        "cbk-zam",
        "cdo",
        "ce",
        "ceb",
        "ch",
        "chr",
        "chy",
        "ckb",
        "co",
        "cr",
        "crh",
        "cs",
        "csb",
        "cu",
        "cv",
        "cy",
        "da",
        "dag",
        "de",
        "din",
        "diq",
        "dsb",
        "dty",
        "dv",
        "dz",
        "ee",
        "el",
        "eml",
        "en",
        "eo",
        "es",
        "et",
        "eu",
        "ext",
        "fa",
        "ff",
        "fi",
        "fiu-vro",
        "fj",
        "fo",
        "fr",
        "frp",
        "frr",
        "fur",
        "fy",
        "ga",
        "gag",
        "gan",
        "gcr",
        "gd",
        "gl",
        "glk",
        "gn",
        "gom",
        "gor",
        "got",
        "gu",
        "guw",
        "gv",
        "ha",
        "hak",
        "haw",
        "he",
        "hi",
        "hif",
        "ho",
        "hr",
        "hsb",
        "ht",
        "hu",
        "hy",
        "hyw",
        "hz",
        "ia",
        "id",
        "ie",
        "ig",
        "ii",
        "ik",
        "ilo",
        "inh",
        "io",
        "is",
        "it",
        "iu",
        "ja",
        "jam",
        "jbo",
        "jv",
        "ka",
        "kaa",
        "kab",
        "kbd",
        "kbp",
        "kcg",
        "kg",
        "ki",
        "kj",
        "kk",
        "kl",
        "km",
        "kn",
        "ko",
        "koi",
        "kr",
        "krc",
        "ks",
        "ksh",
        "ku",
        "kv",
        "kw",
        "ky",
        "la",
        "lad",
        "lb",
        "lbe",
        "lez",
        "lfn",
        "lg",
        "li",
        "lij",
        "lld",
        "lmo",
        "ln",
        "lo",
        "lrc",
        "lt",
        "ltg",
        "lv",
        "mad",
        "mai",
        "map-bms",
        "mdf",
        "mg",
        "mh",
        "mhr",
        "mi",
        "min",
        "mk",
        "ml",
        "mn",
        "mni",
        "mnw",
        "mr",
        "mrj",
        "ms",
        "mt",
        "mus",
        "mwl",
        "my",
        "myv",
        "mzn",
        "na",
        "nah",
        "nap",
        "nds",
        "nds-nl",
        "ne",
        "new",
        "ng",
        "nia",
        "nl",
        "nn",
        "no",
        "nov",
        "nqo",
        "nrm",
        "nso",
        "nv",
        "ny",
        "oc",
        "olo",
        "om",
        "or",
        "os",
        "pa",
        "pag",
        "pam",
        "pap",
        "pcd",
        "pdc",
        "pfl",
        "pi",
        "pih",
        "pl",
        "pms",
        "pnb",
        "pnt",
        "ps",
        "pt",
        "qu",
        "rm",
        "rmy",
        "rn",
        "ro",
        "roa-rup",
        "roa-tara",
        "ru",
        "rue",
        "rw",
        "sa",
        "sah",
        "sat",
        "sc",
        "scn",
        "sco",
        "sd",
        "se",
        "sg",
        "sh",
        "shi",
        "shn",
        "si",
        "simple",
        "sk",
        "skr",
        "sl",
        "sm",
        "smn",
        "sn",
        "so",
        "sq",
        "sr",
        "srn",
        "ss",
        "st",
        "stq",
        "su",
        "sv",
        "sw",
        "szl",
        "szy",
        "ta",
        "tay",
        "tcy",
        "te",
        "tet",
        "tg",
        "th",
        "ti",
        "tk",
        "tl",
        "tn",
        "to",
        "tpi",
        "tr",
        "trv",
        "ts",
        "tt",
        "tum",
        "tw",
        "ty",
        "tyv",
        "udm",
        "ug",
        "uk",
        "ur",
        "uz",
        "ve",
        "vec",
        "vep",
        "vi",
        "vls",
        "vo",
        "wa",
        "war",
        "wo",
        "wuu",
        "xal",
        "xh",
        "xmf",
        "yi",
        "yo",
        "za",
        "zea",
        "zh",
        "zh-classical",
        "zh-cn",
        "zh-min-nan",
        "zh-tw",
        "zh-yue",
        "zu",
    ]
)
"""Codes of Wikipedia's languages: a link with such a prefix leads to the same article in another language."""


@cache
def names() -> Mapping[str, Any]:
    """The shipped names: files, categories, behaviour switches, disambiguation templates, end sections."""
    text = files(__package__).joinpath("names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def key_of(name: str) -> str:
    """A prefix or a template's name as it is compared: lower case, single spaces for underscores."""
    return " ".join(name.replace("_", " ").split()).lower()


@dataclass(frozen=True)
class Site:
    """One wiki."""

    language: str = "en"
    """Its code, as in `en.wikipedia.org`."""
    database: str = ""
    """Such as `enwiki`; empty where the dump does not say."""
    base: str = ""
    """The address of its main page."""
    namespaces: Mapping[str, int] = field(default_factory=dict)
    """The local name of each namespace, in lower case, and its number."""

    @cached_property
    def prefixes(self) -> dict[str, int]:
        """Every prefix of a title that is a namespace, in lower case: local, English, and shipped ones."""
        shipped = {key_of(name): CATEGORY for name in names()["category"]}
        shipped |= {key_of(name): FILE for name in names()["file"]}
        return {**shipped, **ENGLISH, **self.namespaces}

    @cached_property
    def end_sections(self) -> frozenset[str]:
        """Headings, case-folded, of sections without prose: References, External links and their like."""
        sections = names()["sections"]
        chosen = [*sections["en"], *sections.get(self.language, ())]
        return frozenset(heading.casefold() for heading in chosen)

    @cached_property
    def project(self) -> str:
        """The family of a Wikimedia wiki by its address (wikipedia, wiktionary, commons …); empty for others."""
        host = (urlsplit(self.base).hostname or "").split(".")
        if len(host) < 3 or host[-2:] not in ([family, "org"] for family in FAMILIES):
            return ""
        return host[0] if host[-2] == "wikimedia" else host[-2]

    def url(self, title: str) -> str:
        """The address of a page; empty where the dump gives no base."""
        root, slash, _ = self.base.rpartition("/")
        return f"{root}/{quote(title.replace(' ', '_'), safe='/:@!$*(),;~')}" if slash else ""


FAMILIES = (
    "wikipedia", "wiktionary", "wikibooks", "wikinews", "wikiquote", "wikisource", "wikiversity", "wikivoyage",
    "wikidata", "wikimedia", "mediawiki",
)  # fmt: skip


@cache
def magic_words() -> re.Pattern[str]:
    """Matches behaviour switches such as `__NOTOC__`, in every shipped language."""
    words = sorted(names()["magic"], key=len, reverse=True)
    return re.compile("__(?:" + "|".join(map(re.escape, words)) + ")__", re.IGNORECASE)


@cache
def disambiguation_templates() -> frozenset[str]:
    """The names of templates that mark disambiguation pages, in lower case."""
    return frozenset(key_of(name) for name in names()["disambiguation"])
