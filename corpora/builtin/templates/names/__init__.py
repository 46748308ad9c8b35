"""Templates that show names: ships and their classes, nations and athletes, titles after a name."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import ClassVar

from corpora import Template, hookimpl
from corpora.builtin.templates.arguments import ENGLISH, Arguments, Function, filled, first, one_of, positional
from corpora.builtin.templates.names.nations import (
    flag_or_name,
    may_be_nation,
    named,
    nation,
    olympic_nation,
    second,
)

_REALMS = ("GBR", "CAN", "AUS", "NZL", "IND", "IRL", "USA", "ZAF", "JAM", "HKG", "SGP", "MYS")
"""Nations that may come before the letters; they are not shown."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z-]+)?")
_POST_NOMINALS = re.compile(r"post-?nom(?:inals?|s)?(?:/.*)?|postnominals?")


@dataclass(frozen=True)
class Names(Template):
    """Names of ships, nations and athletes, and titles after names."""

    name: ClassVar[str] = "names"
    version: ClassVar[int] = 4

    def knows(self, name: str, language: str) -> bool:
        """Whether a template of this name may be one of its own."""
        return (
            name in FUNCTIONS
            or _is_prefix(name, language)
            or may_be_nation(name, language)
            or (language == "it" and name.startswith("calcio "))
            or _POST_NOMINALS.fullmatch(name) is not None
        )

    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The text of a template that shows a name."""
        function = FUNCTIONS.get(name)
        if function is not None:
            return function(arguments, language)
        if _is_prefix(name, language):
            return prefixed(prefixes()[name], arguments, language)
        if _POST_NOMINALS.fullmatch(name):
            return post_nominals(arguments, language)
        if name.startswith("calcio "):
            return football_club(name)
        return named(name, arguments, language) if may_be_nation(name, language) else None


def ship(arguments: Arguments, language: str) -> str | None:
    """A ship by prefix, name, number and display form: `USS Hornet (CV-12)`; form 6 omits the number.

    Forms: 1 only the number, 2 only the name, 3 name and number, 6 prefix and name; all parts by default.
    """
    prefix, name, number = (arguments.get(key, "") for key in ("1", "2", "3"))
    form = one_of(arguments, "4", "up")
    if not name:
        return None
    numbered = f" ({number})" if number else ""
    shown = {"1": number or name, "2": name, "3": name + numbered, "6": f"{prefix} {name}"}.get(form)
    return (shown or f"{prefix} {name}{numbered}").strip()


def _is_prefix(name: str, language: str) -> bool:
    """Whether a template's name is a ship prefix; in other wikis, short ones are different templates."""
    return name in prefixes() and (language in ENGLISH or name in _KNOWN_ABROAD)


_KNOWN_ABROAD = frozenset(("uss", "hms", "hmas", "hmcs", "rms", "usns", "orp", "hnlms"))


def prefixed(prefix: str, arguments: Arguments, language: str) -> str | None:
    """A ship, from a template named after its prefix; `{{hms|3|25|10}}` is a time."""
    values = filled(arguments)
    if prefix == "HMS" and len(values) > 1 and all(value.replace(".", "").isdigit() for value in values):
        return " ".join(value + unit for value, unit in zip(values, "hms", strict=False))
    return ship({"1": prefix, **_shifted(arguments)}, language)


def _shifted(arguments: Arguments) -> dict[str, str]:
    return {str(int(key) + 1) if key.isdigit() else key: value for key, value in arguments.items()}


def ship_class(arguments: Arguments, language: str) -> str | None:
    """A ship class with its type: `Nimitz-class aircraft carrier`.

    Forms: 0 to 2 class and type, 3 `Nimitz-class`, 4 `Nimitz class`, 5 only the name.
    """
    name, kind, form = (arguments.get(key, "") for key in ("1", "2", "3"))
    if not name:
        return None
    forms = {"3": f"{name}-class", "4": f"{name} class", "5": name}
    return forms.get(form) or f"{name}-class {kind}".strip()


def post_nominals(arguments: Arguments, language: str) -> str | None:
    """Letters after a name: `KCB, FRS`."""
    listed = one_of(arguments, "list", "post-noms")
    letters = filled(arguments) or [part for part in re.split(r"[,\s]+", listed) if part]
    letters = letters[1:] if letters and letters[0] in _REALMS else letters
    separator = (
        " "
        if arguments.get("commas", "").lower() in ("off", "no")
        else f"{arguments['sep'].strip()} "
        if arguments.get("sep")
        else ", "
    )
    return separator.join(letters) or None


@cache
def prefixes() -> dict[str, str]:
    """Templates named after ship prefixes, each with the prefix to show."""
    table = tomllib.loads(files(__package__).joinpath("countries.toml").read_text(encoding="utf-8"))
    return {prefix.lower(): prefix for prefix in table["ships"]["prefixes"]}


@cache
def origins() -> dict[str, str]:
    """English names of source languages in etymologies, by code."""
    table = tomllib.loads(files(__package__).joinpath("countries.toml").read_text(encoding="utf-8"))
    return dict(table["languages"])


def athlete(arguments: Arguments, language: str) -> str | None:
    """An athlete with the nation's code: `Usain Bolt (JAM)`."""
    values = filled(arguments)
    if not values:
        return None
    return f"{values[0]} ({values[1]})" if len(values) > 1 else values[0]


def sortable_name(arguments: Arguments, language: str) -> str | None:
    """`First Last`."""
    return " ".join(filled(arguments)[:2]) or None


