"""What the rules know of a language: abbreviations, words that open sentences, verbs of speech."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

NEVER, NUMBERED, MAY, SMALL = 1, 2, 4, 8
_BITS = {"never": NEVER, "numbered": NUMBERED, "may": MAY, "small": SMALL}


@dataclass(frozen=True)
class Language:
    """The words of one language that decide whether a full stop ends a sentence."""

    abbreviations: dict[str, int]
    """Without the last full stop: NEVER, NUMBERED, MAY and SMALL, added up."""
    starters: frozenset[str]
    """Capitalised words that open sentences."""
    joiners: frozenset[str]
    """Words in lower case that carry a sentence on behind ! or ?, verbs of speech among them."""
    terminals: str
    """What ends sentences in this language beside the marks that do so in all."""
    ordinals: bool
    """Whether a number with a full stop is an ordinal, as in `am 3. Mai`."""
    attribution: re.Pattern[str] | None
    """Who spoke: a capitalised name or pronoun and a verb of speech, as they follow a quotation."""


@cache
def language_named(code: str) -> Language:
    """The words of a language; without data for it, those that many languages share, and the rules of Unicode."""
    sections = sections_of(code.partition("-")[0].lower())
    abbreviations: dict[str, int] = {}
    for section, bit in _BITS.items():
        for word in sections.get(section, ()):
            for written in {word, word.capitalize(), word.upper()} if word.islower() else {word}:
                abbreviations[written] = abbreviations.get(written, 0) | bit
    speech = (*sections.get("speech", ()), *sections.get("speech-or-deed", ()))
    joiners = sections.get("joiners", ())
    return Language(
        abbreviations=abbreviations,
        starters=frozenset(sections.get("starters", ())),
        joiners=frozenset((*joiners, *speech) if joiners else ()),
        terminals="".join(sections.get("terminals", ())),
        ordinals="ordinals" in sections,
        attribution=_attribution(sections),
    )


def sections_of(code: str) -> dict[str, list[str]]:
    """The words of a data file under the heads of its sections; a language without one gets `und.txt`."""
    data = files(__package__) / "data"
    file = data / f"{code}.txt"
    if not file.is_file():
        file = data / "und.txt"
    sections: dict[str, list[str]] = {}
    words: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = sections.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            words += line.split()
    return sections


def _attribution(sections: dict[str, list[str]]) -> re.Pattern[str] | None:
    """Who spoke: a name or an I with its verb; a pronoun, though capitalised, where its clause ends at once."""
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
