"""Find where sentences begin: one scan for terminal punctuation, and a decision at each match."""

import re
from functools import cache
from itertools import pairwise

from corpora.builtin.splitters.rules import layout
from corpora.builtin.splitters.rules.full_stops import REACH, full_stop_ends
from corpora.builtin.splitters.rules.language import Language
from corpora.builtin.splitters.rules.layout import CLOSERS
from corpora.builtin.splitters.rules.marks import CLOSING, EITHER, OPENERS, WIDE, glued_ends, mark_ends, wide_ends

TERMINALS = ".!?…‼⁇⁈⁉‽؟۔।॥։።፧፨။៕។᙮᠃᠉܀܁܂꓿꘎꛳߹" + "".join(sorted(WIDE))
EMOJI = "☀-➿⬀-⯿\U0001f000-\U0001faff\ufe0f\u200d"
"""Pictographs with their joiners and variation selectors; skin tones and flags are in the last block."""

DASH = re.compile(r"[—–] (?!(?:[A-Z][\w.’'-]*+ ?){1,4}+$)")
"""A dash followed by a space, except before the name of a speaker."""


@cache
def scan(language: Language, ascii: bool) -> re.Pattern[str]:
    """A pattern for everything that may end a sentence.

    Its groups are the terminals, closing marks, white space, opening marks, and the next word. A dash
    that ends a quotation counts as a terminal. Every repetition is possessive, so the pattern matches or
    fails at each place without backtracking and a scan takes linear time.

    Args:
        language: adds its own terminals, and the words that begin a sentence after one cut off by a dash.
        ascii: whether the text is ASCII, for which smaller character classes find the same matches faster.
    """
    first, more, closing, opening = scanned(language, ascii)
    return re.compile(rf"({first}{more})({closing})(\s*+)({opening})(\w*+)")


@cache
def scanned(language: Language, ascii: bool) -> tuple[str, str, str, str]:
    """The parts of `scan`'s pattern: a terminal, more terminals, closing marks, and opening marks after a space.

    Args:
        language: adds its own terminals.
        ascii: whether to leave out everything beyond ASCII.
    """

    def _among(marks: str) -> str:
        return re.escape("".join(mark for mark in marks if mark.isascii()) if ascii else marks)

    ends = _among(TERMINALS + language.terminals)
    dashes = "-" if ascii else "—–-"
    before_closing = r"(?=[\"']{1,2}\s)" if ascii else r"(?=[\"'”’»]{1,2}\s)"
    more = rf"(?:[{ends}]|[ \xa0]\.(?:[ \xa0][!?])?+(?!\w)|[—–]{before_closing})*+"
    broken_off = (
        rf"(?:{before_closing}|(?=[ ](?:{'|'.join(language.restarts)})\b))" if language.restarts else before_closing
    )
    first, run = f"[{ends}{dashes}]", rf"(?:(?<=[{dashes}]){broken_off}|(?<![{dashes}]){more})"
    opening = "" if ascii else rf"|[{EITHER}](?!\w)"
    closers = rf"(?:[{_among(CLOSING + ')]}）］｝】〉》*_')}]{opening})*+"
    apart = r"(?:\s[»”)\]](?!\w)|(?<=['’])\s\"(?!\w))?+"
    notes = r"(?:\s?\[(?:\d[^\][]{0,12}|[a-z ]{1,20} needed|\.\.\.|…)\])*+(?:\s?\d{1,3}(?=\s[A-Z]))?+"
    emoji = "" if ascii else rf"|(?:\s?[{EMOJI}])++"
    faces = rf"(?:\s(?:[:;=]['’]?-?[()DPp]|<3)(?!\w){emoji})?+"
    seldom = rf"(?:(?!\s[A-Za-z“‘]){apart}{notes}{faces})?+"  # the look ahead passes over most places at once
    return first, run, f"{closers}{seldom}", rf"(?:[{_among(OPENERS)}]\s?+)*+"


def sentence_starts(text: str, language: Language) -> list[int]:
    """Where each sentence after the first begins, in characters, ascending.

    Takes time proportional to the text's length for any input.

    Args:
        text: a paragraph; it may have line breaks.
        language: the data of its language.
    """
    items = layout.item_starts(text)
    starts = _starts_between(text, 0, items[0] if items else len(text), language)
    if items:
        for item, following in pairwise([*items, len(text)]):
            starts += [item, *_starts_between(text, item, following, language)]
    if breaks := layout.break_starts(text):
        starts = sorted({*starts, *breaks})
    return starts


def _starts_between(text: str, start: int, end: int, language: Language) -> list[int]:
    starts: list[int] = []
    if text[start : start + 1] in layout.CAPTION_LETTERS and (caption := layout.CAPTION.match(text, start, end)):
        start = caption.end()
        starts.append(start)
    for match in scan(language, text.isascii()).finditer(text, start, end):
        if ends(text, start, match, language):
            begins = starts_at(text, match, language)
            start = begins[0]
            starts += begins
    return starts


def ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a sentence ends at a match of `scan`.

    Args:
        start: where the sentence begins.
    """
    run, closers, space, _, word = match.groups()
    if not space:
        wide = run[-1] in WIDE
        return (wide or word != "") and (wide_ends if wide else glued_ends)(text, start, match, language)
    if run != ".":
        return mark_ends(text, start, match, language)
    if not closers and word[:1].isupper():  # most sentences end in a plain word and begin with a capital
        stop = match.start()
        reach = stop - REACH if stop - REACH > start else start
        before = text[text.rfind(" ", reach, stop) + 1 or reach : stop]
        if len(before) > 1 and before not in language.ambiguous and before.isalpha():
            return True
    return full_stop_ends(text, start, match, language)


def starts_at(text: str, match: re.Match[str], language: Language) -> list[int]:
    """Where the sentence after an end begins, and the one after it if the first is the closing formula of a letter.

    Args:
        text: the paragraph.
        match: a match of `scan` at which a sentence ends.
        language: the data of its language.
    """
    start = match.start(4)
    if match[4] and language.trailing_dashes and (dash := DASH.match(text, start)):
        start = dash.end()
    if match[5] in CLOSERS and (close := layout.CLOSE.match(text, start)):
        return [start, close.end()]
    return [start]
