"""Judge how plausible a decoded text is: whether its characters are where writers of its language put them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from corpora.builtin.filters.language import language_of

IDEOGRAPH_OR_SYLLABLE = re.compile("[\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]")
OPENING = frozenset("“‘„«‚‹¿¡「『（【《〈")
CLOSING = frozenset("”’“‘»›」』）】》〉")
INLINE = frozenset("–—…·•’‐‑―‧・、。，．：；？！～〜ー。※→←↑↓■□●○◆◇▲△★☆①②③④⑤⑥⑦⑧⑨")
SIGNS = frozenset("§©®°€£¥™№½¼¾²³¹ºª×±µ÷†‡‰\xa0\u3000¶")
QUOTES_IN_WORDS = frozenset("’ʼ'")
WORDS_OF_ONE_LETTER = frozenset("àáâéèêíóôúùýæøåäöıÀÁÂÉÈÊÍÓÔÚÅÆØÖ")
ALONE_WEIGHT = 0.25
SCRIPTS = {
    "HAN": ("zh", "ja", "ko", "yue", "wuu"),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "HANGUL": ("ko",),
    "THAI": ("th",),
}
"""The languages of scripts whose letters are not listed individually."""
MIXED_SCRIPTS = frozenset(("HAN", "HIRAGANA", "KATAKANA", "HANGUL", "OTHER"))
"""Scripts that can be next to each other, and next to Latin letters, without a space."""
LOAN_WEIGHT = 0.5
OTHER_ALPHABET_WEIGHT = 0.8
"""The weight of letters in a language whose alphabet is not listed, because they may be right."""
FEW = 2
"""Added to the number of characters that decide between two texts, so that one or two alone do not."""
MIN_FREQUENT = 0.35
"""Chinese, Japanese or Korean is fully plausible with this share of frequent characters; prose has over 0.5."""
IDEOGRAPHIC = ("HAN", "HANGUL")


class Plausibility(NamedTuple):
    """The assessment of one decoded text."""

    fit: float
    """0 to 1: the weighted share of non-ASCII characters that are where the language has such characters."""
    wrong: float
    """0 to 1: the share of those in impossible positions, such as a currency sign in the middle of a word."""
    language: str
    """The ISO 639-1 code of the language that the text seems to be in; empty if it has no letters."""
    confidence: float
    """0 to 1: the language model's confidence in that language."""
    variety: float
    """0 to 1: how many of the language's own letters occur, compared with other texts of this length."""


def plausibility(text: str) -> Plausibility:
    """Judge a decoded text by its non-ASCII characters and their neighbours.

    Args:
        text: a sample of up to about ten thousand characters, with line breaks.
    """
    language, confidence = language_of(tuple(line for line in text.lower().split("\n") if line.strip()))
    seen = Counter(_beyond_ascii(text))
    fit, wrong = fit_of(seen, language)
    return Plausibility(fit * _frequent_rate(text), wrong, language, confidence, _variety(seen, language))


def _variety(seen: Mapping[tuple[str, str, str], int], language: str) -> float:
    alphabet = alphabets().get(language)
    if alphabet is None:
        return 0.5
    letters = Counter[str]()
    for (_, character, _), count in seen.items():
        if character.lower() in alphabet:
            letters[character.lower()] += count
    return min(1.0, len(letters) / min(0.7 * len(alphabet), 1 + letters.total() / 10))


def fit_of(seen: Mapping[tuple[str, str, str], int], language: str) -> tuple[float, float]:
    """The fit of characters, and the share of wrong ones; see `Plausibility`.

    Args:
        seen: the count of each (left neighbour, character, right neighbour).
        language: the ISO 639-1 code of the language whose alphabet they should belong to.
    """
    total = sum(seen.values())
    if not total:
        return 1.0, 0.0
    weights = {around: _weight(*around, language) for around in seen}
    fit = sum(weights[around] * count for around, count in seen.items()) / total
    return fit, sum(count for around, count in seen.items() if weights[around] == 0) / total


def advantage_where_different(one: str, other: str, languages: tuple[str, str]) -> float:
    """How much better the first of two texts fits, from −1 to 1, judged only by the characters that differ.

    Args:
        one: a text.
        other: the same bytes decoded with another encoding to the same number of characters.
        languages: the ISO 639-1 codes of the languages of both.
    """
    pairs = Counter(pair for pair in zip(_around(one), _around(other), strict=True) if pair[0][1] != pair[1][1])
    better = decisive = 0.0
    for (first, second), count in pairs.items():
        difference = _weight(*first, languages[0]) - _weight(*second, languages[1])
        better += difference * count
        decisive += count * (difference != 0)
    return better / (decisive + FEW)


