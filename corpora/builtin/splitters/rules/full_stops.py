"""Whether a single full stop before white space ends a sentence."""

import re
from unicodedata import category

from corpora.builtin.splitters.rules.language import (
    CLOCK,
    MAY,
    NEVER,
    NUMBERED,
    SAINT,
    SMALL,
    UNIT,
    VERSE,
    Language,
    numerals,
)
from corpora.builtin.splitters.rules.marks import FACE, OPENERS, QUOTES, opens_with_elision, symbol_begins

REACH = 32
"""How many characters before a full stop to search for its word; the limit keeps every input fast."""
ROMAN = re.compile(r"[IVXLC]+|[ivxl]+")
NUMERALS = numerals()
NUMBER = re.compile(r"\d|(?:[IVXLC]{2,}|[ivxl]+)$|[IVXLC]+(?:er|re|e|ème)$")
NAME_BEFORE = re.compile(r"\b[A-Z](?:\.|[a-z]{2,})\s$")
WORD_BEFORE = re.compile(r"(\S{1,20})\s$")
PREFIX = re.compile(r"(?:[^\W\d_]{1,2}-)+|[^\W\d_]{1,2}['’]|[\d½¼¾]{1,6}-|[A-Z][a-z]{1,4}\.[–/-]")
"""A stutter, an article without its vowel, a number or the start of a range: M-Mr., l’art., 6-ft., Mon.-Fri."""
LIST_NUMBER_BEFORE = re.compile(r"[:!?]\s$")
ATTRIBUTE = re.compile(r"\b(?:the|a|this|that|his|her|their|our|an|each|every)\s\d{1,2}(?::\d\d)?\s?$", re.I)
TIME_ALONE = re.compile(
    r"(?:^|[\n.!?…\"”’] )[\"“‘']?(?:At|By|Around|About|From|Until|Before|After|Since)(?: [a-z]{2,9})? \d[\d:.]{0,4} ?$"
)
"""A sentence that consists only of a time: `At 3 a.m. John woke`."""
VERSE_NUMBER = re.compile(r"\d{1,3}[:.,]\s?\d|[ivxlc]{1,8}[.:,]\s?\d|\d{1,3}\s?°")
"""Chapter and verse, or degrees: `lat. 45° N`."""
BOOK_NUMBERS = frozenset(("1", "2", "3", "4", "I", "II", "III", "IV"))
"""What distinguishes books of one name: 1 Chr. 17."""
NO_VOWEL = re.compile(r"[bcdfgjklmnpqrstvwxz]{2,5}+$", re.I)
CHATTED = re.compile(
    "(?:h?m+|s+h+|b+r+|psst|pst|pfft|tv|pc|dvd|cd|tbh|th?x|thnx|pl[sz]|pms|msg|ppl|btw|nvm|smh)$", re.I
)
"""Words without a vowel that are not abbreviations, or that people end a sentence with when they chat."""
COUNTED = frozenset(("sq.", "cu.", "square", "cubic"))
AFTER_LETTER = re.compile(r"[.,;:)\]]|\s(?:of|and|to|or|is|at)\b")
CATALOGUES = frozenset(("PMID", "PMC", "ISBN", "ISSN", "OCLC", "JSTOR"))
VOLUME = re.compile(r"\s?\(\d{1,3}[^)]{0,8}\):")
"""An issue number in brackets, after a volume number."""
SCHEMES = frozenset(("http", "https", "ftp", "www"))


