"""Line breaks in plain text: which are paragraphs, and which only hard wraps."""

import textwrap
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpora.builtin.sources.books.formats.paragraph_layout import layout_of
from corpora.builtin.sources.books.formats.plain_text import blocks_of
from corpora.builtin.sources.books.formats.running_heads import MIN_PAGES

PROSE = (
    "It was a bright cold day in the valley, and the clocks of the old town were striking thirteen as she came in.",
    "“Is he in?” asked the stranger, who had not taken off his hat. “How very efficient of you, my dear Watson.”",
    "Nobody answered him. The fire had burned low, the lamp was smoking, and outside the rain went on falling.",
)
BOOK = PROSE * 12


def texts(text):
    return [block.text for block in blocks_of(text, transcribed=True) if not block.rule]


@pytest.mark.parametrize("between", ["\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\n \n"])
def test_one_line_a_paragraph_is_kept(between):
    assert texts(between.join(BOOK)) == list(BOOK)


@pytest.mark.parametrize("width", [40, 65, 72, 80])
def test_hard_wraps_are_undone(width):
    assert texts("\n\n".join(textwrap.fill(p, width) for p in BOOK)) == list(BOOK)


@pytest.mark.parametrize("indent", [" ", "    ", "\t"])
@pytest.mark.parametrize("margin", ["", "          "])
def test_indents_mark_paragraphs_in_any_margin(indent, margin):
    wrapped = [textwrap.fill(p, 60, initial_indent=indent) for p in BOOK]
    assert texts(textwrap.indent("\n".join(wrapped), margin)) == list(BOOK)


def test_indents_mark_paragraphs_where_most_lines_are_speeches():
    speeches = ["“No, I do not,” he said.", "“Yes.”", PROSE[2]] * 60
    assert texts("\n".join(textwrap.fill(p, 60, initial_indent="   ") for p in speeches)) == speeches


def test_hanging_indents_mark_paragraphs():
    assert texts("\n".join(textwrap.fill(p, 60, subsequent_indent="   ") for p in BOOK)) == list(BOOK)


@pytest.mark.parametrize("chapters", ["\n", "\n\n"])
def test_short_last_lines_mark_paragraphs_where_nothing_else_does(chapters):
    chapter = "\n".join(textwrap.fill(p, 60) for p in BOOK)
    assert texts(chapters.join([chapter] * 8)) == list(BOOK) * 8


def test_wrapped_text_with_a_blank_line_after_each_line_is_one_text():
    text = "\n\n\n".join(textwrap.fill(p, 60).replace("\n", "\n\n") for p in BOOK)
    assert layout_of(text) == "double-spaced"
    assert texts(text) == list(BOOK)


def test_the_last_paragraph_counts_without_a_final_line_break():
    assert texts("First.\n\nSecond.\n\nThe end of it") == ["First.", "Second.", "The end of it"]


def test_short_speeches_on_their_own_lines_stay_apart():
    speeches = ["“No.”", "“Yes.”", "He left.", "“And so?”", "She laughed at that."] * 20
    assert texts("\n".join(speeches)) == speeches


def test_a_word_that_the_wrap_cut_is_whole_again_and_a_hyphen_stays():
    text = "\n\n".join([*(textwrap.fill(p, 60) for p in BOOK), "the strang-\ner wore a well-\nworn coat"])
    assert texts(text)[-1] == "the stranger wore a well-worn coat"


