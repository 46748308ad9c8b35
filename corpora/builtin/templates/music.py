"""Musical notation: `B♭`, `3/4`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from corpora import Template, hookimpl
from corpora.builtin.templates.arguments import filled, first

_SIGNS = {
    "sharp": "♯", "#": "♯", "♯": "♯", "flat": "♭", "b": "♭", "♭": "♭", "double-sharp": "𝄪", "double-flat": "𝄫",
    "halfnote": "𝅗𝅥", "half note": "𝅗𝅥",
    "8th": "♪", "quarternote": "♩", "eighthnote": "♪", "half-flat": "𝄳", "half-sharp": "𝄲", "half flat": "𝄳",
    "dacapo": "D.C.", "dalsegno": "D.S.", "wholenote": "𝅝", "root": "root", "fifth": "fifth",
    "third": "third", "natural": "♮", "n": "♮", "♮": "♮",
    "doublesharp": "𝄪", "x": "𝄪", "##": "𝄪", "double sharp": "𝄪", "doubleflat": "𝄫", "bb": "𝄫", "double flat": "𝄫",
    "dim": "o", "diminished": "o", "halfdiminished": "ø", "halfdim": "ø", "half-diminished": "ø", "aug": "+",
    "augmented": "+", "major": "Δ", "maj": "Δ", "delta": "Δ", "minor": "−", "quarter": "♩", "quarter note": "♩",
    "eighth": "♪", "eighth note": "♪", "half": "𝅗𝅥", "whole": "𝅝", "trebleclef": "𝄞", "treble": "𝄞", "gclef": "𝄞",
    "bassclef": "𝄢", "bass": "𝄢", "fclef": "𝄢", "altoclef": "𝄡", "alto": "𝄡", "cclef": "𝄡", "segno": "𝄋", "coda": "𝄌",
    "fermata": "𝄐", "common": "𝄴", "common-time": "𝄴", "cut": "𝄵", "cut-time": "𝄵", "slash": "/", "halfsharp": "𝄲",
    "halfflat": "𝄳", "semisharp": "𝄲", "semiflat": "𝄳", "p": "p", "f": "f", "mf": "mf", "mp": "mp", "pp": "pp",
    "ff": "ff",
    "ped": "Ped.",
}  # fmt: skip
_NAMES = {
    "flat": "♭", "sharp": "♯", "natural": "♮", "doublesharp": "𝄪", "doubleflat": "𝄫", "double sharp": "𝄪",
    "dflat": "D♭",
    "double flat": "𝄫", "music flat": "♭", "music sharp": "♯", "music natural": "♮", "b music": "♭", "bémol": "♭",
    "bemolle": "♭", "dièse": "♯", "diesis": "♯", "bemol": "♭", "sostenido": "♯", "bemoll": "♭", "sostenuto": "♯",
}  # fmt: skip

_METRES = ("time signature", "timesig", "time sig")
_SIGNED = ("music", "música", "musique", "musik", *_METRES)


@dataclass(frozen=True)
class Music(Template):
    """Accidentals, notes and time signatures."""

    name: ClassVar[str] = "music"

    def knows(self, name: str, language: str) -> bool:
        """Whether a template of this name may be one of its own."""
        return name in _NAMES or name in _SIGNED

    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The symbol that a template shows."""
        if name in _NAMES:
            return _NAMES[name] + first(arguments)
        if name in _METRES:
            return "/".join(filled(arguments)[:2]) or None
        return music(filled(arguments)) if name in _SIGNED else None


def music(values: list[str]) -> str | None:
    """What `{{music|…}}` shows: a named symbol, a time signature, a scale degree or a chord."""
    if not values:
        return None
    kind, *rest = values
    if kind.lower() in ("time", "timesig", "time signature"):
        return "/".join(rest[:2]) or None
    if kind.lower() in ("scale", "scaledegree", "degree", "chord", "figure"):
        return "".join(rest) or None
    sign = _SIGNS.get(kind.lower())
    return None if sign is None else sign + "".join(_SIGNS.get(value.lower(), value) for value in rest)


@hookimpl
def corpora_templates() -> list[type[Template]]:
    """Offer it."""
    return [Music]
