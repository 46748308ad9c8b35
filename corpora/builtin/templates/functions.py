"""Parser functions with constant arguments, such as `{{#if:}}`, `{{#switch:}}`, `{{#expr:}}`, `{{lc:}}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from corpora import HOLE, Template, hookimpl
from corpora.builtin.templates.arguments import Arguments, Function, call, filled, first, has, positional
from corpora.builtin.templates.expressions import shown, value_of


@dataclass(frozen=True)
class ParserFunctions(Template):
    """Conditions, arithmetic and changes of case in templates."""

    name: ClassVar[str] = "functions"
    version: ClassVar[int] = 2

    def knows(self, name: str, language: str) -> bool:
        """Whether a template of this name may be one of its own."""
        return has(FUNCTIONS, name, language)

    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The text of a parser function; None if it needs the clock or another page."""
        return call(FUNCTIONS, name, arguments, language)


def if_(arguments: Arguments, language: str) -> str | None:
    """The second argument if the first is not empty, else the third; None if the value of the first is unknown."""
    if HOLE in first(arguments):
        return None
    return arguments.get("2" if first(arguments) else "3", "")


def ifeq(arguments: Arguments, language: str) -> str | None:
    """The third argument if the first two are equal (as texts or numbers), else the fourth."""
    one, other = first(arguments), arguments.get("2", "")
    if HOLE in one + other:
        return None
    same = one == other or (_number(one) is not None and _number(one) == _number(other))
    return arguments.get("3" if same else "4", "")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def switch(arguments: Arguments, language: str) -> str | None:
    """The value of the case that equals the first argument; a case without a value falls through to the next."""
    subject, *cases = positional(arguments) or [""]
    if HOLE in subject:
        return None
    default, falls = "", False
    for number, case in enumerate(cases, 1):
        label, equals, value = case.partition("=")
        label, value = label.strip(), value.strip()
        if not equals:
            if number == len(cases):
                return label
            falls = falls or label == subject
        elif falls or label == subject:
            return value
        elif label == "#default":
            default = value
    return default


def iferror(arguments: Arguments, language: str) -> str | None:
    """The text if it is not an error; None if that is unknown."""
    return None if HOLE in first(arguments) else arguments.get("3", first(arguments))


def expression(arguments: Arguments, language: str) -> str | None:
    """The value of an expression: `{{#expr:3*5}}` is `15`; None if it cannot be computed."""
    value = value_of(first(arguments))
    return None if value is None else shown(value)


def if_expression(arguments: Arguments, language: str) -> str | None:
    """The second argument if the expression is not zero, else the third; None if it cannot be computed."""
    value = value_of(first(arguments) or "0")
    return None if value is None else arguments.get("2" if value else "3", "")


def nothing(arguments: Arguments, language: str) -> str | None:
    """The name of the article namespace, which is empty."""
    return ""


def site_name(arguments: Arguments, language: str) -> str | None:
    """`Wikipedia`."""
    return "Wikipedia"


def tag(arguments: Arguments, language: str) -> str | None:
    """`{{#tag:nowiki|x}}`: the tag's text; a reference has none."""
    name = first(arguments).lower()
    shows = ("nowiki", "span", "div", "poem", "em", "strong", "small", "big", "s", "u", "i", "b", "code", "sub", "sup")
    if name in ("ref", "references", "templatestyles", "gallery", "score", "timeline"):
        return ""
    return arguments.get("2", "") if name in shows else None


def upper(arguments: Arguments, language: str) -> str | None:
    """The text in upper case."""
    return first(arguments).upper()


def lower(arguments: Arguments, language: str) -> str | None:
    """The text in lower case."""
    return first(arguments).lower()


def capitalised(arguments: Arguments, language: str) -> str | None:
    """The text with its first letter in upper case."""
    return first(arguments)[:1].upper() + first(arguments)[1:]


def uncapitalised(arguments: Arguments, language: str) -> str | None:
    """The text with its first letter in lower case."""
    return first(arguments)[:1].lower() + first(arguments)[1:]


def padded_left(arguments: Arguments, language: str) -> str | None:
    """The text padded on the left to a length, with zeros unless a padding is given."""
    return _padding(arguments) + first(arguments)


def padded_right(arguments: Arguments, language: str) -> str | None:
    """The text padded on the right to a length, with zeros unless a padding is given."""
    return first(arguments) + _padding(arguments)


def _padding(arguments: Arguments) -> str:
    length, fill = arguments.get("2", ""), arguments.get("3", "0") or "0"
    missing = min(int(length) if length.isdigit() else 0, 500) - len(first(arguments))
    return (fill * max(missing, 0))[: max(missing, 0)]


def template_link(arguments: Arguments, language: str) -> str | None:
    """`{{tl|foo}}` is `{{foo}}`, the name of a template."""
    return "{{" + "|".join(filled(arguments)) + "}}" if first(arguments) else None


def plural(arguments: Arguments, language: str) -> str | None:
    """The singular for 1, else the plural; None if the language has more than two forms."""
    if len(arguments) > 3:
        return None
    return arguments.get("2" if first(arguments) in ("1", "-1") else "3", arguments.get("2", ""))


FUNCTIONS: dict[str, dict[str, Function]] = {
    "any": {
        "#if": if_, "#ifeq": ifeq, "#switch": switch, "#iferror": iferror, "#tag": tag,
        "#expr": expression, "#ifexpr": if_expression,
        "uc": upper, "lc": lower, "ucfirst": capitalised, "lcfirst": uncapitalised,
        "namespace": nothing, "ns": nothing, "talkspace": nothing, "sitename": site_name,
        "padleft": padded_left, "padright": padded_right, "plural": plural,
    },
    "en": dict.fromkeys(("tl", "tlx", "tlc", "tlp", "tlf", "tlxi", "tnull"), template_link),
    "de": {"#wenn": if_, "#wenngleich": ifeq}, "es": {"#si": if_}, "fr": {"#si": if_}, "pt": {"#se": if_},
}  # fmt: skip
"""By language, since some wikis translate the names."""


@hookimpl
def corpora_templates() -> list[type[Template]]:
    """Offer it."""
    return [ParserFunctions]