def test_italics_page_numbers_and_pictures_leave_the_sentence_whole():
    text = "He was _very late_. [Illustration: A clock] {12} It was ten."
    assert texts(text) == ["He was very late. It was ten."]
    first, *_ = blocks_of(text, transcribed=True)
    assert (first.text, first.rule) == ("[Illustration: A clock]", "picture")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("She wrote =never= on the =red wall=.", "She wrote never on the red wall."),
        ("A man[oe]uvre of [OE]dipus and C[ae]sar.", "A manœuvre of Œdipus and Cæsar."),
        ("It is am[=a]re, b[)e]n, M[:u]nchen, caf['e], se[~n]or, gar[,c]on.",
         "It is amāre, bĕn, München, café, señor, garçon."),
        ("M^r. Hale and M^{rs}. Hale, the 5^{th} of May.", "Mr. Hale and Mrs. Hale, the 5th of May."),
        ("Nine weeks{Endnote 14} and a day.[Note 3]", "Nine weeks and a day."),
        ("It cost 2_s._ 6_d._ at the +Red Bell+, and __never__ less.",
         "It cost 2s. 6d. at the Red Bell, and never less."),
        ("He rowed [p. 31] all night.", "He rowed all night."),
        ("A C++ course for 3 + 4 people + staff.", "A C++ course for 3 + 4 people + staff."),
        ("[Sidenote: The storm.] The wind rose.", "The wind rose."),
        ("|MRS. Hale lived by the road.", "MRS. Hale lived by the road."),
        ("He said [Greek: logos] twice.", "He said logos twice."),
        ("[Illustration: A [_large_]\n\nclock]\n\nIt was ten.", "It was ten."),
        ("[Plate IV: The quay]\n\nIt was ten.", "It was ten."),
        ("[Transcriber's Note: Commas were added.]\n\nIt was ten.", "It was ten."),
        ("Then 2 + 2 = 4 and x = y; a ^ b, x^n, 10^6.", "Then 2 + 2 = 4 and x = y; a ^ b, x^n, 10^6."),
        ("She said [sic] that he [her son] had gone.", "She said [sic] that he [her son] had gone."),
        ("[Music plays, and they dance.]", "[Music plays, and they dance.]"),
        ("[SN: The storm.] The wind rose.", "The wind rose."),
        ("{Illustration: A clock}\n\nIt was ten.", "It was ten."),
        ("It was $very late$ and #very cold#.", "It was very late and very cold."),
        ("It cost $5 and then $6. US$ and A$ fell.", "It cost $5 and then $6. US$ and A$ fell."),
        ("We ate the\n\n[Pg 12]\n\nlast of the bread.", "We ate the last of the bread."),
        ("We shut the win-\n\n[Illustration: A clock]\n\ndow at ten.", "We shut the win-dow at ten."),
    ],
)  # fmt: skip
def test_what_transcribers_mark_is_read_as_printed(written, read):
    assert texts(written) == [read]


def test_notes_and_their_marks_are_not_part_of_a_line_or_paragraph():
    text = "It was late[1] then[A] [sic].\n\n[1] In May.\n\n[Footnote A: In June.]\n\nA big [Footnote: Old] cup[*]."
    assert texts(text) == ["It was late then [sic].", "A big cup."]
    assert texts("One,[1] two.[2]\n\nThree.[3]") == ["One, two.", "Three."]


def test_brackets_behind_words_are_words_where_no_note_is():
    assert texts("The items[0], x[A] and m[3].\n\n[B] It is.") == ["The items[0], x[A] and m[3].", "[B] It is."]


def test_soft_hyphens_zero_width_and_no_break_spaces_leave_plain_words():
    assert texts("ex\xadtra\u200bordinary\xa0men") == ["extraordinary men"]


def test_a_line_said_over_and_over_at_one_place_is_text():
    said = ["He wrote:", "All work", "All work", "All work", "All work", "and no play."]
    assert " ".join(texts("\n".join(said))).split() == " ".join(said).split()


@given(st.lists(st.text("abc XYZ.,“”\xa0", min_size=1), min_size=1))
def test_no_word_is_lost(lines):
    assume(max(Counter(line.strip() for line in lines).values()) < MIN_PAGES)  # then it may be a running head
    assert " ".join(texts("\n".join(lines))).split() == " ".join(lines).split()


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\v"])
def test_other_characters_for_line_breaks_are_line_breaks(mark):
    assert texts(mark.join(BOOK)) == list(BOOK)


@pytest.mark.parametrize("indent", ["\xa0\xa0", "\u2003", "\u3000"])
def test_indents_of_other_spaces_mark_paragraphs(indent):
    assert texts("\n".join(textwrap.fill(p, 60, initial_indent=indent) for p in BOOK)) == list(BOOK)


def test_text_that_is_quoted_in_a_mail_is_read_without_the_signs():
    wrapped = "\n\n".join(textwrap.fill(p, 60) for p in BOOK)
    assert texts(textwrap.indent(wrapped, "> ", lambda _: True)) == list(BOOK)


def test_entities_and_tags_in_plain_text_are_read():
    text = "<p>It was <em>late</em>&mdash;very.</p>\n<p>&#8220;No,&#8221; said Q&amp;A&hellip; AT&T; and R&D.</p>"
    assert texts(text) == ["It was late—very.", "“No,” said Q&A… AT&T; and R&D."]


