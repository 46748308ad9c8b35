"""Templates that show years of a person's life: `c. 1450`, `fl. 1432–1450`, `r. 1200–1210`, marriages, birth names."""

from __future__ import annotations

from functools import partial

from corpora.builtin.templates.arguments import Arguments, Function, filled, first, one_of, positional


def circa(arguments: Arguments, language: str) -> str | None:
    """`c. 1450 – c. 1510`; without arguments, `c.`"""
    years = filled(arguments)
    return " – ".join(f"c. {year}" for year in years) if years else "c."


def span(label: str, arguments: Arguments, language: str) -> str | None:
    """A label and one year, or two years with a dash; without arguments, only the label."""
    if arguments.get("show", "").lower() in ("none", "off", "no"):
        label = ""
    elif arguments.get("show", "").lower() in ("word", "long") and label == "r.":
        label = "reigned"
    years = positional(arguments)
    if not any(years):
        return label
    dash = " – " if any(" " in year for year in years) else "–"
    single = len(years) > 1 and not years[1]
    return f"{label} {years[0]}{dash if single else ''}{dash.join(['', *filter(None, years[1:])])}".strip()


def born_as(default: str, arguments: Arguments, language: str) -> str | None:
    """`née Smith`; without arguments, `née`."""
    return f"{default} {first(arguments)}".strip()


def marriage(arguments: Arguments, language: str) -> str | None:
    """`Ann Lee (m. 1990; div. 2001)`."""
    name, start = first(arguments), arguments.get("2", "")
    stop, reason = one_of(arguments, "3"), one_of(arguments, "end", "reason", "4").lower()
    if not start and not stop:
        return name or None
    if reason in ("", "present"):
        years = f"m. {start}–{stop}" if stop else f"m. {start}"
    else:
        years = f"m. {start}; {_ENDS.get(reason, reason)} {stop}".rstrip()
    return f"{name} ({years})".strip()


_ENDS = {
    "d": "died", "died": "died", "death": "died", "his death": "his death", "her death": "her death", "div": "div.",
    "divorced": "div.", "div.": "div.", "divorce": "div.", "sep": "sep.", "separated": "sep.", "ann": "ann.",
    "annulled": "ann.", "w": "wid.", "widowed": "wid.",
}  # fmt: skip


def based_on_age(arguments: Arguments, language: str) -> str | None:
    """The two possible years of birth of a person of a given age on a given date: `1969 or 1970`."""
    try:
        age, year = int(first(arguments)), int(arguments["2"])
    except (KeyError, ValueError):
        return None
    return f"{year - age - 1} or {year - age}"


SPANS: dict[str, Function] = {
    **dict.fromkeys(("circa", "c.", "ca.", "ca", "c.a.", "ungefähr"), circa),
    **dict.fromkeys(("floruit", "fl.", "fl", "flourished"), partial(span, "fl.")),
    **dict.fromkeys(("reign", "r.", "reigned", "ruled"), partial(span, "r.")),
    **dict.fromkeys(("b.", "born-in", "born"), partial(span, "b.")),
    **dict.fromkeys(("d.", "died-in", "died"), partial(span, "d.")),
    **dict.fromkeys(("married", "married-in"), partial(span, "m.")),
    **dict.fromkeys(("née", "nee", "née2", "born as"), partial(born_as, "née")),
    **dict.fromkeys(("né", "ne."), partial(born_as, "né")),
    **dict.fromkeys(("marriage",), marriage),
    **dict.fromkeys(("birth based on age as of date", "birth based on age at death", "bbad"), based_on_age),
}  # fmt: skip
