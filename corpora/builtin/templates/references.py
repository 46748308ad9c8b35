"""Citations that are part of a sentence: `Serre (1970)`, Bible verses, patents, standards and identifiers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from corpora import Template, hookimpl
from corpora.builtin.templates.arguments import (
    ENGLISH,
    Arguments,
    Function,
    call,
    filled,
    first,
    has,
    one_of,
    positional,
)


@dataclass(frozen=True)
class References(Template):
    """Citations that are part of the text, not of its notes."""

    name: ClassVar[str] = "references"
    version: ClassVar[int] = 3

    def knows(self, name: str, language: str) -> bool:
        """Whether a template of this name may be one of its own."""
        return has(FUNCTIONS, name, language)

    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The text of a template that cites something within a sentence."""
        return call(FUNCTIONS, name, arguments, language)


def harvard(style: str, arguments: Arguments, language: str) -> str | None:
    """Authors, year and place in a Harvard style.

    Args:
        style: `text` for `Serre (1970)`, `brackets` for `(Serre 1970)`, `bare` for `Serre 1970`; a trailing `:`
            puts pages after the year, as in `1970:5`.
    """
    values = filled(arguments)
    if len(values) < 2:
        return None
    return _styled(style, _authors(values[:-1]), values[-1], _place(arguments, style.endswith(":")))


def _styled(style: str, authors: str, year: str, place: str) -> str:
    if style.startswith("text"):
        return f"{authors} ({year}{place})"
    text = f"{authors} {year}{place}"
    return f"({text})" if style.startswith("brackets") else text


def _authors(names: list[str]) -> str:
    if len(names) > 3:
        return f"{names[0]} et al."
    return " & ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _place(arguments: Arguments, colon: bool) -> str:
    page, pages = one_of(arguments, "p", "page"), one_of(arguments, "pp", "pages")
    found = one_of(arguments, "loc", "at")
    if colon:
        return f":{page or pages}" if page or pages else f", {found}" if found else ""
    parts = (f"p. {page}" if page else "", f"pp. {_dashed(pages)}" if pages else "", found)
    return "".join(f", {part}" for part in parts if part)


def harvs(arguments: Arguments, language: str) -> str | None:
    """`{{harvs|txt|last=Weil|year=1949}}`: the same with named arguments, for several authors and years."""
    flags = {value.lower() for value in positional(arguments)} | {key for key in ("txt", "nb") if arguments.get(key)}
    last = [one_of(arguments, f"last{n}" if n else "last", f"author{n}" if n else "author") for n in ("", 2, 3, 4, 5)]
    last[0] = last[0] or one_of(arguments, "last1", "author1")
    first_names = [arguments.get(f"first{n}", "") for n in ("", 2, 3, 4, 5)]
    names = [f"{given} {name}".strip() for given, name in zip(first_names, last, strict=True) if name]
    years = [arguments[key] for key in ("year", "year1", "year2", "year3", "year4", "year5") if arguments.get(key)]
    if not names or not years:
        return None
    style = "text" if "txt" in flags else "bare" if "nb" in flags else "brackets"
    return _styled(style, _authors(names), ", ".join(years), _place(arguments, colon=False))


def bible(arguments: Arguments, language: str) -> str | None:
    """`{{bibleverse|1|Corinthians|13:4|KJV}}`, `{{bibleverse|Exodus|21:22-23}}`: book and verse, or the given text."""
    values = positional(arguments)
    if not values or arguments.get("text"):
        return arguments.get("text")
    old = not values[0] or values[0].isdigit() or values[0].lower() in ("i", "ii", "iii")
    number, book, verse, shown = _bible_parts(values, old)
    if shown:
        return shown
    return " ".join(part for part in (number, book, _dashed(verse)) if part) or None


def _bible_parts(values: list[str], old: bool) -> tuple[str, str, str, str]:
    padded = (*values, "", "", "", "", "")
    number, rest = (padded[0], padded[1:]) if old else ("", padded)
    return number, rest[0], rest[1], rest[3]


