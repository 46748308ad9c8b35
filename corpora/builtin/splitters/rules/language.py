"""What the rules know of a language: abbreviations, words that open sentences, verbs of speech."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

NEVER, NUMBERED, MAY = 1, 2, 4
_BITS = {"never": NEVER, "numbered": NUMBERED, "may": MAY}


@dataclass(frozen=True)
class Language:
    """The words of one language that decide whether a full stop ends a sentence."""

    abbreviations: dict[str, int]
    """Without the last full stop: NEVER, NUMBERED and MAY, added up."""
    starters: frozenset[str]
    """Capitalised words that open sentences."""
    attribution: re.Pattern[str] | None
    """Who spoke: a capitalised name or pronoun and a verb of speech, as they follow a quotation."""

    def bits(self, word: str) -> int:
        """How the word's full stop behaves; 0 for what is no abbreviation."""
        return self.abbreviations.get(word) or self.abbreviations.get(word.lower(), 0)


@cache
def language_named(code: str) -> Language:
    """The words of a language; of none when there is no data for it, which leaves the rules of Unicode."""
    sections = _sections(code.partition("-")[0].lower())
    abbreviations: dict[str, int] = {}
    for section, bit in _BITS.items():
        for word in sections.get(section, ()):
            abbreviations[word] = abbreviations.get(word, 0) | bit
    return Language(abbreviations, frozenset(sections.get("starters", ())), _attribution(sections.get("speech", [])))


def _sections(code: str) -> dict[str, list[str]]:
    file = files(__package__) / "data" / f"{code}.txt"
    sections: dict[str, list[str]] = {}
    words: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else ():
        if line.startswith("["):
            words = sections.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            words += line.split()
    return sections


def _attribution(verbs: list[str]) -> re.Pattern[str] | None:
    if not verbs:
        return None
    name = r"(?:(?:[A-Z][a-z]{0,4}\. )?[A-Z][\w'’-]{0,30}(?: [A-Z][\w'’-]{1,30}){0,2})"
    return re.compile(rf"{name} (?:\w{{1,20}}ly )?(?:{'|'.join(sorted(verbs))})\b")
