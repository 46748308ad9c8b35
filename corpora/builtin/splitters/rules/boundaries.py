"""Where sentences begin: one scan for terminal punctuation, and a decision at each."""

import re
from functools import cache

from corpora.builtin.splitters.rules.language import MAY, NEVER, NUMBERED, Language

WIDE = frozenset("。！？｡．︒﹒﹖﹗")
"""Terminals of scripts that put no space behind them."""
TERMINALS = ".!?…‼⁇⁈⁉‽؟۔।॥։።፧፨။៕។᙮᠃᠉܀܁܂꓿꘎꛳߹" + "".join(sorted(WIDE))
CLOSING = "\"'”’»›`´」』＂＇"
EITHER = "“‘«‹„‚"
"""Quotation marks that close in one language and open in another: they open where a word follows at once."""
QUOTES = frozenset(CLOSING + EITHER)
OPENERS = CLOSING + EITHER + "([{（［【〈《「『¿¡—–-*_#•…"
REACH = 32
"""How far back the word before a full stop is looked for: a bound, so that no input is slow."""


@cache
def scan(terminals: str) -> re.Pattern[str]:
    """What may end a sentence: terminals, what closes, white space, what opens, the next word; a group each.

    A dash that ends a quotation counts as a terminal. Every repetition is possessive: whatever stands there,
    the pattern matches or fails without trying again, so a scan takes linear time.
    """
    ends = re.escape(TERMINALS + terminals)
    run = rf"[{ends}](?:[{ends}]|[ \xa0]\.(?!\w))*+|[—–-](?=[\"'”’»]{{1,2}}\s)"
    closers = rf"(?:[{re.escape(CLOSING + ')]}）］｝】〉》*_')}]|[{EITHER}](?!\w))*+(?:\s[»”)\]](?!\w))?+"
    notes = r"(?:\s?\[(?:\d[^\][]{0,12}|[a-z ]{1,20} needed|\.\.\.|…)\])*+(?:\s?\d{1,3}(?=\s[A-Z]))?+"
    smiley = r"(?:\s(?:[:;=]['’]?-?[()DPp]|<3)(?!\w))?+"
    return re.compile(rf"({run})({closers}{notes}{smiley})(\s*+)((?:[{re.escape(OPENERS)}]\s?+)*+)(\w*+)")


BLANK_LINE = re.compile(r"\n[^\S\n]*+\n\s*+")
CAPTION = re.compile(
    r"(?:(?:Figure|Fig\.|Table) \d{1,3}(?:\.\d{1,3})*|(?:Chapter|CHAPTER) (?:\d{1,3}|[IVXLC]+)\.?) (?=[A-Z])"
)
ROMAN = re.compile(r"[IVXLC]+|[ivxl]+")
WIDE_SPEECH = re.compile(r"[と]|って|[^。！？，、：]{0,8}[说說道问問喊叫答曰]")


def sentence_starts(text: str, language: Language) -> list[int]:
    """Where each sentence after the first begins, ascending; time grows with the text's length only."""
    starts: list[int] = []
    start = 0
    if caption := CAPTION.match(text):
        start = caption.end()
        starts.append(start)
    for match in scan(language.terminals).finditer(text, start):
        run = match[1]
        if match[3]:
            decide = _full_stop_ends if run == "." else _mark_ends
        elif run[-1] in WIDE:
            decide = _wide_ends
        else:
            decide = _glued_ends
        if decide(text, start, match, language):
            start = match.start(4)
            starts.append(start)
    if "\n" in text:
        starts = sorted({*starts, *(match.end() for match in BLANK_LINE.finditer(text))})
    return starts


def _full_stop_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a single full stop and white space end a sentence."""
    _, closers, _, openers, word = match.groups()
    stop = match.start()
    before = (text[max(start, stop - REACH) : stop].rsplit(None, 1) or [""])[-1].rpartition("—")[2].lstrip(OPENERS)
    bits = language.bits(before)
    if word[:1].islower():
        return not bits and not closers and _is_lower_case_end(before)
    if stop - start < REACH and _is_marker(before) and text[start:stop].strip(OPENERS + " ") == before:
        return False
    if not word and not openers:
        return _symbol_begins(text, match.end())
    if closers:
        return not closers[-1].isdigit() or _is_note(before, bits, closers, word, language)
    if bits & NEVER or (bits & NUMBERED and _is_number(word)):
        return False
    ordinal = language.ordinals and len(before) < 3 and before.isdigit()
    if bits & MAY or ordinal or _is_initial(before) or _is_acronym(before):
        return word in language.starters and not text.startswith(".", match.end())
    return not (len(before) == 1 == len(word) and text.startswith(".", match.end()))


def _is_note(before: str, bits: int, closers: str, word: str, language: Language) -> bool:
    """Whether a number behind a full stop is a footnote's, and not the rest of a number or of `Sept. 11`."""
    return not bits and not before[-1:].isdigit() and (not closers[0].isspace() or word in language.starters)


def _is_lower_case_end(word: str) -> bool:
    """Whether a sentence may end with this word although the next begins in lower case, as on the web."""
    return len(word) > 1 and word[-2:].isalpha() and not word.isupper() and "." not in word


def _is_number(word: str) -> bool:
    return word[:1].isdigit() or (len(word) > 1 and ROMAN.fullmatch(word) is not None)


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isupper() and word != "I"


def _symbol_begins(text: str, at: int) -> bool:
    """Whether a sentence can begin at a character that is neither letter nor quotation mark."""
    return text[at : at + 1] not in ",;:)" and len(text) - at > 2


def _is_marker(word: str) -> bool:
    """Whether this is the number or letter of a list item."""
    return (len(word) < 4 and word.isdigit()) or (len(word) == 1 and word != "I") or bool(ROMAN.fullmatch(word))


def _is_acronym(word: str) -> bool:
    return "." in word and not word[0].isdigit() and max(map(len, word.split("."))) <= 2


def _mark_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether ! ? an ellipsis or a dash before a closing quotation mark end a sentence."""
    run, closers, _, openers, word = match.groups()
    quoted = not QUOTES.isdisjoint(closers)
    if word[:1].islower():
        return not quoted and run[-1] not in ".…" and text[start : start + 1].islower()
    if not word and not openers:
        return _symbol_begins(text, match.end())
    return openers != "" or not (quoted and _speaker_follows(text, match.start(5), word, language))


def _speaker_follows(text: str, at: int, word: str, language: Language) -> bool:
    """Whether a name and a verb of speech follow a quotation: `"Stop!" Holmes said.`"""
    if language.attribution is None or (word in language.starters and word != "I"):
        return False
    return language.attribution.match(text, at) is not None


def _wide_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a terminal that needs no space ends a sentence, or a quotation that its speaker follows."""
    return QUOTES.isdisjoint(match[2]) or not WIDE_SPEECH.match(text, match.end(3))


def _glued_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a sentence ends although its white space was forgotten."""
    return (
        match[5] in language.starters
        and not match[4]
        and not text.startswith(".", match.end())
        and len(match[1]) == 1
        and match.start() - start > 3
        and text[match.start() - 3 : match.start()].islower()
    )