def full_stop_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a sentence ends at a single full stop.

    Args:
        start: where the sentence begins.
        match: a match of `boundaries.scan`, with white space after it.
    """
    closers, word, stop = match[2], match[5], match.start()
    reach = max(start, stop - REACH)
    before = text[max(reach, text.rfind(" ", reach, stop) + 1) : stop]
    if not (plain := before.isalpha()):
        before = _bare_word(text[reach:stop])
    bits = language.abbreviations.get(before, 0)
    openers = match[4]
    if not (bits or plain) and (prefix := PREFIX.match(before)):
        before = before[prefix.end() :]
        bits = language.abbreviations.get(before, 0)
    if not bits and before[-3:] == "str" and len(before) > 4:
        bits = language.abbreviations.get("str", 0)  # a street in German or Dutch: `Hauptstr. 5`
    if bits & ~(NEVER | NUMBERED | MAY):
        bits = _bits_here(text, before, bits, match, language)
    if word.islower():
        return _before_lower_case_ends(before, bits, match)
    if stop - start < REACH and _is_marker(before) and text[start:stop].strip(OPENERS + " ") == before:
        return False
    if not word and not openers:
        return not (bits or _is_acronym(before)) and symbol_begins(text, match.end())
    if not word.isascii():
        word = _with_marks(word, text, match.end())
    if bits & (NEVER | MAY) and closers in QUOTES and _is_opened(text, stop - len(before), word, language):
        return False  # only a title is quoted: the "Rev." Smith
    if closers and not (closers[0] in ")]" and _may_end(before, bits, text, stop, language)):
        return not closers[-1].isdigit() or _is_note(before, bits, closers, word, language)
    if bits & NEVER or (bits & NUMBERED and _is_numbered(before, word, match, language)):
        return False
    if _is_number_in_list(before, text, stop) or _is_reference(word, text, match.end()):
        return False
    if word.isdigit() and before in NUMERALS and before.islower():
        return False
    if _may_end(before, bits, text, stop, language):
        if "." in before and text[start:stop].strip(OPENERS + " ") == before:
            return False  # nothing but an abbreviation: N.B. The end
        return word in language.starters and not text.startswith(".", match.end())
    return not (len(before) == 1 == len(word) and before.isalpha() and text.startswith(".", match.end()))


def _bare_word(text: str) -> str:
    """The last word of a text, without opening marks before it."""
    return (text.rsplit(None, 1) or [""])[-1].rpartition("—")[2].rpartition("--")[2].lstrip(OPENERS)


def _bits_here(text: str, before: str, bits: int, match: re.Match[str], language: Language) -> int:
    """The groups of an abbreviation in this context: some words are abbreviations only next to certain others."""
    at, word = match.start() - len(before), match[5]
    if bits & UNIT:
        if _is_counted(text, at, language):
            return bits if word.islower() else NUMBERED
        bits &= ~UNIT
    if bits & VERSE:
        numbered = word.isdigit() and _word_behind(text, at) in BOOK_NUMBERS
        if numbered or VERSE_NUMBER.match(text, match.start(5)):
            return NEVER
        bits &= ~VERSE
    if bits & CLOCK:
        if before.isupper() and not _is_counted(text, at, language):
            return MAY  # not a time: P.M. Cameron
        names_an_initial = len(word) == 1 and text.startswith(".", match.end())
        attributive = ATTRIBUTE.search(text, max(0, at - REACH), at)
        alone = TIME_ALONE.search(text, max(0, at - REACH), at)
        continues = word in language.dated or names_an_initial or attributive or alone or not word[:1].isupper()
        return MAY if continues else SMALL
    if bits & SAINT:
        behind = _word_behind(text, at)
        is_street = (behind[:1].isupper() or behind[:1].isdigit()) and behind not in language.starters
        return MAY if is_street else NEVER
    return bits


def _is_counted(text: str, at: int, language: Language) -> bool:
    """Whether a number precedes an offset, or a word like `sq.`"""
    behind = _word_behind(text, at).lstrip(OPENERS).lower()
    digits = behind or text[max(0, at - 2) : at].rstrip("-")
    return digits[-1:].isnumeric() or behind in COUNTED or behind in language.numbers


def _is_opened(text: str, at: int, word: str, language: Language) -> bool:
    """Whether a quotation begins at an offset in mid-sentence, with a word behind it that opens no sentence."""
    return at > 2 and text[at - 1] in QUOTES and text[at - 2] == " " and word not in language.starters


def _word_behind(text: str, at: int) -> str:
    """The word that ends one space before an offset; empty at the beginning and after line breaks."""
    behind = WORD_BEFORE.search(text, max(0, at - REACH), at)
    return behind[1] if behind else ""


def _may_end(before: str, bits: int, text: str, stop: int, language: Language) -> bool:
    """Whether a sentence may end here, which then depends on the next word."""
    if len(before) == 1 and text[max(0, stop - 3) : stop - 1].rstrip()[-1:] == "°":
        return False  # 180° C.
    ordinal = language.ordinals and len(before) < 3 and before.isdigit()
    initial = before in language.initials or _is_initial(before, text, stop)
    return bool(bits & MAY) or ordinal or initial or (not bits and _is_acronym(before))


def _with_marks(word: str, text: str, end: int) -> str:
    """A word with its combining marks (such as Hindi vowel signs), which `re` does not count as word characters."""
    stop = end
    while stop < min(len(text), end + REACH) and (text[stop].isalnum() or category(text[stop])[0] == "M"):
        stop += 1
    return word + text[end:stop]


def _is_note(before: str, bits: int, closers: str, word: str, language: Language) -> bool:
    """Whether a number after a full stop is a footnote mark, and not part of a number or of `Sept. 11`."""
    return not bits and not before[-1:].isdigit() and (not closers[0].isspace() or word in language.starters)


def _before_lower_case_ends(before: str, bits: int, match: re.Match[str]) -> bool:
    """Whether a sentence ends although the next one begins in lower case, as on the web, or with an address."""
    _, closers, _, openers, word = match.groups()
    if openers[:1] in QUOTES and not QUOTES.isdisjoint(closers):
        return True  # someone else speaks
    if opens_with_elision(match) and not bits & NEVER:
        return True
    if bits or closers:
        return bool(FACE.search(closers))
    before = before.rstrip(')"”')
    if ROMAN.fullmatch(before):
        return False
    if len(before) < 2 or not before[-2:].isalpha() or before.isupper():
        return word in SCHEMES and not before[-1:].isdigit()
    return "." not in before and (CHATTED.match(before) is not None or not NO_VOWEL.match(before))


def _is_numbered(before: str, word: str, match: re.Match[str], language: Language) -> bool:
    """Whether a number or a single letter follows: `vol. 3`, `Vol. I`, `Fed. R. Civ. P.`, but not `No. I think`."""
    if NUMBER.match(word):
        return True
    if before.lower() in ("no", "nos"):
        return False
    text, end = match.string, match.start(5) + len(word)
    if text.startswith(".", end) and language.abbreviations.get(word, 0) & NUMBERED:
        return True
    return len(word) == 1 and word.isupper() and (word in "VXLCM" or AFTER_LETTER.match(text, end) is not None)


def _is_reference(word: str, text: str, end: int) -> bool:
    """Whether a word continues a bibliographic reference: `Journal of Botany. 92 (6): 1087. ISBN 1234.`"""
    return word in CATALOGUES or (word.isdigit() and VOLUME.match(text, end) is not None)


def _is_number_in_list(before: str, text: str, stop: int) -> bool:
    """Whether this is the number of a list item that begins in mid-paragraph: `as follows: 1. Open it.`"""
    at = stop - len(before)
    return len(before) < 3 and before.isdigit() and LIST_NUMBER_BEFORE.search(text, max(0, at - 2), at) is not None


def _is_initial(word: str, text: str, stop: int) -> bool:
    """Whether this is the initial of a name; an I is one only after another part of the name."""
    if len(word) > 2 and word[-2] == "-":
        return word[-1].isupper() and word[0].isupper()
    if len(word) != 1 or not word.isupper():
        return False
    return word != "I" or NAME_BEFORE.search(text, max(0, stop - REACH), stop - 1) is not None


def _is_marker(word: str) -> bool:
    """Whether this is the number or letter of a list item."""
    return (len(word) < 4 and word.isdigit()) or (len(word) == 1 and word != "I") or bool(ROMAN.fullmatch(word))


def _is_acronym(word: str) -> bool:
    return "." in word and word.replace(".", "").replace("-", "").isalpha() and max(map(len, word.split("."))) <= 2
