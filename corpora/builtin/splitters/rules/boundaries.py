"""Where sentences begin: one scan for terminal punctuation, and a decision at each."""

import re

from corpora.builtin.splitters.rules.language import MAY, NEVER, NUMBERED, Language

WIDE = "。！？｡．︒﹒﹖﹗"
"""Terminals of scripts that put no space behind them."""
TERMINALS = ".!?…‼⁇⁈⁉‽؟۔।॥։።፧፨။៕។᙮᠃᠉܀܁܂꓿꘎꛳߹" + WIDE
QUOTES = "\"'”’»«“‘›‹„‚`´」』＂＇"
CLOSERS = QUOTES + ")]}）］｝】〉》*_"
OPENERS = QUOTES + "([{（［【〈《「『¿¡—–-*_#•…"

_run = rf"[{TERMINALS}](?:[{TERMINALS}]|[ \xa0]\.(?!\w))*+"
SCAN = re.compile(rf"({_run})([{re.escape(CLOSERS)}]*+(?:\s[»”](?!\w))?+)(\s*+)([{re.escape(OPENERS)}]*+)(\w*+)")
BLANK_LINE = re.compile(r"\n[^\S\n]*+\n\s*+")
ROMAN = re.compile(r"[IVXLC]+|[ivxl]+")
REACH = 32
"""How far back the word before a full stop is looked for: a bound, so that no input is slow."""


def sentence_starts(text: str, language: Language) -> list[int]:
    """Where each sentence after the first begins, ascending; time grows with the text's length only."""
    starts: list[int] = []
    start = 0
    for match in SCAN.finditer(text):
        run, space = match[1], match[3]
        if not space and run[-1] not in WIDE:
            continue
        decide = _full_stop_ends if run == "." else _mark_ends
        if decide(text, start, match, language):
            start = match.start(4)
            starts.append(start)
    if "\n" in text:
        starts = sorted({*starts, *(match.end() for match in BLANK_LINE.finditer(text))})
    return starts


def _full_stop_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    _, closers, _, _, word = match.groups()
    stop = match.start()
    before = text[max(start, stop - REACH) : stop]
    before = before[before.rfind(" ") + 1 :].lstrip(OPENERS)
    bits = language.bits(before)
    head = word[:1]
    if head.islower():
        return not bits and not closers and before.isalnum() and len(before) > 1 and not before.isdigit()
    if closers:
        return True
    if bits & NEVER or (bits & NUMBERED and head.isdigit()):
        return False
    if stop - start < REACH and text[start:stop].strip(OPENERS + " ") == before and _is_marker(before):
        return False
    if bits & MAY or len(before) == 1 or "." in before:
        return word in language.starters and not (len(word) == 1 and text[match.end() : match.end() + 1] == ".")
    return True


def _is_marker(word: str) -> bool:
    return (len(word) < 4 and word.isdigit()) or len(word) == 1 or ROMAN.fullmatch(word) is not None


def _mark_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    run, closers, _, openers, word = match.groups()
    quoted = bool(closers) and not closers.isspace()
    if word[:1].islower():
        return not quoted and run[-1] not in ".…" and text[start : start + 1].islower()
    names_speaker = language.attribution and language.attribution.match(text, match.start(5))
    return not (quoted and not openers and names_speaker)
