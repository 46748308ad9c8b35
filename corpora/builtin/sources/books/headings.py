"""Tell a chapter's heading from a sentence, in books whose files do not mark headings."""

from __future__ import annotations

import re

from corpora.builtin.sources.books.draft import Block

MAX_CHARACTERS = 90

ORDINAL = r"(?:the )?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|\d{1,3}(?:st|nd|rd|th))"
NUMBER = (
    r"(?:\d{1,4}|[ivxlcdm]{1,9}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen|eighteen|nineteen|(?:twenty|thirty|forty|fifty|sixty|seventy)(?:[- ]\w+)?"
    rf"|{ORDINAL})"
)
DIVISION = (
    r"chapter|chap\.|book|part|volume|vol\.|canto|act|scene|letter|section|stave|episode|day|phase"
    r"|kapitel|teil|buch|chapitre|livre|partie|tome|cap[íi]tulo|parte|libro|capitolo|hoofdstuk|deel"
    r"|kapittel|luku|osa|rozdział|część|kapitola|глава|часть|книга|розділ|κεφάλαιο"
)
NUMBERED = re.compile(
    rf"(?:the )?(?:{DIVISION})[\s.:]*(?:no\.? ?)?{NUMBER}\b(?P<rest>.*)"
    rf"|{ORDINAL}\s+(?:{DIVISION.replace('|day', '')})\b(?P<after>.*)",
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
MATTER = re.compile(
    r"[^\w\"'“‘«]*(?:(?:a )?(?:note |few words |word )?about (?:the (?:authors?|publisher|translator)|me)"
    r"|(?:also|(?:other |more )?(?:books|titles|works|novels|stories)) (?:available )?(?:by|from)\b.{0,60}"
    r"|acknowledge?ments?|copyright(?: (?:page|notice|information))?|dedication"
    r"|index|colophon|imprint|credits|newsletter|coming (?:soon|next)|connect with .{0,40}"
    r"|contact (?:me|us|the author|information)"
    r"|(?:a )?(?:sneak )?(?:preview|peek|excerpt|sample)\b.{0,60}|transcriber['’]?s['’]? notes?|uncopyright"
    r"|anmerkung(?:en)? (?:zur|des) (?:transkription|bearbeiters?)|notes? (?:de |du |sur la )transcri\w+"
    r"|notas? del? transcri\w+|nota del trascrittore|opmerking(?:en)? van de bewerker"
    r"|über (?:den autor|die autorin)|danksagung|impressum|remerciements|(?:à propos|au sujet) de l['’]auteure?"
    r"|sobre (?:el|la|o|a) autora?|agradecimientos|ringraziamenti|об авторе)\W*",
    re.I,
)
CONTENTS = re.compile(
    r"\W*(?:(?:table of )?contents|(?:list of )?illustrations|inhalt(?:sverzeichnis)?|table des mati[èe]res|sommaire"
    r"|[íi]ndice|содержание)\W*",
    re.I,
)
QUOTES = "\"'“‘«„"
UPPER = re.compile(r"[^a-zà-öø-ÿа-яα-ω]*[A-ZÀ-ÖØ-ÞА-ЯΑ-Ω][^a-zà-öø-ÿа-яα-ω]*")
SENTENCE_END = re.compile(r"""[.!?…,;"'”’»)\]]$""")


def marked(blocks: list[Block]) -> list[Block]:
    """The blocks with headings found: those that look like one, and the title line after a number."""
    found: list[Block] = []
    after = 0
    for block in blocks:
        text, level, _ = block
        if not level and len(text) <= MAX_CHARACTERS and text[0] not in QUOTES:
            level = _level(text, after=after)
        found.append(block if level == block.level else block._replace(level=level))
        after = level
    return found


def _level(text: str, *, after: int) -> int:
    """The level of a line that no quotation mark opens, given that of the one before: a title stands under a number."""
    if is_division(text):
        return 1
    if MATTER.fullmatch(text) or CONTENTS.fullmatch(text):
        return 2
    if text[0] in "-–—[(":
        return 0
    if UPPER.fullmatch(text) and sum(map(str.isalpha, text)) >= 4:
        return 2 if after or not SENTENCE_END.search(text) else 0
    return 2 if after == 1 and text[0].isupper() and not SENTENCE_END.search(text) else 0


def is_division(text: str) -> bool:
    """Whether a short line names a division of a book: `Chapter 1`, `BOOK THE FIRST`, `XII.`, `Prologue`."""
    if ALONE.fullmatch(text) or NAMED.fullmatch(text) or GERMAN.fullmatch(text):
        return True
    match = NUMBERED.fullmatch(text)
    if match is None:
        return False
    rest = (match["rest"] or match["after"] or "").strip()
    return not rest or rest[0].isupper() or not (rest[0].isalpha() or rest[0] in ",;")
