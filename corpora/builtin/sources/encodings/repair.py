"""Restore text that had been decoded with the wrong encoding before it was written, if that can be done reliably."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from string import punctuation
from typing import Literal

from corpora import Document
from corpora.builtin.filters.mojibake import quoted_words

COUNTS, REPAIRED = "mojibake", "repaired paragraphs"
"""The table of counts in a document's metadata, which a build sums over all documents, and its only entry."""

SUSPECT = re.compile(
    "[\x80-\x9f]"
    "|[ÂÃÄÅÎÏÐÑ×ØÙĂĹĎĐŃŘŮĞ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸŚŤŹśťźˇ˘ŁĄŞŻłąşľ˝Ľż ]"
    "|[àáâãäåæçèéêëìíîïðŕăĺćčďđğ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸŚŤŹśťźˇ˘ŁĄŞŻłąşľ˝Ľż]{2}"
    "|[ВГРС][\xa0-\xbfЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџЎўЈҐЁЄЇІіґё№єјЅѕї]|вЂ"
    "|[√≈‚├┬╬╧╨╤┘╪╫][^\x00-\x7f]|Γ[ÇÖ]|≡ƒ|∩╝"
)
"""How UTF-8 looks when it is decoded with a Western, Central European, Turkish or Cyrillic encoding, Mac Roman or
cp437; some of it occurs in good text too."""
RUN = re.compile(r"[^\x00-\x7f]+")
MARKS = frozenset("”’“‘–—…™•‚„›‹†‡»«®°²³¹ºª·§¶¡¿\xa0\xad")
"""What can follow a word in good text, such as the quotation mark in `AMANHÃ”`, which could also be a broken Ô."""
CLOSING = MARKS - frozenset("–—’…™¡¿\xa0\xad")
"""Marks that no letter follows directly."""
DASHES = frozenset("–—…•")
SAME = frozenset("ÂВΒ")
"""Before a character, its encoding: `Â»` is a broken `»`."""
BREAKS = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
LOST_QUOTE = re.compile(r"(?<=[\w.,;:!?…])â€(?=[ )\]]|$)")
"""A closing quotation mark whose last byte, which Windows-1252 does not have, was lost."""
LONGEST_WORD = 40
Doubt = Literal["", "capitals", "quoted", "both forms", "alone"]


@dataclass(frozen=True)
class _Change:
    """One place that ftfy would restore."""

    start: int
    stop: int
    new: str
    doubt: Doubt = ""
    """Why the text could be good: a capital and a mark, a quotation of broken text, a word that the paragraph has in
    its good form too, or no word next to it."""


def repaired(document: Document) -> Document:
    """The document with its paragraphs restored, and their number in its metadata.

    ftfy is applied only to paragraphs that may be broken, and only its repair of the encoding is used: quotation marks,
    ligatures and widths are not changed. Good text can look broken too: `“AMANHÃ”`, or an article that quotes `Ã©`. So
    a paragraph is restored only if one place in it cannot be good text, and places that can be are restored only in
    paragraphs without other accented letters or marks, which would have been broken as well.
    """
    found = {
        number: _broken(paragraph)
        for number, paragraph in enumerate(document.paragraphs)
        if not paragraph.isascii() and SUSPECT.search(paragraph)
    }
    found = {number: broken for number, broken in found.items() if broken.changes}
    if not found:
        return document
    paragraphs = list(document.paragraphs)
    certain = sum(broken.is_certain for broken in found.values())
    all_broken = certain > sum(broken.has_good for broken in found.values())
    for number, broken in found.items():
        restored = broken.restored(all_broken)
        paragraphs[number] = restored if restored.strip() else paragraphs[number]
    count = sum(new != old for new, old in zip(paragraphs, document.paragraphs, strict=True))
    if not count:
        return document
    metadata = {**document.metadata, COUNTS: {REPAIRED: count}}
    return replace(document, paragraphs=tuple(paragraphs), metadata=metadata)


@dataclass(frozen=True)
class _Broken:
    """A paragraph that ftfy would restore, and where."""

    paragraph: str
    text: str
    """The paragraph with the bytes that were lost from closing quotation marks."""
    changes: tuple[_Change, ...]

    @property
    def is_certain(self) -> bool:
        """Whether at least one place cannot be good text."""
        return any(not change.doubt for change in self.changes)

    @property
    def has_good(self) -> bool:
        """Whether there are characters that would have been broken with the rest, but are not."""
        outside = _outside(self.text, [(change.start, change.stop) for change in self.changes])
        return not outside.replace("\xa0", "").replace("\ufffd", "").isascii()

    def restored(self, all_broken: bool) -> str:
        """The paragraph after those of its changes that are safe.

        Args:
            all_broken: whether more of the document's paragraphs are certainly broken than have good characters.
        """
        if self.is_certain:
            unsafe = ("capitals", "quoted") if self.has_good else ()
        elif all_broken and not self.has_good:
            unsafe = ("quoted", "both forms")
        else:
            return self.paragraph
        return _changed(self.text, [change for change in self.changes if change.doubt not in unsafe])


