"""Read the plain texts of Aozora Bunko, the Japanese library: their readings, notes on type, and frames."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook, one_line

RULE = "another library"
GETA = "〓"
"""The sign that printers set for a character that they do not have."""
SIGNS = ("［＃", "《")
FRAME = re.compile(r"^-{20,}\n【テキスト中に現れる記号について】\n(?:.*\n){0,60}?-{20,}$", re.M)
FOOTER = re.compile(r"^(?:底本[:：]|入力[:：]|青空文庫作成ファイル)", re.M)
FOOTER_RATE = 0.5
"""The notes on the edition begin in this last part of a file."""
MISSING = re.compile(r"※(?:［＃[^］※\n]{0,160}+］|\([^)※\n]{0,160}+\))")
"""The description of a character that the encoding lacks."""
CODE = re.compile(
    r"U\+(?P<code>[0-9A-F]{4,5})|(?<![\d-])(?P<plane>[12])-(?P<row>\d{1,2})-(?P<cell>\d{1,2})(?!\d)", re.I
)
SURROGATE = re.compile(r"d[89a-f]..$", re.I)
HEADED = re.compile(r"［＃「[^」］]*」は(?:同行|窓)?(?P<size>[大中小])見出し］")
HEADING = re.compile(r"［＃(?:ここから)?(?:同行|窓)?(?P<size>[大中小])見出し］")
HEADING_END = re.compile(r"［＃(?:ここで)?(?:同行|窓)?[大中小]見出し終わり］")
NOTE = re.compile(r"［＃[^［］]*(?:［[^［］]*］[^［］]*)*］")
MARKED_READING = re.compile(r"｜([^｜《》\n]{1,40})《[^《》\n]{1,60}》")
READING = re.compile(r"(?<=[々〆〇ヶ\u3400-\u9fff\uf900-\ufaff〓])《[ぁ-ゖァ-ヺー・　]{1,30}》")
LEVELS = {"大": 1, "中": 2, "小": 3}
TITLE_LINES = 5


def is_aozora(text: str) -> bool:
    """Whether a text has the notes of this library, and the lines with which it frames its texts."""
    return all(sign in text for sign in SIGNS) and (FOOTER.search(text) or FRAME.search(text)) is not None


def book_of(text: str) -> ParsedBook:
    """The book in a text of this library, with its frame marked by a rule.

    Args:
        text: with `\\n` as its only line break.
    """
    head, frame, body = _parted(text)
    footers = [match.start() for match in FOOTER.finditer(body) if match.start() > FOOTER_RATE * len(body)]
    end = footers[0] if footers else len(body)
    title, *others = [one_line(_plain(line)) for line in head.split("\n") if line.strip()] or [""]
    blocks = [Block(line, rule="front matter") for line in (title, *others) if line]
    blocks += _ruled(frame)
    blocks += _blocks(body[:end])
    blocks += _ruled(body[end:])
    return ParsedBook(tuple(blocks), title, others[-1] if others else "", "ja")


def without_readings(text: str) -> str:
    """A Japanese text without the readings of its characters, where they are marked: `｜燈台《とうだい》`."""
    return READING.sub("", MARKED_READING.sub(r"\1", text))


def character(note: str) -> str:
    """The character that a note describes by its code in Unicode or JIS X 0213; 〓 for others.

    Args:
        note: such as `※［＃「火＋（稲－禾）」、第4水準2-79-87］`.
    """
    match = CODE.search(note)
    if match is None:
        return GETA
    if match["code"]:
        return chr(int(match["code"], 16)) if not SURROGATE.match(match["code"]) else GETA
    pair = bytes(0xA0 + min(int(match[part]), 94) for part in ("row", "cell"))
    try:
        return (b"\x8f" + pair if match["plane"] == "2" else pair).decode("euc_jis_2004")
    except UnicodeDecodeError:
        return GETA


def _parted(text: str) -> tuple[str, str, str]:
    """The lines of the title, the explanation of the signs, and the rest."""
    if match := FRAME.search(text):
        return text[: match.start()], match[0], text[match.end() :]
    head, _, body = text.lstrip("\n").partition("\n\n")
    return (head, "", body) if head.count("\n") < TITLE_LINES else ("", "", text)


def _ruled(text: str) -> Iterator[Block]:
    return (Block(shown, rule=RULE) for line in text.split("\n") if (shown := one_line(line)))


def _blocks(body: str) -> Iterator[Block]:
    level = 0
    for line in body.split("\n"):
        opened = HEADING.search(line)
        level = LEVELS[opened["size"]] if opened else level
        headed = HEADED.search(line)
        if shown := one_line(_plain(line)):
            yield Block(shown, LEVELS[headed["size"]] if headed else level)
        level = 0 if HEADING_END.search(line) else level


def _plain(line: str) -> str:
    if "※" in line:
        line = MISSING.sub(lambda match: character(match[0]), line)
    return without_readings(NOTE.sub("", line) if "［＃" in line else line)
