"""Tell a chapter's heading from a sentence, in books whose files do not mark headings."""

from __future__ import annotations

import re

from corpora.builtin.sources.books.draft import Block

MAX_CHARACTERS = 90

NUMBER = (
    r"(?:\d{1,4}|[ivxlcdm]{1,9}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen|eighteen|nineteen|(?:twenty|thirty|forty|fifty|sixty|seventy)(?:[- ]\w+)?"
    r"|the (?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)"
    r"|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)"
)
DIVISION = (
    r"chapter|chap\.|book|part|volume|vol\.|canto|act|scene|letter|section|stave|episode|day|phase"
    r"|kapitel|teil|buch|chapitre|livre|partie|tome|cap[íi]tulo|parte|libro|capitolo|hoofdstuk|deel"
    r"|kapittel|luku|osa|rozdział|część|kapitola|глава|часть|книга|розділ|κεφάλαιο"
)
NUMBERED = re.compile(
    rf"(?:the )?(?:{DIVISION})[\s.:]*(?:no\.? ?)?{NUMBER}\b(?P<rest>.*)"
    rf"|{NUMBER.removesuffix(')')}|the)\s+(?:{DIVISION})\b(?P<after>.*)",
    re.I,
)
GERMAN = re.compile(r"\w+(?:tes|ter|te|er|ème|ième) (?:kapitel|buch|teil|chapitre|partie|livre)\b.*", re.I)
ALONE = re.compile(r"(?:[IVXLC]{1,8}|\d{1,3})[.:]?")
NAMED = re.compile(
    r"(?:prologue?|epilogue?|preface|introduction|foreword|afterword|interlude|dedication|acknowledge?ments?"
    r"|contents|table of contents|author['’]?s note|about the author|copyright|conclusion|postscript|the end|finis|end"
    r"|vorwort|nachwort|einleitung|inhalt(?:sverzeichnis)?|pr[oó]logo|ep[íi]logo|introducci[oó]n|[íi]ndice|pr[ée]face"
    r"|avant-propos|table des mati[èe]res|fin|ende|fine|пролог|эпилог|предисловие)[\s.:!—–-]*",
    re.I,
)
UPPER = re.compile(r"[^a-zà-öø-ÿа-яα-ω]*[A-ZÀ-ÖØ-ÞА-ЯΑ-Ω][^a-zà-öø-ÿа-яα-ω]*")
SENTENCE_END = re.compile(r"""[.!?…,;"'”’»)\]]$""")
FIRST_WORDS = re.compile(r"[\w'’]+")


def marked(blocks: list[Block]) -> list[Block]:
    """The blocks with headings found: those that look like one, and the title line after a number."""
    found: list[Block] = []
    for block in blocks:
        level = block.level
        if not level and len(block.text) <= MAX_CHARACTERS:
            level = _level(block.text, after_heading=bool(found) and found[-1].level > 0)
        found.append(block if level == block.level else Block(block.text, level))
    return found


def _level(text: str, *, after_heading: bool) -> int:
    if is_division(text):
        return 1
    if text[0] in "\"'“‘«„-–—[(":
        return 0
    if UPPER.fullmatch(text) and sum(map(str.isalpha, text)) >= 4:
        return 2 if after_heading or not SENTENCE_END.search(text) else 0
    return 2 if after_heading and not SENTENCE_END.search(text) else 0


def is_division(text: str) -> bool:
    """Whether a short line names a division of a book: `Chapter 1`, `BOOK THE FIRST`, `XII.`, `Prologue`."""
    if ALONE.fullmatch(text) or NAMED.fullmatch(text) or GERMAN.fullmatch(text):
        return True
    match = NUMBERED.fullmatch(text)
    if match is None:
        return False
    rest = (match["rest"] or match["after"] or "").strip()
    return not rest or not rest[0].isalpha() or rest[0].isupper()
