"""Project Gutenberg's header, licence and credits around a text, and what the header says of the book."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from corpora.builtin.sources.books.draft import Draft, words_in

LICENCE = "public domain in the USA (Project Gutenberg)"

START = re.compile(
    r"^[ \t]*\*{2,3} ?START OF (?:THE|THIS) PROJECT GUTENBERG[^\n]*(?:\n[^\n]+){0,3}?\*{3}[ \t]*$"
    r"|^\*END\*? ?THE SMALL PRINT![^\n]*$|^[^\n]*\*END THE SMALL PRINT[^\n]*$"
    r"|^\*\*\*? ?START OF (?:THE|THIS) PROJECT GUTENBERG[^\n]*$",
    re.M | re.I,
)
END = re.compile(
    r"^[ \t]*\*{2,3} ?END OF (?:THE|THIS) PROJECT GUTENBERG"
    r"|^[ \t]*(?:\*{3} ?)?(?:The )?End of (?:the |this )?Project Gutenberg(?:['’]s)? (?:Etext|E-?book|of)\b"
    r"|^[ \t]*(?:\*{3} ?)?(?:Ende|Fin|Fine|Einde|Slut) (?:[\w’']+ ){0,3}Pro(?:je[ck]?t|yecto|getto) Gutenberg",
    re.M | re.I,
)
CREDIT = re.compile(
    r"^(?:this )?(?:e-?text (?:was )?)?(?:produced|prepared|transcribed|scanned|created) (?:by|from)\b"
    r"|^(?:produced|prepared) by\b|^transcribe[r']+s?['’]? notes?\b|^\[?transcriber['’]?s['’]? note"
    r"|\((?:an )?underscores?\)|\bascii\b|(?:typographical|typesett\w+|printer['’]s|spelling) (?:errors?|mistakes?)"
    r"|(?:spelling|punctuation|hyphenation)\b.{0,80}(?:retained|preserved|corrected|standardi[sz]ed)"
    r"|distributed proofread|pgdp\.net|gutenberg\.(?:org|net)|^html version by|^this ebook was produced",
    re.I,
)
HEADER_BLOCKS = 80
CREDIT_BLOCKS = 40

FIELD = re.compile(r"^(Title|Author|Language|Release Date):[ \t]*([^\n]+(?:\n[ \t]{2,}[^\n]+)*)", re.M)
NUMBER = re.compile(r"\[E(?:Book|text) ?#(\d+)\]", re.I)


class Gutenberg(NamedTuple):
    """A Gutenberg text's body, and the header's word on it."""

    body: str
    title: str
    author: str
    language: str
    number: str


def unwrapped(text: str) -> Gutenberg | None:
    """The body between Gutenberg's header and its licence; None where the text has neither."""
    if not _named(text):
        return None
    start = START.search(text, 0, 40_000)
    tail_from = start.end() if start else 0
    end = END.search(text, tail_from)
    if start is None and end is None:
        return None
    header = text[: start.start()] if start else ""
    fields = {name: " ".join(value.split()) for name, value in FIELD.findall(header)}
    number = NUMBER.search(header)
    return Gutenberg(
        text[tail_from : end.start() if end else len(text)],
        fields.get("Title", ""),
        fields.get("Author", ""),
        fields.get("Language", ""),
        number[1] if number else "",
    )


def _named(text: str) -> bool:
    """Whether a text names Gutenberg at all, told faster than by a pattern."""
    return "utenberg" in text or "UTENBERG" in text or "SMALL PRINT" in text


def unframed(draft: Draft) -> Draft:
    """The draft without Gutenberg's header, licence and credits, where its blocks have any."""
    blocks = draft.blocks
    if not _named("\n".join([block.text for block in blocks])):
        return draft
    start = max((n for n, block in enumerate(blocks[:HEADER_BLOCKS]) if START.search(block.text)), default=-1) + 1
    end = next(
        (n for n in range(start, len(blocks)) if _named(blocks[n].text) and END.search(blocks[n].text)), len(blocks)
    )
    if start == 0 and end == len(blocks):
        return draft
    body = tuple(
        block for n, block in enumerate(blocks[start:end]) if n > CREDIT_BLOCKS or not CREDIT.search(block.text[:400])
    )
    words = sum(words_in(b.text) for b in blocks) - sum(words_in(b.text) for b in body)
    return replace(draft, blocks=body, removed={"gutenberg": words + draft.removed.get("gutenberg", 0)})
