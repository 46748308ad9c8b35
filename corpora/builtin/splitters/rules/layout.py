"""Find sentences that begin without terminal punctuation: list items, captions, scene breaks, joined lines."""

import re
from collections.abc import Iterator

CAPTION = re.compile(
    r"(?:(?:Figure|Fig\.|Table) \d{1,3}(?:\.\d{1,3})*+|(?:Chapter|CHAPTER) (?:\d{1,3}|[IVXLC]+)\.?) (?=[A-Z])"
)
LABEL_ENDS, BULLETS = frozenset(".)"), frozenset("•⁃-")
CAPTION_LETTERS = frozenset("CFT")
"""First letters of captions; this test spares most texts the pattern."""
ITEM = re.compile(r"(?<!\S)(?:[•⁃-]\s?)?([0-9]{1,2}|[a-z])(?:\.|\.?\))(?=\s[A-Z])")
FIRST_ITEM = re.compile(r"(?<=: )(1)[.)](?=\s[A-Z])")
BLANK_LINE = re.compile(r"\n[^\S\n]*+\n\s*+")
SCENE = re.compile(
    r"(?:(?<=[.!?…\"'”’»)]\s)|^)((?:\*[ \xa0]?){3,12}|(?:#[ \xa0]?){3,12}|(?:[•~·-] ){2,11}[•~·-]|⁂)(\s+)(?![a-z])"
)
RULES = ("________", "========", "********")
RULE = re.compile(r"([=_*])(?<=\s.)\1{7,}+(\s+)(?=\S)")
ADDRESSES = tuple(
    re.compile(rf"{literal}[^\s<>]{{0,500}}+(?<![.,;:!?])(\s+)(?=[A-Z(\"“]|https?:|www\.)")
    for literal in ("://", r"www\.")
)
SIGNATURE = re.compile(r"@[^\s<>]{0,100}+>?(\s+)(?=[A-Z\"“][a-z]|http)")
TELEPHONE = re.compile(r"\d{3}[-. ]\d{4}")
STAMP = re.compile(r"/\d{1,2}/\d{2,4} \d{1,2}:\d\d(?::\d\d)?+(?: [AP]M)?+\s+(?=[A-Z\"“])")
"""The date and time in the header of a quoted message, from the first slash on."""
SENDER = re.compile(r"(?:^|[^\s:@]\s)((?:[A-Z][a-z]{1,20} )?(?:[A-Z]\.? )?[A-Z][a-z]{1,20}(?:@[\w ]{1,30})? )?\d{1,2}$")
CLOSE = re.compile(r"(?:(?:[A-Z][a-z]{1,12} )?[Rr]egards|Sincerely|Thanks|Cheers|Yours [a-z]{3,12}), (?=[A-Z][a-z])")
"""The closing formula of a letter, before the signature."""
CLOSERS = frozenset(
    ("Regards", "Best", "Kind", "Kindest", "Warm", "Warmest", "With", "Sincerely", "Thanks", "Cheers", "Yours")
)
WEEKDAYS = ("Mond", "Tues", "Wedn", "Thur", "Frid", "Satu", "Sund")
DIGITS = frozenset("0123456789")
BEGINNINGS = frozenset((*WEEKDAYS, "Rega", "Best", "Kind", "Warm", "With", "Sinc", "Than", "Chee", "Your"))
"""The first four letters of weekdays and of closing formulas."""
WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?:[A-Z][a-z]{2,8} \d{1,2}|\d{1,2} [A-Z][a-z]{2,8}),? \d{4}"
DATELINE = re.compile(rf"{WEEKDAY}\s(?=[A-Z])")
DATELINE_AT_END = re.compile(rf"(?<=[\w'’”\"?!)]\s)(?<!\bon\s)(?<!\bof\s)(?<!\bby\s)(?<!\bto\s){WEEKDAY}$")


def item_starts(text: str) -> list[int]:
    """Where the items of a list within one line begin, except the first: `1. … 2. …`."""
    if (text[1:2] in LABEL_ENDS or text[2:3] in LABEL_ENDS or text[:1] in BULLETS) and (first := ITEM.match(text)):
        return _items_behind(text, first)
    if "1" not in text or ": 1" not in text or not (first := FIRST_ITEM.search(text)):
        return []
    others = _items_behind(text, first)
    return [first.start(), *others] if others else []


def _items_behind(text: str, first: re.Match[str]) -> list[int]:
    starts, expected = [], _next_label(first[1])
    for item in ITEM.finditer(text, first.end()):
        if item[1] == expected:
            starts.append(item.start())
            expected = _next_label(item[1])
    return starts


def break_starts(text: str) -> list[int]:
    """Where sentences begin after a blank line, a scene break, a rule, an address or the date of a message.

    Most texts have none of these, and a search for single characters finds that out fastest; the patterns begin
    with a literal where they can, which `re` finds much faster than a class of characters.
    """
    starts: list[int] = []
    if "\n" in text:
        starts += [match.end() for match in BLANK_LINE.finditer(text)]
    if "*" in text or "#" in text or "⁂" in text:
        starts += [edge for match in SCENE.finditer(text) for edge in match.span()]
    if ("_" in text or "=" in text or "*" in text) and any(rule in text for rule in RULES):
        starts += [edge for match in RULE.finditer(text) for edge in match.span()]
    if "/" in text:
        if "://" in text or "www." in text:
            starts += [match.end() for address in ADDRESSES for match in address.finditer(text)]
        starts += [edge for stamp in STAMP.finditer(text) for edge in _around_stamp(text, stamp)]
    if "@" in text:
        starts += [mail.end() for mail in SIGNATURE.finditer(text) if _is_signature(text, mail.start())]
    if text[:4] in BEGINNINGS or text[-1:] in DIGITS:
        starts += _around_lines(text)
    return starts


def _is_signature(text: str, at: int) -> bool:
    """Whether the mail address at an offset ends a signature, recognised by a telephone number before it."""
    return TELEPHONE.search(text, max(0, at - 100), at) is not None


def _around_stamp(text: str, stamp: re.Match[str]) -> Iterator[int]:
    """The offsets after the date and time of a quoted message, and before its sender."""
    reach = max(0, stamp.start() - 60)
    if (sender := SENDER.search(text[reach : stamp.start()])) and sender[1]:
        yield reach + sender.start(1)
    yield stamp.end()


def _around_lines(text: str) -> Iterator[int]:
    """The offsets after a date or closing formula at the start of a text, and before a date at its end."""
    if close := CLOSE.match(text):
        yield close.end()
    if dateline := DATELINE.match(text):
        yield dateline.end()
    if dateline := DATELINE_AT_END.search(text, max(0, len(text) - 50)):
        yield dateline.start()


def _next_label(label: str) -> str:
    return str(int(label) + 1) if label.isdigit() else chr(ord(label) + 1)
