"""Notes in EPUBs are told from the text by their markup, by links, or by their numbers, and recorded."""

import pytest

from corpora.builtin.sources.books.formats.epub import read_epub

STORY = "".join(
    f"<p>The ferry was late on day {n}, and nobody on the quay knew why it was late.</p>" for n in range(12)
)
NOTES = ["In the year of the frost.", "The office burned down.", "So he told his wife."]
LINKED = "".join(f'<p>He wrote<a id="r{n}" href="{{0}}#n{n}"><sup>{n}</sup></a> again.</p>' for n in (1, 2, 3))
PLAIN = "".join(f"<p>He wrote again.<sup>{n}</sup></p>" for n in (1, 2, 3))
ITEMS = "".join(f'<li id="n{n}"><p>{note} <a href="c0.xhtml#r{n}">↩</a></p></li>' for n, note in enumerate(NOTES, 1))
PARAGRAPHS = "".join(f'<p id="n{n}"><a href="c0.xhtml#r{n}">{n}</a>. {note}</p>' for n, note in enumerate(NOTES, 1))
ROWS = "".join(f'<dt id="n{n}"><a href="#r{n}">[{n}]</a></dt><dd>{note}</dd>' for n, note in enumerate(NOTES, 1))
NUMBERED = "".join(f"<p>{n}. {note}</p>" for n, note in enumerate(NOTES, 1))


def read(path):
    blocks = read_epub(path).blocks
    return [block.text for block in blocks if not block.rule], [b.text for b in blocks if b.rule == "note"]


@pytest.mark.parametrize(
    "notes",
    [
        f'<section epub:type="endnotes"><h2>Notes</h2><ol>{ITEMS}</ol></section>', f"<h1>Endnotes</h1><ol>{ITEMS}</ol>",
        f'<section role="doc-endnotes">{PARAGRAPHS}</section>', PARAGRAPHS, f"<h2>Notes</h2>{PARAGRAPHS}",
        f"<h2>NOTES</h2><dl>{ROWS}</dl>",
    ],
    ids=range(6),
)  # fmt: skip
def test_a_text_of_notes_is_no_text(make_epub, notes):
    told, removed = read(make_epub(STORY + LINKED.format("c1.xhtml"), notes, STORY))
    assert told.count("He wrote again.") == 3 and len(told) == 27
    assert all(any(note in text for text in removed) for note in NOTES)


@pytest.mark.parametrize(
    "notes",
    [
        "".join(f'<aside epub:type="footnote" id="n{n}"><p>{note}</p></aside>' for n, note in enumerate(NOTES, 1)),
        "".join(f'<p class="MsoFootnoteText">{note}</p>' for note in NOTES),
        "".join(f'<div class="footnote"><p><a href="#r1">[1]</a> {note}</p></div>' for note in NOTES),
        f"<hr/>{PARAGRAPHS}",
    ],
    ids=range(4),
)
def test_notes_at_the_end_of_a_chapter_are_no_text(make_epub, notes):
    told, removed = read(make_epub(STORY + LINKED.format("") + notes, STORY))
    assert told.count("He wrote again.") == 3 and len(told) == 27 and len(removed) == 3


def test_numbered_notes_that_nothing_links_to_belong_to_the_marks(make_epub):
    chapters = f"<h2>Notes</h2><h3>Chapter 1</h3>{NUMBERED}<h3>Chapter 2</h3>{NUMBERED}"
    told, removed = read(make_epub(STORY + PLAIN, STORY + PLAIN, chapters))
    assert told.count("He wrote again.") == 6 and not any(note in text for note in NOTES for text in told)
    assert len(removed) >= 6


@pytest.mark.parametrize(
    ("before", "page"),
    [
        ("", f"<h2>Notes</h2>{NUMBERED}"),
        (
            "",
            "<aside><p>In the year of the frost.</p></aside><p>The office burned down.</p><p>So he told his wife.</p>",
        ),
        ('<p><a id="t1" href="#c">1</a></p>', f'<p id="c"><a href="#t1">1</a></p><p>{" ".join(NOTES)}</p>'),
        ('<p>Chapter <a id="t1" href="#c">1</a></p>', f'<p id="c">{" ".join(NOTES)}</p>'),
        ("", f'<p>Turn to <a href="#x">page 12</a>.</p><p id="x">{" ".join(NOTES)}</p>'),
        ("", f'<p class="footnotesize">{" ".join(NOTES)}</p>'),
    ],
    ids=range(6),
)
def test_chapters_asides_and_targets_of_other_links_are_text(make_epub, before, page):
    told, removed = read(make_epub(before + STORY, page, STORY))
    assert all(any(note in text for text in told) for note in NOTES) and not removed


def test_a_book_whose_markup_calls_most_of_it_notes_is_text(make_epub):
    told, removed = read(make_epub(f'<div class="footnotes">{STORY}</div>', "<p>One.</p>"))
    assert len(told) == 13 and not removed