def minor_planet(arguments: Arguments, language: str) -> str | None:
    """`{{mpl|2014 MU|69}}` is `2014 MU69`, `{{mpl|(15760)|1992 QB|1}}` is `(15760) 1992 QB1`."""
    *before, index = filled(arguments) or [""]
    return " ".join(before) + index or None


def nuclide(arguments: Arguments, language: str) -> str | None:
    """`{{nuclide|U|235}}` is `235U`, `{{nuclide|uranium|235}}` is `uranium-235`."""
    element, mass = first(arguments), arguments.get("2", "")
    if not (element and mass):
        return None
    return f"{mass}{element}" if len(element) <= 2 else f"{element}-{mass}"


def interlanguage_link(arguments: Arguments, language: str) -> str | None:
    """The label or, without one, the title: `{{ill|Karl Moor|de|lt=Moor}}`; old pages put the language first."""
    values = filled(arguments)
    codes = [_LANGUAGE.fullmatch(value) is not None for value in values[:2]]
    return arguments.get("lt") or (values[codes == [True, False]] if values else None)


def character(arguments: Arguments, language: str) -> str | None:
    """`{{unichar|00A9}}` is `U+00A9 © COPYRIGHT SIGN`."""
    code = first(arguments).upper().removeprefix("U+")
    if not re.fullmatch(r"[0-9A-F]{4,6}", code) or not unicodedata.name(sign := chr(int(code, 16) % 0x110000), ""):
        return None
    return f"U+{code} {sign} {unicodedata.name(sign)}"


def football_club(name: str) -> str:
    """Italian `{{Calcio Real Madrid}}` has the name of the club, which it shows after its colours."""
    return " ".join(word if word[:1].isdigit() else word.capitalize() for word in name.split()[1:])


def etymology(arguments: Arguments, language: str) -> str | None:
    """`{{etymology|la|domus|house}}` is `from Latin domus 'house'`; several origins are listed in order."""
    values, parts = [*positional(arguments), "", ""], []
    for at in range(0, len(values) - 2, 3):
        code, word, meaning = values[at : at + 3]
        if not word:
            continue
        if code not in origins():
            return None
        parts.append(f"from {origins()[code]} {word}" + (f" '{meaning}'" if meaning else ""))
    return ", ".join(parts) or None


def japanese(arguments: Arguments, language: str) -> str | None:
    """`{{nihongo|bow|弓|yumi}}` is `bow (弓, yumi)`; without a translation, `yumi (弓)`."""
    english, kanji, romaji = (arguments.get(str(number), "") for number in range(1, 4))
    extra, after = one_of(arguments, "4", "extra"), one_of(arguments, "5", "extra2")
    if not english:
        english, romaji = romaji, ""
    inside = ", ".join(filter(None, (kanji, romaji, extra)))
    return " ".join(filter(None, (english, f"({inside})" if inside else "", after))) or None


FUNCTIONS: dict[str, Function] = {
    **dict.fromkeys(("nihongo", "nihongo krt", "nihongo foot", "nihongo title"), japanese),
    **dict.fromkeys(("mpl", "minor planet"), minor_planet), "nuclide": nuclide, "unichar": character,
    "etymology": etymology,
    **dict.fromkeys(
        ("ill", "interlanguage link", "interlanguage link multi", "illm", "ill2", "ill-wd", "link-wd"),
        interlanguage_link),
    **dict.fromkeys(("ship", "navire"), ship),
    **dict.fromkeys(
        ("sclass", "sclass-", "sclass2", "sclass2-", "jclass", "jclass2", "ship class", "sclass/sandbox"), ship_class),
    **dict.fromkeys(("gs", "german submarine"), partial(prefixed, "German submarine")),
    **dict.fromkeys(
        ("flagioc", "flagioc2", "flagioc2team", "flagiocteam", "flagcgf", "flagcgfteam", "flagpar", "flagparateam"),
        olympic_nation),
    **dict.fromkeys(
        ("flag", "flagu", "flagcountry", "flagg", "flagteam", "fb", "fbw", "fb-rt", "fbw-rt", "fb2", "nft", "nfa", "cr",
         "crw", "cr-rt", "ru", "ru-rt", "ru7", "ruw", "bk", "bkw", "vb", "vbw", "vb-rt", "ih", "ihw", "hb", "hbw", "fh",
         "wp", "wpw", "country", "flagpsyn", "flagcountry2", "noflag", "bandera2", "bandiera2", "drapeau2", "flagdecou",
         "flaglink", "flagasian", "bandeiracon2", "icc", "flag country", "nationflag", "bandeira2",
         "flagge2", "vlag2", "flaglist", "flagnation", "sel", "selb", "self", "selm", "флагификация", "государство",
         "landsnamn", "flagga", "lippu", "zászló2", "bayrak", "país", "pays", "państwo", "vlajka a název", "국기",
         "flaggland", "flagland",
         "land"), nation),
    "flag+link": second, **dict.fromkeys(("naz", "naznb", "naz/nome"), second), "bandiera": flag_or_name,
    **dict.fromkeys(
        ("flagathlete", "flagiocathlete", "flagcgfathlete", "flagmedalist", "flagiocmedalist", "flag athlete",
         "flagcgfmedalist", "flagiocathlete2", "flagparaathlete", "flagplayer", "flag player", "flagparamedalist",
         "flagcgfathlete2", "flag medalist"), athlete),
    **dict.fromkeys(("sortname", "sort name"), sortable_name),
}  # fmt: skip


@hookimpl
def corpora_templates() -> list[type[Template]]:
    """Offer it."""
    return [Names]