def _around(text: str) -> Iterator[tuple[str, str, str]]:
    """Each character with the one before it and the one after it."""
    padded = f"\n{text}\n"
    return zip(padded, text, padded[2:], strict=False)


def _beyond_ascii(text: str) -> Iterator[tuple[str, str, str]]:
    return (around for around in _around(text) if not around[1].isascii())


def _weight(before: str, character: str, after: str, language: str) -> float:
    """1 for a character that belongs where it is, 0 for one that does not, in between for a possible one."""
    kind = unicodedata.category(character)
    if kind[0] == "L":
        return _letter_weight(before, character, after, language)
    if kind[0] == "M":
        return 1.0 if unicodedata.category(before)[0] in "LM" else 0.0
    if character in QUOTES_IN_WORDS and before.isalpha() and after.isalpha():
        return 1.0
    amid_word = before.isalpha() and after.isalpha()
    if character in INLINE:
        return 1.0
    if character in OPENING and not before.isalnum() and not (after.isspace() and character not in "«“"):
        return 1.0
    if character in CLOSING and not amid_word:
        return 1.0
    if kind[0] == "N" or character in SIGNS:
        return 0.0 if amid_word else 0.7
    if kind[0] == "P":
        return 0.0 if amid_word else 0.5
    return 0.0


def _letter_weight(before: str, letter: str, after: str, language: str) -> float:
    script = script_of(letter)
    neighbours = [each for each in (before, after) if each.isalpha() and unicodedata.category(each)[0] == "L"]
    if not all(_joins(script, each) for each in neighbours) or _has_odd_case(before, letter, after):
        return 0.0
    if script == "LATIN" and not neighbours and not _is_word(before, letter, after):
        return ALONE_WEIGHT
    if script in SCRIPTS:
        return 1.0 if language in SCRIPTS[script] else OTHER_ALPHABET_WEIGHT
    small = letter.lower()
    if language not in alphabets():
        return OTHER_ALPHABET_WEIGHT
    if small in alphabets()[language]:
        return 1.0
    return LOAN_WEIGHT if small in alphabets()["loans"] else 0.0


def _is_word(before: str, letter: str, after: str) -> bool:
    """Whether a letter without letters next to it can be a word, like à."""
    return letter in WORDS_OF_ONE_LETTER and not before.isdigit() and not after.isdigit()


def _has_odd_case(before: str, letter: str, after: str) -> bool:
    """Whether upper and lower case are mixed as they never are in a word: aÉ, BéC, éB after a lower-case letter."""
    if letter.isupper():
        return before.islower()
    return letter.islower() and after.isupper() and (before.isupper() or before.islower())


def _joins(script: str, neighbour: str) -> bool:
    """Whether a letter can be next to one of a script in a word; Japanese and Korean mix scripts."""
    both = {script, script_of(neighbour)}
    return len(both) == 1 or (bool(both & MIXED_SCRIPTS) and both <= MIXED_SCRIPTS | {"LATIN"})


@cache
def script_of(letter: str) -> str:
    """The script of a letter, as the first word of its Unicode name: LATIN, CYRILLIC, HAN, …."""
    name = unicodedata.name(letter, "OTHER")
    if name.startswith(("CJK ", "IDEOGRAPHIC")):
        return "HAN"
    if name.startswith(("FEMININE", "MASCULINE", "FULLWIDTH LATIN")):
        return "LATIN"
    return name.split(None, 1)[0].split("-")[0]


def _frequent_rate(text: str) -> float:
    """From 0 to 1, how close the share of frequent characters among ideographs and syllables is to that of prose."""
    letters = IDEOGRAPH_OR_SYLLABLE.findall(text)
    kana = sum("\u3040" <= letter <= "\u30ff" for letter in text)
    if len(letters) < 10 or kana > len(letters) / 5:
        return 1.0
    frequent = sum(letter in frequent_characters() for letter in letters)
    return min(1.0, frequent / len(letters) / MIN_FREQUENT)


@cache
def alphabets() -> dict[str, frozenset[str]]:
    """The letters of each language except a to z, by ISO 639-1 code; and those of loan words under `loans`."""
    data = tomllib.loads((files(__package__) / "data" / "alphabets.toml").read_text(encoding="utf-8"))
    letters = {"loans": data["loans"], **data["alphabets"]}
    return {code: frozenset(each) for code, each in letters.items()}


@cache
def frequent_characters() -> frozenset[str]:
    """The most frequent ideographs and syllables in Chinese, Japanese and Korean texts."""
    data = tomllib.loads((files(__package__) / "data" / "frequent_characters.toml").read_text(encoding="utf-8"))
    return frozenset(data["han"] + data["hangul"])