def _broken(paragraph: str) -> _Broken:
    """Where ftfy would restore a paragraph; ASCII stays, so its runs of other characters correspond one to one."""
    import ftfy

    text = LOST_QUOTE.sub("â€\x9d", paragraph)
    fixed: str = ftfy.fix_encoding(text)
    runs, new_runs = list(RUN.finditer(text)), RUN.findall(fixed)
    if fixed == text or len(runs) != len(new_runs):
        return _Broken(paragraph, text, ())
    places = []
    for run, new in zip(runs, new_runs, strict=True):
        if run.group() != new:
            begin, end = _shared_ends(run.group(), new)
            core = BREAKS.sub(" ", new[begin : len(new) - end]).replace("\ufeff", "")
            stop = run.end() - end
            lost_space = core.endswith("à") and text[stop - 1] == "Ã" and text[stop : stop + 2] in ("  ", " ")
            places.append(_Change(run.start() + begin, stop + lost_space, core))
    outside = _outside(text, [(place.start, place.stop) for place in places])
    quotations = [match.span() for match in quoted_words(text)]
    judged = [replace(place, doubt=_doubt(text, place, places, outside, quotations)) for place in places]
    return _Broken(paragraph, text, tuple(judged))


def _shared_ends(old: str, new: str) -> tuple[int, int]:
    """How many characters at the beginning and at the end of a run stay."""
    least = min(len(old), len(new)) - 1
    begin = next((at for at in range(least) if old[at] != new[at]), least)
    least -= begin
    end = next((at for at in range(least) if old[-1 - at] != new[-1 - at] or old[-2 - at] in SAME), least)
    return begin, end


def _outside(paragraph: str, spans: Sequence[tuple[int, int]]) -> str:
    """The paragraph without the places that change."""
    starts = [0, *(stop for _, stop in spans)]
    stops = [*(start for start, _ in spans), len(paragraph)]
    return "\0".join(paragraph[start:stop] for start, stop in zip(starts, stops, strict=True))


def _doubt(
    text: str, place: _Change, places: Sequence[_Change], outside: str, quotations: Sequence[tuple[int, int]]
) -> Doubt:
    """Why a place could be good text; empty if it cannot."""
    start, stop, new = place.start, place.stop, place.new
    old, before, after = text[start:stop], text[start - 1 : start], text[stop : stop + 1]
    if any(begin <= start and stop <= end for begin, end in quotations):
        return "quoted"
    is_alone = not (before.isalnum() or after.isalnum())
    word = _word(text, start, stop, places)
    if (word and not word.isascii() and word in outside) or (is_alone and new in outside):
        return "both forms"
    if len(old) > 3 or any("\x80" <= character <= "\x9f" for character in old):
        return ""
    if len(old) == 2 and old[0].isupper() and old[1] in MARKS:
        ends_sentence = old[0] == "Â" and before != "" and before in ".,;:!?"
        begins_word = after.islower() and new.isalpha() and not before.isalpha() and not old[1].isspace()
        joins_words = after.isalpha() and old[1] in CLOSING
        sure = before.islower() or before.isdigit() or ends_sentence or begins_word or joins_words
        return "" if sure else "capitals"
    follows_mark = len(old) > 2 and before != "" and not before.isspace()
    return "alone" if is_alone and new not in DASHES and not follows_mark else ""


def _word(text: str, start: int, stop: int, places: Sequence[_Change]) -> str:
    """The restored word around a place, without ASCII punctuation."""
    begin = max(text.rfind(" ", 0, start) + 1, start - LONGEST_WORD)
    end = text.find(" ", stop, stop + LONGEST_WORD)
    end = min(len(text), stop + LONGEST_WORD) if end < 0 else end
    inside = [
        replace(each, start=each.start - begin, stop=each.stop - begin)
        for each in places
        if begin <= each.start and each.stop <= end
    ]
    return _changed(text[begin:end], inside).strip(punctuation)


def _changed(text: str, changes: Sequence[_Change]) -> str:
    return "".join(_parts(text, changes))


def _parts(text: str, changes: Sequence[_Change]) -> Iterator[str]:
    at = 0
    for change in changes:
        yield text[at : change.start]
        yield change.new
        at = change.stop
    yield text[at:]
