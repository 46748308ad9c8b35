"""English word forms: plurals, verb forms, `a` or `an`."""

from __future__ import annotations

import re
from dataclasses import dataclass

PLURALS = {
    "mouse": "mice", "goose": "geese", "child": "children", "tooth": "teeth", "sheep": "sheep", "deer": "deer",
    "trout": "trout", "salmon": "salmon", "herring": "herring", "calf": "calves", "leaf": "leaves", "loaf": "loaves",
    "shelf": "shelves", "wolf": "wolves", "thief": "thieves", "scarf": "scarves", "postman": "postmen",
    "coachman": "coachmen", "knife": "knives", "roof": "roofs", "potato": "potatoes", "echo": "echoes",
    "pair of scissors": "pairs of scissors", "pair of gloves": "pairs of gloves", "squid": "squid", "shrimp": "shrimp",
    "pike": "pike", "perch": "perch", "goldfish": "goldfish",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Verb:
    """The five forms of a verb."""

    base: str
    third: str
    past: str
    participle: str
    ing: str


def plural(noun: str) -> str:
    """The plural of a singular noun, `mice` for `mouse`."""
    if noun in PLURALS:
        return PLURALS[noun]
    head, space, last = noun.rpartition(" ")
    return head + space + (PLURALS.get(last) or with_s(last))


def with_s(word: str) -> str:
    """The word with the ending of a plural noun or of a third-person verb."""
    if re.search(r"(s|x|z|ch|sh)$", word) or word == "go":
        return word + "es"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + "s"


def verb(base: str, past: str = "", participle: str = "", ing: str = "") -> Verb:
    """All forms of a verb; forms not given are regular, and the participle equals the past tense.

    Args:
        base: such as `mend`.
        past: empty if it is regular.
        participle: empty if it equals the past tense.
        ing: empty if it is regular.
    """
    past = past or regular_past(base)
    return Verb(base, with_s(base), past, participle or past, ing or with_ing(base))


def regular_past(base: str) -> str:
    """The past tense of a regular verb."""
    if base.endswith("e"):
        return base + "d"
    if re.search(r"[^aeiou]y$", base):
        return base[:-1] + "ied"
    return base + "ed"


def with_ing(base: str) -> str:
    """The present participle; a short vowel before one consonant doubles it."""
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")):
        return base[:-1] + "ing"
    if re.fullmatch(r"[^aeiou]*[aeiou][bdgklmnpt]", base) and base not in ("oil",):
        return base + base[-1] + "ing"
    return base + "ing"


def with_article(phrase: str) -> str:
    """The phrase with `a` or `an`, depending on its first sound.

    Args:
        phrase: in the singular, without a determiner.
    """
    vowel = phrase[0].lower() in "aeiou" and not re.match(r"(uni|use|one|eu)", phrase.lower())
    return ("an " if vowel or phrase.startswith(("hour", "honest")) else "a ") + phrase
