"""Find what authors of serial and fan fiction write to their readers at the edges of chapters: `A/N: Please R&R!`.

Only the first and last paragraphs of chapters and books are examined, each next to the edge or to another note, so that
characters can say and write the same words anywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from corpora.builtin.sources.books.cleaning.headings import is_division
from corpora.builtin.sources.books.cleaning.speech import is_dialogue, is_narration, is_spoken
from corpora.builtin.sources.books.formats.blocks import Block, words_in

FRONT_BLOCKS, EDGE_BLOCKS = 40, 6
REQUEST_WORDS = 60
LABEL_WORDS = 250
LABELLED = re.compile(
    r"[\[(*_~<\s–—-]*(?:A/?N\b\s*[\])*:;,–—-]|(?:Author|AUTHOR|Writer)(?:['’]?[sS]?['’]?)? (?:[Nn]otes?"
    r"|NOTES?)\s*[\])*]*[:–—-]"
    r"|(?:Beta|Beta['’]?(?:e?d|read)|Beta reader) ?(?:by|:)|Rated: (?:K\+?|T|MA?)\b.{0,20} - "
    r"|(?:[Dd]isclaimer|DISCLAIMER)s?\s*[\])*]*[:–—-].{0,200}?\b(?:own\w*|belongs?|rights?|profit|money|characters"
    r"|mine|property)\b)"
)
"""Paragraphs with the label of a note; a disclaimer must also say whose the characters are."""
EAST_ASIAN_CHARACTERS = 200
EAST_ASIAN_NOTE = re.compile(
    r"[（(【\[]?(?:本章完|未完待[续續]|待[续續]|hết chương)[）)】\]]?\W*$|(?:ps|p\.s\."
    r"|ｐｓ) ?[:：].{0,200}(?:求|更新|月票|推[荐薦]|收藏)"
    r"|作者有[话話](?:要)?[说說]|求(?:推[荐薦]|月票|收藏|[订訂][阅閱])|.{0,30}(?:手机用户请|天才一秒"
    r"|本[书書]首[发發]|(?:记住|記住)本站|"
    r"[浏瀏][览覽].{0,20}[阅閱][读讀])|.{0,20}ブックマーク.{0,16}(?:評価|登録|お願い)|.{0,30}(?:評価"
    r"|感想).{0,12}お願い"
    r"|작가의 말|.{0,20}추천.{0,8}(?:부탁|눌러)",
    re.I,
)
"""What stories of the web in Chinese, Japanese, Korean and Vietnamese say at the ends of chapters."""
REQUEST = re.compile(
    r"\b(?:r ?(?:&|and|n) ?r\b|read (?:and|&) review\b"
    r"|(?:please|pls|plz|do|(?:don['’]?t|never) forget to|remember to) (?:\w+,? (?:and |& )?){0,2}?(?:vote|comment"
    r"|review)\b(?! (?:of|on|for) )"
    r"|(?:vote|comment|review)s?\W{1,3}(?:and |& |or )?(?:vote|comment|follow|fan|share|fav\w*)\b|comment below\b"
    r"|thanks?(?: you)?(?: so much)? to (?:everyone|everybody|all)\b.{0,30}\b(?:review|comment|vot|follow|favou?rit"
    r"|kudos)"
    r"|kudos (?:and|&|or) comments|leave (?:a )?kudos|flames (?:will be|are|welcome)|unbeta['’]?e?d"
    r"|all mistakes are (?:mine|my own)"
    r"|sorry for the (?:\w+ )?(?:late|long|slow) (?:\w+ )?(?:update|wait|chapter)|(?:find|follow) me on (?:tumblr"
    r"|wattpad|ao3|twitter)"
    r"|until (?:next (?:time|chapter)|the next chapter)[!.~]|let me know what you think(?: in the)? (?:comments"
    r"|reviews?)?"
    r"|i (?:do not|don['’]?t|still don['’]?t) own (?:\w+ ){1,6}?(?:characters?|rights)|archive of our own"
    r"|drop by the archive and comment|no copyright infringement (?:is )?intended)",
    re.I,
)
STORY_DATA = re.compile(
    r"(?:Rating|Archive Warnings?|Category|Categories|Fandoms?|Relationships?|Characters?|Additional Tags|Stats"
    r"|Series|Collections"
    r"|Summary|Packaged|Story URL|Author URL"
    r"|Genres?|Pairings?|Warnings?|Story Rating|Status|Votes|Reads|Parts|Word ?count|Beta): \S.{0,400}"
)
"""Fields above a story; they count only before its first chapter, and in groups."""
MIN_FIELDS = 2
HASHTAGS = re.compile(r"(?:.{0,400}\s)?#\w+(?:[\s,]+#\w+)+\W*")
SECTION = re.compile(
    r"\W*(?:end notes?|chapter (?:end )?notes|notes(?: for the chapter)?|(?:chapter )?summary(?: for the chapter)?"
    r"|see the end of the "
    r"(?:work|chapter) for (?:more )?notes)\W*",
    re.I,
)
ARCHIVE = re.compile(r"archive of our own|\bArchive Warnings?: ", re.I)
SIGN_OFF_WORDS = 3


def author_notes(blocks: Sequence[Block]) -> dict[int, str]:
    """The notes and the lines of data at the edges of a story and of its chapters, by index, each with the rule.

    Args:
        blocks: of a book, with the levels of headings set.
    """
    divisions = [n for n, block in enumerate(blocks) if block.level]
    highest = [n for n in divisions if blocks[n].level == 1]
    first = next((n for n in highest if is_division(blocks[n].text)), next(iter(highest), 0))
    front = range(min(first, FRONT_BLOCKS))
    found = {n for n in front if _is_note(blocks[n].text) or HASHTAGS.fullmatch(blocks[n].text)}
    fields = [n for n in front if STORY_DATA.fullmatch(blocks[n].text)]
    found.update(fields if len(fields) >= MIN_FIELDS else ())
    edges = [(range(n + 1, len(blocks)), range(n - 1, -1, -1)) for n in divisions]
    for after, before in [*edges, (range(len(blocks)), range(len(blocks) - 1, -1, -1))]:
        found.update(_notes_along(blocks, after))
        found.update(_notes_along(blocks, before))
    if any(ARCHIVE.search(block.text) for block in blocks[:FRONT_BLOCKS]):
        found.update(_sections(blocks, first))
    return dict.fromkeys(sorted(n for n in found if not blocks[n].level), "author's note")


def _is_note(text: str) -> bool:
    if len(text) <= EAST_ASIAN_CHARACTERS and EAST_ASIAN_NOTE.match(text):
        return not is_spoken(text)
    if LABELLED.match(text):
        return words_in(text) <= LABEL_WORDS and not is_dialogue(text)
    if words_in(text) > REQUEST_WORDS or not REQUEST.search(text):
        return False
    return not (is_dialogue(text) or is_spoken(text) or is_narration(REQUEST.sub("", text)))


def _notes_along(blocks: Sequence[Block], order: Iterable[int]) -> Iterator[int]:
    """The notes from an edge on, with the sign-offs between them and the edge, until the first other paragraph."""
    skipped: list[int] = []
    for n in list(takewhile(lambda n: not blocks[n].level, order))[:EDGE_BLOCKS]:
        if _is_note(blocks[n].text):
            yield from (*skipped, n)
            skipped = []
        elif words_in(blocks[n].text) <= SIGN_OFF_WORDS and not is_spoken(blocks[n].text) and not skipped:
            skipped.append(n)
        else:
            return


def _sections(blocks: Sequence[Block], first: int) -> Iterator[int]:
    """The sections of notes and summaries of a story from an archive: before the first chapter, and at ends of"
    " chapters."""
    for n, block in enumerate(blocks):
        if not SECTION.fullmatch(block.text) or is_spoken(block.text):
            continue
        yield n
        section = list(takewhile(lambda m: not blocks[m].level, range(n + 1, len(blocks))))[: EDGE_BLOCKS + 1]
        is_end = (
            n > first
            and len(section) <= EDGE_BLOCKS
            and block.text.lower().lstrip("[( ").startswith(("end", "chapter end"))
        )
        if n < first or is_end:
            yield from section
