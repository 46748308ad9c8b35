"""Templates that show names: ships and their classes, nations and athletes, titles after a name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import ClassVar

from corpora import Template, hookimpl
from corpora.builtin.templates.arguments import ENGLISH, Arguments, Function, filled, first, one_of, positional

_REALMS = ("GBR", "CAN", "AUS", "NZL", "IND", "IRL", "USA", "ZAF", "JAM", "HKG", "SGP", "MYS")
"""Nations that may be named before the letters, which they do not show."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z-]+)?")
_POST_NOMINALS = re.compile(r"post-?nom(?:inals?|s)?(?:/.*)?|postnominals?")


@dataclass(frozen=True)
class Names(Template):
    """Names of ships, nations and athletes, and titles after names."""

    name: ClassVar[str] = "names"
    version: ClassVar[int] = 2

    def knows(self, name: str, language: str) -> bool:
        """Whether it may render templates of this name."""
        return (
            name in FUNCTIONS or name in prefixes() or name in countries() or _POST_NOMINALS.fullmatch(name) is not None
        )

    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The text of a template that shows a name."""
        function = FUNCTIONS.get(name)
        if function is not None:
            return function(arguments, language)
        if name in prefixes():
            return prefixed(prefixes()[name], arguments, language)
        if _POST_NOMINALS.fullmatch(name):
            return post_nominals(arguments, language)
        codes = countries() if language in ENGLISH else {}
        if (len(name) == 3 or name == "uk") and name in codes and not filled(arguments):
            return countries()[name]
        return None


def ship(arguments: Arguments, language: str) -> str | None:
    """A ship by prefix, name, number and display form: `USS Hornet (CV-12)`; form 6 is without the number.

    Forms: 1 the number alone, 2 the name alone, 3 name and number, 6 prefix and name; by default all.
    """
    prefix, name, number = (arguments.get(key, "") for key in ("1", "2", "3"))
    form = one_of(arguments, "4", "up")
    if not name:
        return None
    numbered = f" ({number})" if number else ""
    shown = {"1": number or name, "2": name, "3": name + numbered, "6": f"{prefix} {name}"}.get(form)
    return (shown or f"{prefix} {name}{numbered}").strip()


def prefixed(prefix: str, arguments: Arguments, language: str) -> str | None:
    """A ship whose template is named for its prefix."""
    return ship({"1": prefix, **_shifted(arguments)}, language)


def _shifted(arguments: Arguments) -> dict[str, str]:
    return {str(int(key) + 1) if key.isdigit() else key: value for key, value in arguments.items()}


def ship_class(arguments: Arguments, language: str) -> str | None:
    """A class and the type of its ships: `Nimitz-class aircraft carrier`.

    Forms: 0 to 2 class and type, 3 `Nimitz-class`, 4 `Nimitz class`, 5 the name.
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
def countries() -> dict[str, str]:
    """English names of nations by their codes, of three letters or two, in lower case."""
    table = tomllib.loads(files(__package__).joinpath("countries.toml").read_text(encoding="utf-8"))
    return {code: name for name, codes in table["codes"].items() for code in codes}


@cache
def prefixes() -> dict[str, str]:
    """Templates of ships' prefixes, and what they show before the name."""
    table = tomllib.loads(files(__package__).joinpath("countries.toml").read_text(encoding="utf-8"))
    return {prefix.lower(): prefix for prefix in table["ships"]["prefixes"]}


@cache
def origins() -> dict[str, str]:
    """English names of languages that words come from, by their codes."""
    table = tomllib.loads(files(__package__).joinpath("countries.toml").read_text(encoding="utf-8"))
    return dict(table["languages"])


def nation(arguments: Arguments, language: str) -> str | None:
    """A nation by its name or code: `France`."""
    code = one_of(arguments, "name", "1")
    if len(code) > 3:
        return code
    return countries().get(code.lower(), code) or None if language in ENGLISH else None


def olympic_nation(arguments: Arguments, language: str) -> str | None:
    """A nation under the name that its Olympic committee uses."""
    return "Great Britain" if first(arguments).lower() == "gbr" else nation(arguments, language)


def athlete(arguments: Arguments, language: str) -> str | None:
    """An athlete and the code of the nation: `Usain Bolt (JAM)`."""
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
    """The label, else the title: `{{ill|Karl Moor|de|lt=Moor}}`; old pages have the language first."""
    values = filled(arguments)
    codes = [_LANGUAGE.fullmatch(value) is not None for value in values[:2]]
    return arguments.get("lt") or (values[codes == [True, False]] if values else None)


def etymology(arguments: Arguments, language: str) -> str | None:
    """`{{etymology|la|domus|house}}` is `from Latin domus 'house'`; several origins follow each other."""
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
    english, kanji, romaji, extra, after = (arguments.get(str(number), "") for number in range(1, 6))
    if not english:
        english, romaji = romaji, ""
    inside = ", ".join(filter(None, (kanji, romaji, extra)))
    return " ".join(filter(None, (english, f"({inside})" if inside else "", after))) or None


FUNCTIONS: dict[str, Function] = {
    **dict.fromkeys(("nihongo", "nihongo krt", "nihongo foot", "nihongo title"), japanese),
    **dict.fromkeys(("mpl", "minor planet"), minor_planet), "nuclide": nuclide, "etymology": etymology,
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
         "flaglink", "flagasian", "bandeiracon2", "icc", "flag+link", "flag country", "nationflag", "bandeira2",
         "flagge2", "vlag2", "flaglist", "flagnation"), nation),
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
