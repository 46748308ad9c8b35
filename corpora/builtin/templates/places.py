"""Coordinates in a line of text: `57°18′22″N 4°27′32″W`."""

from __future__ import annotations

import re

from corpora.builtin.templates.arguments import Arguments, Function, filled

_SIGNS = ("°", "′", "″")
_DIRECTION = re.compile(r"[NSEWO]", re.IGNORECASE)
_NUMBER = re.compile(r"[-−]?[0-9]+(?:\.[0-9]+)?")


def coordinates(arguments: Arguments, language: str) -> str | None:
    """Latitude and longitude; empty if they are shown only at the top of the page."""
    display = arguments.get("display", "inline").lower().replace(" ", "")
    if not ("inline" in display or display in ("", "i", "it", "ti")):
        return ""
    parts: list[list[str]] = [[]]
    for value in filled(arguments):
        if _DIRECTION.fullmatch(value) and parts[-1]:
            parts[-1].append(value.upper())
            parts.append([])
        elif _NUMBER.fullmatch(value):
            parts[-1].append(value)
        else:
            break
    shown = [_angle(part) for part in parts if part and part[-1].isalpha()]
    if len(shown) == 2:
        return " ".join(shown)
    return _decimal(parts[0]) if len(parts[0]) == 2 and not shown else None


def _angle(part: list[str]) -> str:
    *numbers, direction = part
    return "".join(number + sign for number, sign in zip(numbers, _SIGNS, strict=False)) + direction


def _decimal(numbers: list[str]) -> str:
    latitude, longitude = (number.replace("−", "-") for number in numbers)
    north = f"{latitude.lstrip('-')}°{'S' if latitude.startswith('-') else 'N'}"
    return f"{north} {longitude.lstrip('-')}°{'W' if longitude.startswith('-') else 'E'}"


PLACES: dict[str, Function] = dict.fromkeys(("coord", "coords", "coor", "coor dms", "coor dm", "coor d"), coordinates)
