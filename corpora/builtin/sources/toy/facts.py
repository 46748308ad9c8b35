"""The facts in articles of the toy encyclopedia: sentences with slots in braces, and questions about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from corpora.builtin.sources.toy.lexicon import lines

BUILDINGS = (
    "Abbey", "Bridge", "Castle", "Church", "Hall", "House", "Inn", "Library", "Mill", "Palace", "School", "Tower",
)  # fmt: skip
PLACES = ("", "Upper ", "Lower ", "Great ", "Little ", "Old ", "New ")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHE_KIN = ("sister", "aunt", "grandmother", "mother", "niece")
HE_KIN = ("brother", "uncle", "grandfather", "father", "nephew")


@dataclass
class Fact:
    """One sentence of an article in several wordings, and the question that each of its facts answers."""

    wordings: list[str] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)


Section = tuple[str, list[Fact]]


@cache
def sections(kind: str) -> tuple[Section, ...]:
    """The sections of articles about a person, a town or a building: heading and facts."""
    found: dict[str, list[Section]] = {}
    facts: list[Fact] = []
    for line in lines("facts"):
        mark, _, rest = line.partition(" ")
        name, _, after = rest.partition(":")
        if mark == "=":
            facts = []
            found.setdefault(name, []).append((after.strip(), facts))
        elif mark == "?":
            facts[-1].asked[name] = after.strip()
        elif facts and not facts[-1].asked:
            facts[-1].wordings.append(rest)
        else:
            facts.append(Fact([rest]))
    return tuple(found[kind])
