"""Where sentences begin: one scan for terminal punctuation, and a decision at each."""

import re
from functools import cache
from itertools import pairwise

from corpora.builtin.splitters.rules.language import MAY, NEVER, NUMBERED, Language

WIDE = frozenset("。！？｡．︒﹒﹖﹗")
"""Terminals of scripts that put no space behind them."""
TERMINALS = ".!?…‼⁇⁈⁉‽؟۔।॥։።፧፨။៕។᙮᠃᠉܀܁܂꓿꘎꛳߹" + "".join(sorted(WIDE))
CLOSING = "\"'”’»›`´」』＂＇"
EITHER = "“‘«‹„‚"
"""Quotation marks that close in one language and open in another: they open where a word follows at once."""
QUOTES = frozenset(CLOSING + EITHER)
OPENERS = CLOSING + EITHER + "([{（［【〈《「『¿¡—–-*_#•⁃·▪‣◦►…"
REACH = 32
"""How far back the word before a full stop is looked for: a bound, so that no input is slow."""


@cache
def scan(terminals: str) -> re.Pattern[str]:
    """What may end a sentence: terminals, what closes, white space, what opens, the next word; a group each.

    A dash that ends a quotation counts as a terminal. Every repetition is possessive: whatever stands there,
    the pattern matches or fails without trying again, so a scan takes linear time.
    """
    ends = re.escape(TERMINALS + terminals)
    dash_closed = r"(?<=[—–-])(?=[\"'”’»]{1,2}\s)"
    run = rf"[{ends}—–-](?:{dash_closed}|(?<![—–-])(?:[{ends}]|[ \xa0]\.(?:[ \xa0][!?])?+(?!\w))*+)"
    closing = re.escape(CLOSING + ")]}）］｝】〉》*_")
    closers = rf"(?:[{closing}]|[{EITHER}](?!\w))*+(?:\s[»”)\]](?!\w)|(?<=['’])\s\"(?!\w))?+"
    notes = r"(?:\s?\[(?:\d[^\][]{0,12}|[a-z ]{1,20} needed|\.\.\.|…)\])*+(?:\s?\d{1,3}(?=\s[A-Z]))?+"
    smiley = r"(?:\s(?:[:;=]['’]?-?[()DPp]|<3)(?!\w))?+"
    return re.compile(rf"({run})({closers}{notes}{smiley})(\s*+)((?:[{re.escape(OPENERS)}]\s?+)*+)(\w*+)")


BLANK_LINE = re.compile(r"\n[^\S\n]*+\n\s*+")
CAPTION = re.compile(
    r"(?:(?:Figure|Fig\.|Table) \d{1,3}(?:\.\d{1,3})*+|(?:Chapter|CHAPTER) (?:\d{1,3}|[IVXLC]+)\.?) (?=[A-Z])"
)
ITEM = re.compile(r"(?<!\S)(?:[•⁃-]\s?)?([0-9]{1,2}|[a-z])(?:\.|\.?\))(?=\s[A-Z])")
ROMAN = re.compile(r"[IVXLC]+|[ivxl]+")
LOWER_ROMAN = re.compile(r"[ivxl]+")
NAME_BEFORE = re.compile(r"\b[A-Z](?:\.|[a-z]{2,})\s$")
SCHEMES = frozenset(("http", "https", "ftp", "www"))
CLAUSE = re.compile(r"[.!?;:—\"“‘(]")
STUTTER = re.compile(r"\bI(?:['’]\w{1,3})?\s?$")
WIDE_SPEECH = re.compile(r"[と]|って|[^。！？，、：]{0,8}[说說道问問喊叫答曰]")


def sentence_starts(text: str, language: Language) -> list[int]:
    """Where each sentence after the first begins, ascending; time grows with the text's length only."""
    items = _item_starts(text)
    starts = _starts_between(text, 0, items[0] if items else len(text), language)
    for item, following in pairwise([*items, len(text)]):
        starts += [item, *_starts_between(text, item, following, language)]
    if "\n" in text:
        starts = sorted({*starts, *(match.end() for match in BLANK_LINE.finditer(text))})
    return starts


def _starts_between(text: str, start: int, end: int, language: Language) -> list[int]:
    starts: list[int] = []
    if caption := CAPTION.match(text, start, end):
        start = caption.end()
        starts.append(start)
    for match in scan(language.terminals).finditer(text, start, end):
        run, _, space, _, word = match.groups()
        if space:
            decide = _full_stop_ends if run == "." else _mark_ends
        elif run[-1] in WIDE:
            decide = _wide_ends
        elif word:
            decide = _glued_ends
        else:
            continue
        if decide(text, start, match, language):
            start = match.start(4)
            starts.append(start)
    return starts


def _item_starts(text: str) -> list[int]:
    """Where the second item and those after it begin, in a text that is a list in one line: `1. … 2. …`."""
    if not (first := ITEM.match(text)):
        return []
    starts, expected = [], _next_label(first[1])
    for item in ITEM.finditer(text, first.end()):
        if item[1] == expected:
            starts.append(item.start())
            expected = _next_label(item[1])
    return starts


def _next_label(label: str) -> str:
    return str(int(label) + 1) if label.isdigit() else chr(ord(label) + 1)