@pytest.mark.parametrize("hyphen", ["-", "\xad", "¬"])
def test_words_cut_at_line_ends_are_joined_in_a_text_that_cuts_words(hyphen):
    words = ("morning", "window", "evening", "quarrelsome")
    known = " ".join(words[:3]) + " and then nothing at all but rain and more rain on the roof."
    cut = [
        f"There was a {w[:3]}{hyphen}\n{w[3:]} of rain over the low roofs\nof the town and the cold river."
        for w in words
    ]
    whole = [f"There was a {w} of rain over the low roofs of the town and the cold river." for w in words]
    assert texts("\n\n".join([known, *cut])) == [known, *whole]


def test_a_compound_cut_at_its_hyphen_keeps_it():
    cut = "He drank the half-\nempty glass with the left-handed\nman, who had a half-empty one\nof his own, and left."
    assert texts(cut)[0].startswith("He drank the half-empty glass")


def pages(paragraphs, head):
    """Hard-wrapped paragraphs on pages of 11 lines, each with a head."""
    lines = "\n\n".join(textwrap.fill(p, 60) for p in paragraphs).split("\n")
    cut = [lines[n : n + 11] for n in range(0, len(lines), 11)]
    return "\n".join("\n".join([*head(number), *page]) for number, page in enumerate(cut, start=7))


@pytest.mark.parametrize(
    "head",
    [
        lambda n: [str(n)],
        lambda n: ["", f"- {n} -", ""],
        lambda n: ["", f"Page {n} of 300", "", ""],
        lambda n: [f"THE LAMP BOAT      {n}" if n % 2 else f"{n}      ADA QUILL", ""],
        lambda n: ["", str(n), "", "The Lamp Boat", ""],
    ],
)
def test_page_numbers_and_running_heads_go_and_their_sentences_are_whole(head):
    paragraphs = [" ".join(PROSE[n % 3 :] + PROSE[: n % 3]) for n in range(24)]
    assert texts(pages(paragraphs, head)) == paragraphs


def test_numbered_chapters_and_refrains_are_not_running_heads():
    chapters = "\n\n".join(f"{n}\n\n{PROSE[0]}\n\nROW, ROW, ROW THE BOAT\n\n{PROSE[2]}" for n in range(1, 9))
    kept = texts(chapters)
    assert (kept.count("ROW, ROW, ROW THE BOAT"), kept.count("7")) == (8, 1)


def test_a_heading_above_paragraphs_that_end_in_short_lines_stands_alone():
    lines = "\n".join(textwrap.fill(p, 60) for p in BOOK)
    assert texts(f"THE FERRY\n{lines}\nTHE WIND\n{lines}").count("THE WIND") == 1


@pytest.mark.parametrize("rule", ["* * *", "-----", "======", "~*~*~"])
def test_a_line_of_signs_parts_what_is_above_it_from_what_is_below(rule):
    wrapped = [textwrap.fill(line, 50) for line in BOOK]
    text = "\n\n".join(wrapped[:6]) + f"\n{rule}\n" + "\n\n".join(wrapped[6:])
    assert [line for line in texts(text) if any(map(str.isalnum, line))] == list(BOOK)


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("It was *very* late, and *so was\nshe*.", "It was very late, and so was she."),
        ("**No!** she thought. “*Never*,” he said.", "No! she thought. “Never,” he said."),
        ("He said f**k, and 3*4*5, and went.", "He said f**k, and 3*4*5, and went."),
        ("[b]Late[/b] it [I]was[/I], said [size=4]he[/size] [12].", "Late it was, said he [12]."),
        ("The label [i] stood on the jar.", "The label [i] stood on the jar."),
    ],
)
def test_marks_of_emphasis_on_the_web_are_not_read(marked, text):
    assert text in texts("\n\n".join([*(textwrap.fill(line, 60) for line in BOOK), marked]))


def test_a_chapter_between_indented_paragraphs_is_a_line_of_its_own():
    wrapped = [textwrap.fill(line, 50, initial_indent="    ") for line in BOOK]
    assert texts("\n".join([*wrapped[:5], "Chapter 2", *wrapped[5:]])) == [*BOOK[:5], "Chapter 2", *BOOK[5:]]


@pytest.mark.parametrize("line", ["老人は窓を開けて、海を見ていた。", "노인은 창문을 열고 바다를 보았다."])
def test_paragraphs_of_one_length_in_scripts_without_case_stay_apart(line):
    assert texts("\n\n".join([line] * 40)) == [line] * 40
