"""How much prose of modern novels is lost to boilerplate rules, and how much boilerplate is left.

    python benchmarks/boilerplate.py [--books ../shared/data/books] [--seed 1] [--out FILE]

Prose: 300 lines of 30 kinds that sound like boilerplate or like headings (addresses, copyright, telegrams, log
entries), set into generated novels with copyright page and back matter: in the first chapter, in the middle, before the
last page. Boilerplate: the pages of those novels, in the front, in the back, and in the middle of a box set; and the
frames of real Project Gutenberg files, known by their start and end lines and by the markup of their EPUBs.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import html

import corpora

LISTS = """
Anna Bertram Colette Dora Edwin Flora Gilbert Hester Ivo Jude Kit Leila Marcus Nadia Owen Petra
garden harbour kitchen station meadow chapel library market attic cellar orchard ferry
walked looked turned waited listened hurried wandered paused
"""
NAMES, PLACES, VERBS = (line.split() for line in LISTS.strip().splitlines())
PROSE = {
    "address": ["“Go to find{place}.com,” {name} said, “and type in his name.”",
                "{name} copied www.{place}-{place2}.org onto the back of her hand and ran.",
                "He had written to {lower}@{place}.net twice, and twice the letter came back."],
    "social": ["“Did you find him on Facebook?” asked {name}, leaning over the table.",
               "{name} put her phone down; Twitter was full of pictures of the {place}.",
               "She followed {name} on Instagram for a year before they spoke."],
    "review": ["He was writing a long review of the {place} for Amazon, and he was not kind.",
               "“Leave a review,” {name} said, “and see what happens to the {place}.”",
               "The reviews on Goodreads had hurt {name} more than the divorce."],
    "copyright": ["She owned the copyright in {year}, and she never sold it, not even when the {place} burned.",
                  "“Copyright,” said {name}, “is what they took from my father in {year}.”",
                  "{name} had typed © {year} under the song and thought that was enough."],
    "rights": ["“All rights reserved,” {name} read aloud, and laughed at the {place} on the cover.",
               "He reserved all rights to the {place}, he told {name}, and locked the door.",
               "They said that no part of this work may be shown in the {place}, and {name} showed it anyway."],
    "isbn": ["He copied ISBN 97801{number} from the back cover onto his palm and went to the {place}.",
             "“The ISBN is smudged,” said {name}. “It could be any {place} in the world.”",
             "{name} searched for the ISBN and found nothing but a picture of a {place}."],
    "published": ["Published by a small press in York, his first poems had sold {number} copies, nine to {name}.",
                  "“First published in {year},” said {name}, “and never once read in this {place}.”",
                  "Printed in {year}, the map showed the {place} where {name} was born."],
    "fiction": ["“That report is a work of fiction,” said {name}. “You made up half of the {place}.”",
                "Any resemblance to her mother was an accident, {name} told herself in the {place}.",
                "The names were products of the author’s imagination, but {name} knew the {place}."],
    "thanks": ["“Thank you for reading the story to her,” said {name}, and shut the door of the {place}.",
               "“If you enjoyed this book, wait for the film,” {name} told the {place}.",
               "Thanks for reading, {name} had written under the letter, and he burned it in the {place}."],
    "gutenberg": ["{name} read a copy from Project Gutenberg on the bus, with the {place} sliding past.",
                  "“It’s on Project Gutenberg,” said {name}. “Nobody buys it, not even the {place}.”",
                  "He had proofread for Project Gutenberg in the years when he lived above the {place}."],
    "library": ["She sold her first novel on Smashwords and her second to nobody, {name} said in the {place}.",
                "“Smashwords?” said {name}. “Is that a band from the {place}?”",
                "{name} found the book on Feedbooks and lost the whole night in the {place}."],
    "newsletter": ["“Sign up for the newsletter,” said {name}, “it is the only way into the {place}.”",
                   "{name} had joined the mailing list of the {place} by mistake and could not leave.",
                   "She wrote the newsletter of the {place} for {number} weeks without a single answer."],
    "licence": ["“This ebook is licensed for your personal enjoyment only,” {name} recited in the {place}.",
                "He had given away his own copy, and {name} had resold hers at the {place}.",
                "They licensed the {place} to {name} for a year, with the roof and without the rain."],
    "edition": ["The second edition was kinder to {name} than the first, and it said nothing of the {place}.",
                "First edition, {name} thought, and slipped it under the coat in the {place}.",
                "“Kindle edition,” said {name}. “You cannot even throw it at the {place}.”"],
    "credit": ["Cover by cover {name} carried the books out of the {place}.",
               "Edited by moonlight, the letter looked better than it was, and {name} sent it from the {place}.",
               "Translated by ear, the song of the {place} made {name} cry."],
    "coming": ["Coming soon, said the board on the {place}, and {name} had believed it for {number} days.",
               "Coming home in {year}, {name} found the {place} gone.",
               "“Also by the harbour,” said {name}, “there is a {place}.”"],
    "telegram": ["ARRIVING {day} NOON STOP MEET {name_upper} STOP BRING {place_upper}",
                 "REGRET {place_upper} LOST STOP {name_upper} SAFE STOP LETTER FOLLOWS",
                 "DO NOT SELL {place_upper} STOP {name_upper} COMING {day} STOP"],
    "sign": ["KEEP OUT OF THE {place_upper}", "NO DOGS, NO BOATS, NO {name_upper}", "{place_upper} CLOSED UNTIL {day}"],
    "log": ["Day {small}. We ran out of water.", "Day {small}. The {place} is gone, and {name} with it.",
            "Night {small}. Nobody slept in the {place}."],
    "letter": ["MY DEAR {name_upper},", "DEAR {name_upper}: DO NOT GO TO THE {place_upper}.",
               "YOUR LOVING {name_upper}"],
    "verdict": ["Fine.", "The end.", "End of story, {name} thought."],
    "title words": ["About me you know nothing, {name}.", "Books by the dozen stood in the {place}.",
                    "Dedication was not enough for {name}."],
    "broken off": ["He came down from the {place} and said to {name}--", "The note from {name} read as follows:",
                   "Then, from the {place}, a voice —"],
    "number": ["Seventeen.", "Chapter one of {name}’s life was over.", "Part of {name} never left the {place}."],
    "contact": ["“Contact me at the {place},” said {name}, “or do not contact me at all.”",
                "Find her on the {place} stairs any evening, {name} had said, and there she was.",
                "{name} visited the web site of the {place} so often that it knew her."],
    "support": ["“Please support the {place},” said {name} to the tourists, and held out the tin.",
                "The money went to the author of the {place}’s misfortune, and {name} paid it.",
                "{name} purchased an additional copy of the key to the {place}."],
    "quoted title": ["“The {place_title}” was written in {year}, and {name} had hated it ever since.",
                     "“A {place_title} of One’s Own,” said {name}. “Volume two.”",
                     "They read “The {place_title}” to {name} until the fever broke."],
    "verse": ["The tide is full, the {place} dark", "and {name} sleeps beside the sea",
              "O leave the {place} to the rain"],
    "caps inside": ["IT WAS {name_upper}. It was always {name}.", "{name_upper}! The whole {place} heard it.",
                    "NO, thought {name}, NOT THE {place_upper}."],
    "email": ["To: {lower}@{place}.org", "Subject: the {place}", "“Send it to {lower}@{place}.org,” said {name}."],
}  # fmt: skip
"""Three sentences of each kind; their names and places change from novel to novel."""
FRONT = ["Smashwords Edition", "Published by {name} Vale at Smashwords", "Copyright {year} {name} Vale",
         "All rights reserved. No part of this book may be reproduced in any form without permission.",
         "This ebook is licensed for your personal enjoyment only. This ebook may not be re-sold or given away.",
         "This is a work of fiction. Names, characters and places are products of the author’s imagination.",
         "ISBN: 978-1-61234-{number}-7", "Cover design by {name} Studio"]  # fmt: skip
BACK = ["Thank you for reading this book. If you enjoyed it, please leave a review at your favorite retailer.",
        "Discover other titles by {name} Vale at Smashwords.com:", "Connect with me online:",
        "Twitter: http://twitter.com/{lower}vale", "Facebook: http://facebook.com/{lower}vale", "www.{lower}vale.com",
        "Sign up for my newsletter at http://{lower}vale.com/news"]  # fmt: skip
PAGE_WORDS = 5


def filled(template: str, chance: random.Random) -> str:
    """A template with names, places and numbers."""
    name, place = chance.choice(NAMES), chance.choice(PLACES)
    return template.format(
        name=name, name_upper=name.upper(), lower=name.lower(), place=place, place2=chance.choice(PLACES),
        place_upper=place.upper(), place_title=place.title(), year=chance.randint(1890, 2019),
        small=chance.randint(2, 40),
        number=chance.randint(10000, 99999), day=chance.choice(["MONDAY", "FRIDAY", "SUNDAY"]),
    )  # fmt: skip


def paragraph(chance: random.Random) -> str:
    """Five sentences of a plain story."""
    return " ".join(
        f"{chance.choice(NAMES)} {chance.choice(VERBS)} towards the {chance.choice(PLACES)} while "
        f"{chance.choice(NAMES)} {chance.choice(VERBS)} near the {chance.choice(PLACES)} and "
        f"counted {chance.randint(2, 999)} steps."
        for _ in range(5)
    )


def novel(lines: list[str], chance: random.Random, *, box_set: bool) -> tuple[str, list[str]]:
    """A novel with lines set into it, and its boilerplate.

    Args:
        lines: prose, spread over the first chapter, the middle, and the page before the last.
        chance: decides everything else.
        box_set: whether a second copyright page stands in the middle.
    """
    front, back = ([filled(text, chance) for text in texts] for texts in (FRONT, BACK))
    inner = [filled(text, chance) for text in FRONT[:6]] if box_set else []
    out = ["The Ship of Salt", f"by {chance.choice(NAMES)} Vale", *front]
    places = {0: (1, 3), 1: (10, 8), 2: (20, 18)}
    waiting = {place: lines[n::3] for n, place in places.items()}
    for chapter in range(1, 21):
        out += inner if chapter == 11 else []
        out.append(f"Chapter {chapter}")
        for number in range(20):
            out.append(paragraph(chance))
            for line in waiting.get((chapter, number), []):
                out += [line, paragraph(chance)]
    return "\n\n".join([*out, *back]) + "\n", [*front, *inner, *back]


def sentences(name: str, store: corpora.Store) -> dict[str, str]:
    """The text of each document, its sentences joined by spaces."""
    texts: dict[str, list[str]] = {}
    for batch in corpora.open(name, store=store).batches():
        for text, document in zip(batch["text"].to_pylist(), batch["document"].to_pylist(), strict=True):
            texts.setdefault(document, []).append(text)
    return {document: " ".join(parts) for document, parts in texts.items()}


def built(folder: Path) -> dict[str, str]:
    """What `corpora build books` keeps of a folder."""
    with tempfile.TemporaryDirectory() as home:
        store = corpora.Store(Path(home))
        corpora.build(f'books:folder="{folder}"', name="books", duplicates="keep", store=store)
        return sentences("books", store)


def generated(seed: int) -> Iterator[str]:
    """Measure the generated novels."""
    chance = random.Random(seed)
    lines = [(kind, filled(text, chance)) for kind, texts in PROSE.items() for text in texts for _ in range(4)][:360]
    chance.shuffle(lines)
    lines = lines[:300]
    expected: dict[str, tuple[list[tuple[str, str]], list[str]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(20):
            mine = lines[number * 15 : number * 15 + 15]
            text, boilerplate = novel([text for _, text in mine], chance, box_set=number % 2 == 1)
            (Path(folder) / f"{number:02}.txt").write_text(text, encoding="utf-8")
            expected[f"{number:02}.txt"] = mine, boilerplate
        found = built(Path(folder))
    lost = [(kind, text) for book, (prose, _) in expected.items() for kind, text in prose if text not in found[book]]
    pages = [(book, text) for book, (_, boilerplate) in expected.items() for text in boilerplate]
    left = [text for book, text in pages if text in found[book]]
    yield f"generated: {len(lost)} of {len(lines)} lines of prose lost ({len(lost) / len(lines):.2%})"
    yield from (f"  lost, {kind}: {text}" for kind, text in lost)
    removed = len(pages) - len(left)
    yield f"generated: {removed} of {len(pages)} lines of boilerplate removed ({removed / len(pages):.2%})"
    yield from (f"  left, {count} times: {text}" for text, count in Counter(left).most_common())


def real_frames(books: Path) -> Iterator[tuple[str, Path, str]]:
    """The frames of real Gutenberg files: a name, the file, and the text of header and licence."""
    for path in sorted((books / "gutenberg-raw").glob("*.txt")):
        text = path.read_text(encoding="latin-1")
        start, end = re.search(r"\*\*\* ?START OF[^\n]*", text), re.search(r"\*\*\* ?END OF", text)
        if start and end:
            yield path.name, path, text[: start.end()] + "\n" + text[end.start() :]
    for path in sorted((books / "epub").glob("pg*.epub")):
        with zipfile.ZipFile(path) as archive:
            pages = [archive.read(name) for name in archive.namelist() if name.endswith("html")]
        frames = [frame for page in pages for frame in html.fromstring(page).find_class("pg-boilerplate")]
        yield path.name, path, "\n".join(" ".join(frame.itertext()) for frame in frames)


def grams(text: str) -> set[tuple[str, ...]]:
    """The sequences of five words in a text."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[n : n + PAGE_WORDS]) for n in range(len(words) - PAGE_WORDS + 1)}


def real(books: Path) -> Iterator[str]:
    """Measure the frames of real files, in sequences of five words."""
    total = left = 0
    for name, path, frame in real_frames(books):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copyfile(path, Path(folder) / path.name)
            text = built(Path(folder))[path.name]
        wanted = grams(frame)
        total, left = total + len(wanted), left + len(wanted & grams(text))
        yield f"real, {name}: {len(wanted & grams(text))} of {len(wanted)} sequences of the frame left"
    if total:
        yield f"real: {1 - left / total:.2%} of {total} sequences of frames removed"


def main() -> None:
    """Print every measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--books", type=Path, default=Path("../shared/data/books"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    lines = [*generated(given.seed), *(real(given.books) if given.books.exists() else ())]
    print("\n".join(lines))
    if given.out:
        given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
