"""Templates that show amounts of money: `{{US$|5 million}}`, `{{INRConvert|120|c}}`."""

from __future__ import annotations

import re
import tomllib
from functools import cache, partial
from importlib.resources import files

from corpora.builtin.templates.arguments import Arguments, Function, first, one_of
from corpora.builtin.templates.numbers.numerals import grouped

_SCALES = {
    "k": "thousand", "t": "trillion", "m": "million", "b": "billion", "l": "lakh", "c": "crore", "lc": "lakh crore",
    "thousand": "thousand", "million": "million", "billion": "billion", "trillion": "trillion", "lakh": "lakh",
    "crore": "crore", "lakh crore": "lakh crore",
}  # fmt: skip
"""The second argument of the currency converters: the scale of the number."""
_DIGITS = re.compile(r"[0-9]{4,}(?=\D|\Z)")


@cache
def currencies() -> dict[str, str]:
    """The symbol of each currency by its ISO code in lower case."""
    table = tomllib.loads(files(__package__).joinpath("data", "currencies.toml").read_text(encoding="utf-8"))
    return {code: sign for sign, codes in table["signs"].items() for code in codes}


def amount(sign: str, arguments: Arguments, language: str) -> str | None:
    """An amount after its currency symbol: `US$5 million`."""
    value = first(arguments)
    if not value:
        return sign.strip() or None
    if not any(character.isdigit() for character in value):
        return None
    scale = _SCALES.get(arguments.get("2", "").lower(), "")
    if language in ("pt", "gl") and sign[-1:] in "$€":
        sign += " "
    return f"{sign}{_grouped(value)}{' ' + scale if scale else ''}"


def in_currency(arguments: Arguments, language: str) -> str | None:
    """`{{currency|100|GBP}}` is `£100`."""
    code = (arguments.get("2") or arguments.get("type") or "USD").lower()
    value = first(arguments) or arguments.get("amount", "")
    return f"{currencies().get(code, code.upper() + ' ')}{_grouped(value)}" if value else None


def euros(arguments: Arguments, language: str) -> str | None:
    """An amount in euros, whose symbol follows the number in most languages of continental Europe."""
    value = first(arguments)
    if language in ("en", "simple", "sco", "ga", "mt", "nl"):
        return amount("€", arguments, language)
    return (
        f"{grouped(value.replace(' ', ''), language) if value.replace(' ', '').isdigit() else value} €"
        if value
        else "€"
    )


def dollars(arguments: Arguments, language: str) -> str | None:
    """An amount in dollars, whose symbol follows the number in French."""
    value = first(arguments)
    if language != "fr" or not value:
        return amount("$", arguments, language)
    return f"{grouped(value, language) if value.isdigit() else value} $"


def old_pounds(arguments: Arguments, language: str) -> str | None:
    """`{{£sd|l=5|s=3|d=2}}` is `£5 3s 2d`; without arguments, `£`."""
    pounds, shillings, pence = (one_of(arguments, *keys) for keys in (("l", "1"), ("s", "2"), ("d", "3")))
    parts = (
        f"£{_grouped(pounds)}" if pounds else "",
        f"{shillings}s" if shillings else "",
        f"{pence}d" if pence else "",
    )
    return " ".join(filter(None, parts)) or amount("£", arguments, language)


def _grouped(value: str) -> str:
    """The text with leading runs of four or more digits grouped."""
    match = _DIGITS.match(value)
    return f"{int(match[0]):,}{value[match.end() :]}" if match else value


def _functions() -> dict[str, Function]:
    found: dict[str, Function] = {}
    for code, sign in currencies().items():
        render = partial(amount, sign)
        found[code] = found[f"{code}convert"] = found[f"{code} convert"] = render
    signs = tomllib.loads(files(__package__).joinpath("data", "currencies.toml").read_text(encoding="utf-8"))["names"]
    found |= {name: partial(amount, sign) for sign, names in signs.items() for name in names}
    return found | {
        "currency": in_currency,
        "€": euros,
        "eur": euros,
        "euro": euros,
        "euros": euros,
        "dollar": dollars,
        "£sd": old_pounds,
        "lsd": old_pounds,
        "pounds, shillings, and pence": old_pounds,
    }


MONEY: dict[str, Function] = _functions()