def _full_stop_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a single full stop and white space end a sentence."""
    _, closers, _, openers, word = match.groups()
    stop = match.start()
    reach = max(start, stop - REACH)
    before = text[max(reach, text.rfind(" ", reach, stop) + 1) : stop]
    if not before.isalpha():
        before = (text[reach:stop].rsplit(None, 1) or [""])[-1].rpartition("—")[2].rpartition("--")[2].lstrip(OPENERS)
    bits = language.abbreviations.get(before, 0)
    if not bits and not closers and len(before) > 3 and before.islower() and word[:1].isupper() and before.isalpha():
        return True  # nothing below could say no; this is most of all text
    if word.islower():
        return _quotation_follows(closers, openers) or (not (bits or closers) and _is_lower_case_end(before, word))
    if stop - start < REACH and _is_marker(before) and text[start:stop].strip(OPENERS + " ") == before:
        return False
    if not word and not openers:
        return _symbol_begins(text, match.end())
    if closers:
        return not closers[-1].isdigit() or _is_note(before, bits, closers, word, language)
    if bits & NEVER or (bits & NUMBERED and _is_number(word)):
        return False
    if word.isdigit() and LOWER_ROMAN.fullmatch(before):
        return False
    ordinal = language.ordinals and len(before) < 3 and before.isdigit()
    if bits & MAY or ordinal or _is_initial(before, text, stop) or _is_acronym(before):
        return word in language.starters and not text.startswith(".", match.end())
    return not (len(before) == 1 == len(word) and text.startswith(".", match.end()))


def _quotation_follows(closers: str, openers: str) -> bool:
    """Whether one quotation closes and the next opens: someone else speaks, even in lower case."""
    return openers[:1] in QUOTES and not QUOTES.isdisjoint(closers)


def _is_note(before: str, bits: int, closers: str, word: str, language: Language) -> bool:
    """Whether a number behind a full stop is a footnote's, and not the rest of a number or of `Sept. 11`."""
    return not bits and not before[-1:].isdigit() and (not closers[0].isspace() or word in language.starters)


def _is_lower_case_end(before: str, word: str) -> bool:
    """Whether a sentence ends although the next begins in lower case, as on the web, or with an address."""
    before = before.rstrip(')"”')
    if ROMAN.fullmatch(before):
        return False
    if len(before) < 2 or not before[-2:].isalpha() or before.isupper():
        return word in SCHEMES and not before[-1:].isdigit()
    return "." not in before


def _is_number(word: str) -> bool:
    return word[:1].isdigit() or (len(word) > 1 and ROMAN.fullmatch(word) is not None)


def _is_initial(word: str, text: str, stop: int) -> bool:
    """Whether this is the initial of a name; an I is one only behind another part of the name."""
    if len(word) != 1 or not word.isupper():
        return False
    return word != "I" or NAME_BEFORE.search(text, max(0, stop - REACH), stop - 1) is not None


def _symbol_begins(text: str, at: int) -> bool:
    """Whether a sentence can begin at a character that is neither letter nor quotation mark."""
    return text[at : at + 1] not in ",;:)" and len(text) - at > 2


def _is_marker(word: str) -> bool:
    """Whether this is the number or letter of a list item."""
    return (len(word) < 4 and word.isdigit()) or (len(word) == 1 and word != "I") or bool(ROMAN.fullmatch(word))


def _is_acronym(word: str) -> bool:
    return "." in word and word.replace(".", "").replace("-", "").isalpha() and max(map(len, word.split("."))) <= 2


def _mark_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether ! ? an ellipsis or a dash before a closing quotation mark end a sentence."""
    run, closers, _, openers, word = match.groups()
    quoted = not QUOTES.isdisjoint(closers)
    if word.islower():
        opens = not quoted and run[-1] not in ".…" and _opens_in_lower_case(text, start, match, language)
        return opens or _quotation_follows(closers, openers)
    if not word and not openers:
        return _symbol_begins(text, match.end())
    if word == "I" and run[-1] in ".…" and STUTTER.search(text, max(start, match.start() - 8), match.start()):
        return False
    speaker = language.attribution and quoted and not openers and language.attribution.match(text, match.start(5))
    return not speaker


def _opens_in_lower_case(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a lower-case word after ! or ? opens a sentence: `why not? ask me`, but not `Oh! how cold`.

    It does where the writer began this sentence in lower case too, and behind a whole clause, unless what
    follows joins it or says who spoke.
    """
    if text[start : start + 1].islower():
        return True
    clause = CLAUSE.split(text[max(start, match.start() - 2 * REACH) : match.start()])[-1]
    following = text[match.start(5) : match.start(5) + REACH].split()[:3]
    return len(clause.split()) >= 5 and bool(language.joiners) and language.joiners.isdisjoint(following)


def _wide_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a terminal that needs no space ends a sentence, or a quotation that its speaker follows."""
    return QUOTES.isdisjoint(match[2]) or not WIDE_SPEECH.match(text, match.end(3))


def _glued_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a sentence ends although its white space was forgotten."""
    run, word, stop = match[1], match[5], match.start()
    if match[4] or stop - start <= 3 or not text[stop - 3 : stop].islower() or text.startswith(".", match.end()):
        return False
    return word in language.starters if len(run) == 1 else len(word) > 1 and word.istitle() and run[-1] in ".…"
