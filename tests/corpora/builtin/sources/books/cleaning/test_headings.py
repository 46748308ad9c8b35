"""A heading is told from a sentence by its neighbours."""

import pytest

from corpora.builtin.sources.books.cleaning.cleaner import document_of
from corpora.builtin.sources.books.cleaning.heading_words import division_of, number_of
from corpora.builtin.sources.books.cleaning.headings import is_division
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook

STORY = [
    "The harbour lay quite still that morning, and not a soul was to be seen on the long grey mole.",
    "“You are late,” said the ferryman, without looking up from the rope that he was splicing.",
    "She sat down beside him and said nothing, for there was nothing that could have been said.",
] * 4


def paragraphs(*texts):
    return document_of(ParsedBook(tuple(Block(text) for text in texts)), "book").paragraphs


def headings(*texts):
    return [text for _, text in document_of(ParsedBook(tuple(Block(text) for text in texts)), "book").headings]


@pytest.mark.parametrize(
    "line",
    ["Chapter 1", "CHAPTER XII.",
     "Chapter Four: The Ferry", "BOOK THE SECOND", "Part II — Winter", "IV.", "12", "Prologue",
     "Rozdział pierwszy", "Capítulo segundo", "Chapitre premier", "Глава третья", "Kapitel zwölf",
     "第十二章 归来", "第3回", "제7장 편지", "บทที่ 4", "序章", "終章", "（了）", "全文完",
     "THE FIFTH PART: THE TALE", "Kapitel 3", "Drittes Kapitel", "Chapitre II", "Capítulo 4", "Глава 5", "EPILOGUE."],
)  # fmt: skip
def test_a_division_of_a_book_is_told_by_its_words(line):
    assert is_division(line)


@pytest.mark.parametrize(
    "line",
    ["Chapter one of my life was over.", "Part of me wanted to go.", "Book I read yesterday", "I see.", "Act now!",
     "One day, a notable one, we read on", "Civil", "“I.”"],
)  # fmt: skip
def test_a_sentence_is_no_division(line):
    assert not is_division(line)


@pytest.mark.parametrize(
    ("text", "number"), [("XIV", 14), ("the Third", 3), ("twenty-one", 21), ("7th", 7), ("many", None)]
)
def test_numbers_are_read_as_words_numerals_and_digits(text, number):
    assert number_of(text) == number


OPENINGS = [
    ["He came down before the lamps were out and said to her--"],
    ["It was the 5th of May, 1911, when—"],
    ["The letter began as follows:"],
    ["ARRIVING MONDAY NOON STOP MEET TRAIN STOP COLE"],
    ["Rain.", "More rain.", "Nobody came."],
    ["The sea came in, the sea went out,", "The fishers stood and stared about", "And no one spoke, and no one knew"],
    ["Day 5. We ran out of water."],
]


@pytest.mark.parametrize("opening", OPENINGS)
def test_what_opens_a_chapter_is_text(opening):
    texts = [*opening, *STORY, *STORY]
    assert paragraphs("The Ferry", "by Ada Moor", "Chapter 1", *texts, "Chapter 2", *STORY) == (*texts, *STORY)


@pytest.mark.parametrize(
    "line",
    ["KEEP OUT OF THE MARSH", "TO WHOM IT MAY CONCERN", "MY DEAR COLE,", "BOOM!", "Day 5. We ran out of water.",
     "Fine.", "Seventeen.", "One", "TWENTY-TWO",
     "12", "IV.", "Stories from the war were all he told.", "Dedication was not enough for her.",
     "1. Do not open the door.", "Part of her never left the ferry."],
)  # fmt: skip
def test_a_line_amid_a_chapter_is_text(line):
    texts = [*STORY, line, *STORY]
    assert paragraphs("Chapter 1", *texts, "Chapter 2", *STORY, "Chapter 3", *STORY) == (*texts, *STORY, *STORY)


def book(*heads):
    return [text for head in heads for text in (head, *STORY)]


@pytest.mark.parametrize(
    "heads",
    [["I", "II", "III"], ["One", "Two", "Three"], ["TWENTY", "TWENTY-ONE", "TWENTY-TWO"],
     ["1", "2", "3"], ["1. The Mole", "2. Salt", "3. A Letter"], ["1984", "1985", "1991"],
     ["Day 1", "Day 2", "Day 3"], ["THE MOLE", "SALT", "A LETTER"], ["Part One: Salt", "Part Two: Sand"]],
)  # fmt: skip
def test_numbers_that_count_on_and_regular_capitals_are_headings(heads):
    assert headings(*book(*heads)) == heads
    assert paragraphs(*book(*heads)) == tuple(STORY * len(heads))


def test_titles_under_numbers_are_headings_where_most_chapters_have_one():
    titled = [text for n in range(1, 7) for text in (f"Chapter {n}", f"In which {n} things go wrong", *STORY)]
    assert paragraphs(*titled) == tuple(STORY * 6)
    once = [text for n in range(1, 7) for text in (f"Chapter {n}", *(["And nobody came"] if n == 3 else []), *STORY)]
    assert "And nobody came" in paragraphs(*once)


def test_a_log_whose_entries_count_on_is_text():
    log = [f"Day {n}. We ate the last of the {food}." for n, food in enumerate(("bread", "fish", "rope", "salt"), 1)]
    assert paragraphs("Chapter 1", *STORY, *log, *STORY) == (*STORY, *log, *STORY)


@pytest.mark.parametrize(
    ("text", "value"), [("第十二章", 12), ("第一〇三回", 103), ("第两百零五章", 205), ("บทที่ ๑๔", 14)]
)
def test_numbers_of_east_asian_chapters_are_understood(text, value):
    division = division_of(text)
    assert division is not None and division.number == value


