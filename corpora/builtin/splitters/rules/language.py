"""Language data for the rules: abbreviations, words that open sentences, verbs of speech."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

NEVER, NUMBERED, MAY, SMALL, UNIT, VERSE, CLOCK, SAINT = (1 << bit for bit in range(8))
"""The groups of abbreviations, by the meaning of a full stop after them; `rules/data/en.txt` explains each group."""
_BITS = {
    "never": NEVER,
    "numbered": NUMBERED,
    "may": MAY,
    "small": SMALL,
    "units": UNIT,
    "verses": VERSE,
    "clock": CLOCK,
    "saints": SAINT,
}


@dataclass(frozen=True, eq=False)  # told apart by identity, so that caches keyed by one are fast
class Language:
    """The words of one language that decide whether a full stop ends a sentence."""

    abbreviations: dict[str, int]
    """Abbreviations without their last full stop, each with its groups as bits."""
    ambiguous: frozenset[str]
    """Words after which a full stop need not end a sentence: abbreviations, numerals, spelt-out initials."""
    starters: frozenset[str]
    """Capitalised words that open sentences more often than they are names."""
    joiners: frozenset[str]
    """Lower-case words that continue a sentence after ! or ?, including verbs of speech."""
    numbers: frozenset[str]
    """Numbers as words, which a unit may follow: `five ft.`."""
    dated: frozenset[str]
    """Capitalised words that continue a time of day: `9 a.m. Monday`."""
    initials: frozenset[str]
    """Names of letters, in scripts that spell initials out: `के. एल. सहगल`."""
    exclaimed: dict[str, frozenset[str]]
    """Names that end in !, without it, by their last word."""
    terminals: str
    """Terminals of this language, in addition to those of all languages."""
    trailing_dashes: bool
    """Whether a dash after a terminal ends the sentence; in other languages it opens the next one, as in dialogue."""
    restarts: tuple[str, ...]
    """Words that begin a sentence if a dash cut off the previous one."""
    ordinals: bool
    """Whether a number with a full stop is an ordinal, as in `am 3. Mai`."""
    attribution: re.Pattern[str] | None
    """A speech tag after a quotation: a capitalised name or pronoun with a verb of speech."""


@cache
def language_named(code: str) -> Language:
    """The data of a language; for any other language, abbreviations that many share.

    Args:
        code: a language code such as `de` or `pt-BR`; what follows the hyphen is ignored.
    """
    sections = sections_of(code.partition("-")[0].lower())
    speech = (*sections.get("speech", ()), *sections.get("speech-or-deed", ()))
    joiners = sections.get("joiners", ())
    abbreviations = _abbreviations(sections)
    return Language(
        abbreviations=abbreviations,
        ambiguous=frozenset((*abbreviations, *numerals(), *sections.get("initials", ()))),
        starters=frozenset(sections.get("starters", ())),
        joiners=frozenset((*joiners, *speech) if joiners else ()),
        numbers=frozenset(sections.get("numbers", ())),
        dated=frozenset(sections.get("dated", ())),
        initials=frozenset(sections.get("initials", ())),
        exclaimed=_exclaimed(sections.get("exclaimed", ())),
        terminals="".join(sections.get("terminals", ())),
        trailing_dashes="dashes" in sections,
        restarts=tuple(sections.get("restarts", ())),
        ordinals="ordinals" in sections,
        attribution=_attribution(sections),
    )


def sections_of(code: str) -> dict[str, list[str]]:
    """The words of a language's data file by section; without one, those of `und.txt` and of its short file.

    Args:
        code: without a hyphen, such as `de`.
    """
    data = files(__package__) / "data"
    whole, short = data / f"{code}.txt", data / "short" / f"{ALIKE.get(code, code)}.txt"
    used = [whole] if whole.is_file() else [data / "und.txt", *([short] if short.is_file() else [])]
    sections: dict[str, list[str]] = {}
    words: list[str] = []
    for line in "\n".join(file.read_text(encoding="utf-8") for file in used).splitlines():
        if line.startswith("["):
            words = sections.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            words += line.split()
    sections.setdefault("small", []).extend(RANKS)
    return sections


ALIKE = {
    "az": "tr", "be": "uk", "bs": "hr", "da": "sv", "et": "fi", "lv": "lt", "mk": "bg", "nb": "sv", "nn": "sv",
    "no": "sv", "sh": "hr", "sk": "cs", "sl": "hr", "sr": "hr",
}  # fmt: skip
"""Languages that share a short file with another one."""


RANKS = ("subsp", "ssp", "spp")
"""Ranks in Latin names of plants and animals, in any language: `Pinus mugo subsp. mugo`."""


def _abbreviations(sections: dict[str, list[str]]) -> dict[str, int]:
    """Every spelling of the abbreviations: a lower-case entry matches any case."""
    abbreviations: dict[str, int] = {}
    for section, bit in _BITS.items():
        for word in sections.get(section, ()):
            for written in _spellings(word, section):
                abbreviations[written] = abbreviations.get(written, 0) | bit
    return abbreviations


@cache
def numerals() -> frozenset[str]:
    """Roman numerals up to 399, in upper and in lower case."""
    ones = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    tens = ("", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC")
    numerals = {"C" * hundreds + ten + one for hundreds in range(4) for ten in tens for one in ones}
    return frozenset((*numerals, *map(str.lower, numerals)))


def _exclaimed(names: Iterable[str]) -> dict[str, frozenset[str]]:
    whole = [name.replace("_", " ") for name in names]
    last = {name.rpartition(" ")[2] for name in whole}
    return {word: frozenset(name for name in whole if name.rpartition(" ")[2] == word) for word in last}


def _spellings(word: str, section: str) -> set[str]:
    """A lower-case word in any case; a capitalised title also in capitals."""
    if word.islower():
        return {word, word.capitalize(), word.upper()}
    return {word, word.upper()} if section == "never" and len(word) > 2 else {word}


def _attribution(sections: dict[str, list[str]]) -> re.Pattern[str] | None:
    """A pattern of speech tags: a name or `I` with a verb, or a capitalised pronoun whose clause ends right away."""
    if "speech" not in sections:
        return None
    other, pronouns, said, did = (
        "|".join(sections[section]) for section in ("starters", "pronouns", "speech", "speech-or-deed")
    )
    title = r"(?:[A-Z][a-z]{0,4}\. )?"
    name = rf"(?:(?!(?:{other})\b)|(?=I\b)){title}[A-Z][\w'’-]{{0,30}}(?: [A-Z][\w'’-]{{1,30}}){{0,2}}"
    whose = r"(?:(?<=['’]s) [a-z]{1,20})?"
    adverb = r"(?:(?:\w{1,20}ly|then|only|again|presently) )?"
    phrase = r"\w{1,20}ly|at (?:last|length|once)|to \w{2,4}sel\w+|out|after|back|down|over|across"
    closed = rf"(?=[.,;!?—–-]|\s-|\s(?:{phrase})\b|$)"
    named = rf"{name}{whose} {adverb}(?:(?:{said})\b(?!:| that\b| nothing\b)|(?:{did}){closed})"
    return re.compile(rf"{named}|(?:{pronouns}) {adverb}(?:{said})(?=\.|, \w+ing\b)")