def bible_by_parts(arguments: Arguments, language: str) -> str | None:
    """German `{{Bibel|Mt|5|3}}` is `Mt 5,3`."""
    book, chapter, verse = (*positional(arguments), "", "", "")[:3]
    return f"{book} {chapter}{',' + _dashed(verse) if verse else ''}".strip() or None


def bible_verse_only(arguments: Arguments, language: str) -> str | None:
    """Only the verse, after a book named earlier: `21:22–23`."""
    values = positional(arguments)
    return _dashed(next((value for value in values[1:] if re.match(r"[0-9]", value)), "")) or None


def scripture(arguments: Arguments, language: str) -> str | None:
    """`{{sourcetext|book=John|chapter=3|verse=16}}` is `John 3:16`."""
    book, chapter, verse = (arguments.get(key, "") for key in ("book", "chapter", "verse"))
    if not book:
        return bible(arguments, language)
    return f"{book} {chapter}{':' + _dashed(verse) if verse else ''}".strip()


def latter_day(arguments: Arguments, language: str) -> str | None:
    """`{{lds|1 Nephi|1_ne|3|7}}` is `1 Nephi 3:7`."""
    book, _, chapter, verse = (*positional(arguments), "", "", "", "")[:4]
    return f"{book} {chapter}{':' + _dashed(verse) if verse else ''}".strip() or None


def quran(arguments: Arguments, language: str) -> str | None:
    """`{{qref|29|46}}` is `Quran 29:46`."""
    values = filled(arguments)
    return f"Quran {values[0]}{':' + _dashed(values[1]) if len(values) > 1 else ''}" if values else None


def us_patent(arguments: Arguments, language: str) -> str | None:
    """`U.S. patent 1,234,567`."""
    number = first(arguments).replace(",", "")
    return f"U.S. patent {f'{int(number):,}' if number.isdigit() else number}" if number else None


def patent(arguments: Arguments, language: str) -> str | None:
    """`{{patent|GB|1234567|Title}}` is `GB patent 1234567`."""
    values = filled(arguments)
    return f"{values[0]} patent {values[1]}" if len(values) > 1 else None


def us_code(arguments: Arguments, language: str) -> str | None:
    """`{{USC|18|3553|a}}` is `18 U.S.C. § 3553(a)`."""
    values = filled(arguments)
    if len(values) < 2:
        return None
    return f"{values[0]} U.S.C. § {_dashed(values[1])}" + "".join(f"({part})" for part in values[2:])


def reported(reporter: str, arguments: Arguments, language: str) -> str | None:
    """A citation of a law report or a collection of statutes: `410 U.S. 113 (1973)`, `49 Stat. 1051`."""
    values = filled(arguments)
    if len(values) < 2:
        return None
    year = f" ({values[2]})" if values[2:3] and re.fullmatch(r"[0-9]{4}", values[2]) else ""
    return f"{values[0]} {reporter} {values[1]}{year}"


def public_law(arguments: Arguments, language: str) -> str | None:
    """`{{USPL|111|148}}` is `Pub. L. 111–148`."""
    values = filled(arguments)
    return f"Pub. L. {values[0]}–{values[1]}" if len(values) > 1 else None


def bill(arguments: Arguments, language: str) -> str | None:
    """`{{USBill|112|HR|3261}}` is `H.R. 3261`."""
    values = filled(arguments)
    return f"{_CHAMBERS.get(values[1].upper(), values[1])} {values[2]}" if len(values) > 2 else None


_CHAMBERS = {"HR": "H.R.", "S": "S.", "H.R": "H.R.", "HRES": "H.Res.", "SRES": "S.Res."}


def as_written(arguments: Arguments, language: str) -> str | None:
    """`{{sic|recieve}}` is `recieve [sic]`; with `hide=y`, only the word."""
    word = "".join(filled(arguments)[:2])
    if arguments.get("hide") or arguments.get("hidden"):
        return word
    if word.strip("[]") in ("?", "!"):
        return f"[sic{word.strip('[]')}]"
    return f"{word} [sic]".strip()


def numbered(label: str, arguments: Arguments, language: str) -> str | None:
    """An identifier after its kind: `RFC 2822`, `ISBN 978-0-19-852663-6`."""
    values = filled(arguments)
    return f"{label}{values[0]}" if values else None