@pytest.mark.parametrize("line", ["第一章的内容他早已忘记。", "第二天，雨停了。", "序章是他写的。"])
def test_chinese_sentences_are_no_divisions(line):
    assert not is_division(line)


@pytest.mark.parametrize("line", ["Parte primitiva", "Livre deux fois par jour", "Глава первого дома"])
def test_words_that_begin_like_numbers_in_other_languages_are_no_divisions(line):
    assert not is_division(line)


def test_a_chinese_novel_keeps_its_text_and_loses_its_title_page():
    first = ["第一章 渡口", "清晨的雾还没有散，渡口上只有一个老人，他望着对岸的山。", "“今天不开船了。”老人说。"]
    second = ["她没有回答。", "第二章 来信", "信是三天以前到的，没有署名，信封上盖着陌生的邮戳。"]
    chapters = [*first, *second]
    assert paragraphs("雾中的灯塔", "林晓 著", *chapters) == tuple(text for text in chapters if text[0] != "第")
    assert headings("雾中的灯塔", "林晓 著", *chapters) == ["第一章 渡口", "第二章 来信"]


@pytest.mark.parametrize("titles", [["winter", "thaw", "the long way"], ["The Ferry", "A Visit", "Low Water"]])
def test_lines_of_any_case_that_divide_a_book_are_headings(titles):
    book = [line for title in titles for line in (title, *STORY)]
    assert headings(*STORY, *book) == titles


def test_verse_signatures_and_signs_are_no_headings():
    verse = ["the boats are in", "the nets are dry"]
    assert headings(*STORY, *verse, *STORY, *verse, *STORY, *verse, *STORY) == []
    assert headings(*([*STORY, "Anna"] * 4), *STORY) == []


def test_titles_of_any_words_divide_a_book_behind_its_title_page():
    days = ["The First Day", "The Second Day", "The Third Day"]
    front = ["The Ferry", "by Ada Moor", "A novel in three days"]
    assert headings(*front, days[0], *STORY, days[1], *STORY, days[2], *STORY, "THE END") == [*days, "THE END"]


@pytest.mark.parametrize("form", ["# {}", "Ch. {}"])
def test_numbers_of_chapters_in_short_forms_are_headings(form):
    chapters = [form.format(n) for n in (1, 2, 3, 4)]
    book = [line for chapter in chapters for line in (chapter, *STORY)]
    assert paragraphs(*book) == tuple(STORY * 4)
    assert len(headings(*book)) == 4


def test_headings_of_markdown_are_headings_of_any_words():
    assert headings("# Salt", *STORY, "## the long way", *STORY, "# Two #", *STORY) == ["Salt", "the long way", "Two"]
    assert "# a sign on the door" in paragraphs("Chapter 1", *STORY, "# a sign on the door", *STORY)


@pytest.mark.parametrize(
    "heads",
    [
        ["1. fejezet", "2. fejezet", "3. fejezet"],
        ["Глава първа", "Глава втора", "Глава трета"],
        ["Pirmas skyrius", "Antras skyrius", "Trečias skyrius"],
        ["الفصل الأول", "الفصل الثاني", "الفصل الثالث"],
        ["פרק א", "פרק ב", "פרק ג"],
        ["अध्याय 1", "अध्याय 2", "अध्याय 3"],
        ["Hồi thứ 7", "Hồi thứ 8", "Hồi thứ 9"],
        ["1、盐路", "2、灯", "3、回家"],
        ["001 盐路", "002 灯", "003 回家"],
        ["卷一 第1章 盐路", "卷一 第2章 灯", "卷一 第3章 回家"],
        ["その一", "その二", "その三"],
        ["1화", "2화", "3화"],
        ["1장. 소금", "2장. 등불", "3장. 집"],
    ],
)
def test_a_word_of_any_language_that_returns_with_a_number_names_the_chapters(heads):
    texts = [text for head in heads for text in (head, *STORY)]
    assert (headings(*texts), paragraphs(*texts)) == (heads, tuple(STORY * 3))


@pytest.mark.parametrize(
    "lines",
    [
        ["Dear Ann", "Dear Bob", "Dear Cole"],
        ["3 May", "4 May", "5 May"],
        ["Room for rent", "Boat for sale", "Dog for nothing"],
        ["Ann: yes", "Ann: no", "Ann: perhaps"],
    ],
)
def test_salutations_dates_and_signs_that_resemble_each_other_are_text(lines):
    chapters = [text for number in "123" for text in (f"Chapter {number}", *STORY)]
    texts = ["Chapter 0", *STORY, *(text for line in lines for text in (line, *STORY)), *chapters]
    assert set(lines) <= {*paragraphs(*texts)}


@pytest.mark.parametrize("names", [["Mira", "Tom"], ["Then", "Now"], ["THE COOK", "THE THIEF"]])
def test_names_that_return_far_above_the_text_are_headings(names):
    heads = [names[number % 2] for number in range(6)]
    apart = [Block(text, gap=3 if text in names else 1) for head in heads for text in (head, *STORY)]
    document = document_of(ParsedBook(tuple(apart)), "book")
    assert ([text for _, text in document.headings], document.paragraphs) == (heads, tuple(STORY * 6))


def test_names_right_below_the_text_are_signatures():
    texts = [text for number in range(6) for text in (*STORY, ["Mira", "Tom"][number % 2])]
    blocks = [Block("Chapter 1"), *(Block(text, gap=1) for text in texts)]
    assert document_of(ParsedBook(tuple(blocks)), "book").paragraphs.count("Mira") == 3
