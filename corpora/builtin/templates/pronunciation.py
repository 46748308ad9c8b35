"""Pronunciations in the International Phonetic Alphabet: `/ˈlɛtʃəm/`, `[fuː]`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from corpora import Template, hookimpl
from corpora.builtin.templates.arguments import filled

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9-]+)?")
_KEYS = {
    "'": "ˈ", ",": "ˌ", "_": " ", ",_": ", ", "-": "-", "ae": "æ", "ai": "aɪ", "au": "aʊ", "ei": "eɪ", "oi": "ɔɪ",
    "ou": "oʊ",
    "uu": "uː", "ii": "iː", "th": "θ", "dh": "ð", "sh": "ʃ", "zh": "ʒ", "ch": "tʃ", "tsh": "tʃ", "dj": "dʒ", "ng": "ŋ",
    "@": "ə", "schwa": "ə", "@r": "ər", "E": "ɛ", "I": "ɪ", "O": "ɒ", "U": "ʊ", "V": "ʌ", "A:": "ɑː", "O:": "ɔː",
    "i:": "iː",
    "u:": "uː", ".": ".",
}  # fmt: skip
"""Keyboard substitutes for IPA signs in {{IPAc-en}}."""
_WORDS = frozenset((
    "lang", "pron", "pronunciation", "also", "local", "locally", "us", "uk", "audio", "en", "or", "ipa", "letter",
    "small",
    "tooltip", "term", "generic",
))  # fmt: skip
"""Arguments that are not part of the pronunciation."""

_LABEL = re.compile(r"(?:uk|us|ca|au|nz|ie|za|local|en|gen|rp)(?:also|and|or)?", re.IGNORECASE)
"""Names of a variety of English before a pronunciation: `UKalso`."""
_PLAIN = (
    "ipa",
    "api",
    "afi",
    "pronunciation",
    "ipa-all",
    "api2",
    "ipa2",
    "мфа",
    "fonetik",
    "lautschrift",
    "msapi",
    "προφορά",
    "δφα",
    "мфа-всі",
    "lfe-de",
    "prononco",
)
_RESPELLED = ("respell", "pronunciation respelling", "usdict")
"""Pronunciation respellings for English readers: `{{respell|LES|tər}}` is `LES-tər`."""


@dataclass(frozen=True)
class Pronunciation(Template):
    """Pronunciations in the International Phonetic Alphabet."""

    name: ClassVar[str] = "pronunciation"
    version: ClassVar[int] = 2

    def knows(self, name: str, language: str) -> bool:
        """Whether a template of this name may be one of its own."""
        return name.startswith(("ipa", "api")) or name in _PLAIN or name in _RESPELLED

    def render(self, name: str, arguments: Mapping[str, str], language: str) -> str | None:
        """The pronunciation, in the slashes or brackets that the page shows."""
        if name in _PLAIN:
            return ipa(filled(arguments))
        if name in _RESPELLED:
            return "-".join(filled(arguments)) or None
        if name.startswith(("ipac-", "ipac2-")):
            parts = [
                _KEYS.get(part, part)
                for part in filled(arguments)
                if part.lower() not in _WORDS and not _LABEL.fullmatch(part)
            ]
            return f"/{''.join(parts)}/" if parts and name == "ipac-en" else f"[{''.join(parts)}]" if parts else None
        if name.startswith(("ipa-", "api-")):
            return _enclosed(filled(arguments)[0]) if filled(arguments) else None
        return linked(name, filled(arguments)) if name.startswith("ipa") else None


def ipa(values: list[str]) -> str | None:
    """`{{IPA|/æ/}}` unchanged; after a language code, as in `{{IPA|ar|fuː}}`, in brackets."""
    if not values:
        return None
    if len(values) > 1 and _LANGUAGE.fullmatch(values[0]):
        return _enclosed(values[1])
    return values[0]


def _enclosed(text: str) -> str:
    return text if text[:1] in "[/(" else f"[{text}]"


def linked(name: str, values: list[str]) -> str | None:
    """IPA signs that link to their articles: `{{IPAslink|ʃ}}` is `/ʃ/`, `{{IPAblink|a}}` is `[a]`."""
    if not values or name not in ("ipalink", "ipaslink", "ipablink", "ipaplink", "ipa link"):
        return None
    sign = values[0]
    return f"/{sign}/" if name.startswith("ipas") else f"[{sign}]" if name.startswith("ipab") else sign


@hookimpl
def corpora_templates() -> list[type[Template]]:
    """Offer it."""
    return [Pronunciation]