def _dashed(numbers: str) -> str:
    """A range of verses or pages with an en dash."""
    return re.sub(r"(?<=[0-9])-(?=[0-9])", "–", numbers)


def _named(function: Function, *names: str) -> dict[str, Function]:
    return dict.fromkeys(names, function)


FUNCTIONS: dict[str, dict[str, Function]] = {
    "any": {
        **_named(partial(harvard, "text"), "harvtxt", "harvard citation text", "harvp", "citet", "harvtext",
                         "harvtxtp"),
        **_named(partial(harvard, "text:"), "harvcoltxt", "harvard citations text"),
        **_named(partial(harvard, "brackets"), "harv", "harvard citation", "harvcite", "citep", "harvpar"),
        **_named(partial(harvard, "brackets:"), "harvcol"),
        **_named(partial(harvard, "bare"), "harvnb", "harvard citation no brackets", "citeref", "harvsp", "hnb"),
        **_named(partial(harvard, "bare:"), "harvcolnb"),
        **_named(harvs, "harvs", "harvard citations"),
        **_named(bible, "bibleverse", "bible verse", "bibleref", "bibleref2", "bible",
                         "bibleverse with invisible links",
                 "bibleverse/sandbox", "bible ref", "biblesource"),
        **_named(scripture, "sourcetext"), **_named(latter_day, "lds", "sourcetext lds"),
        **_named(bible_verse_only, "bibleverse nb", "bibleverse-nb", "bibleref2-nb", "bibleref2 nb", "bibleref2c-nb",
                 "bibleref2c", "bibleverse-lb", "bibleref-nb"),
        **_named(quran, "qref", "cite quran", "quran-usc", "quran-usc-range", "quran", "quran ref", "q-r"),
        **_named(us_patent, "us patent", "uspatent", "uspat", "ref us patent", "us patents"),
        **_named(patent, "patent", "cite patent"),
        **_named(us_code, "usc", "uscsub", "usc sub", "unitedstatescode", "united states code", "usctc"),
        **_named(partial(reported, "Stat."), "usstat", "unitedstatesstatutesatlarge"),
        **_named(partial(reported, "U.S."), "ussc", "scotus", "us reports"),
        **_named(partial(reported, "F.2d"), "f2d"), **_named(partial(reported, "F.3d"), "f3d"),
        **_named(partial(reported, "CFR"), "cfr", "codefedreg"), **_named(partial(reported, "FR"), "fr", "fed reg"),
        **_named(public_law, "uspl", "us public law"), **_named(bill, "usbill"),
        **_named(partial(numbered, "EC "), "ec number", "enzyme", "ec"),
        **_named(partial(numbered, "CAS "), "cas", "cas number"),
        **_named(partial(numbered, "RFC "), "ietf rfc", "rfc", "ref rfc"),
        **_named(partial(numbered, "ISBN "), "isbn", "isbnt", "isbn-13", "isbn-10"),
        **_named(partial(numbered, "ISSN "), "issn"), **_named(partial(numbered, "OCLC "), "oclc"),
        **_named(partial(numbered, "doi:"), "doi"), **_named(partial(numbered, "arXiv:"), "arxiv"),
        **_named(partial(numbered, "PMID "), "pmid"), **_named(partial(numbered, "LCCN "), "lccn"),
        **_named(partial(numbered, "CVE-"), "cve"), **_named(partial(numbered, "OEIS "), "oeis", "oeis2c"),
        **_named(partial(numbered, "ASIN "), "asin"), **_named(partial(numbered, "JSTOR "), "jstor"),
    },
    **dict.fromkeys(ENGLISH, _named(as_written, "sic")),
    "de": _named(bible_by_parts, "bibel", "b", "bb"), "fr": _named(bible, "bible"), "nl": _named(bible, "bijbel"),
    "es": _named(bible, "biblia"), "it": _named(bible, "passo biblico"), "pt": _named(bible, "citar bíblia", "bíblia"),
}  # fmt: skip


@hookimpl
def corpora_templates() -> list[type[Template]]:
    """Offer it."""
    return [References]
