"""What is left out inline leaves a mark, and a build drops, fills or keeps the sentences around it."""

import json

import pytest

import corpora
from corpora import HOLE
from corpora.builtin.sources.wikipedia import Wikipedia
from corpora.builtin.sources.wikipedia.site import Site
from corpora.builtin.sources.wikipedia.wikitext.markup import Rules
from corpora.builtin.sources.wikipedia.wikitext.text import Reader, builtin_templates

MARKED = Reader(Site(), Rules(holes="mark"), builtin_templates())


def marked(wikitext: str) -> list[str]:
    """The paragraphs with an @ in the place of each hole."""
    return [paragraph.replace(HOLE, "@") for paragraph in MARKED.article(wikitext).paragraphs]


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("so <math>n</math> is even", "so @ is even"),
        ("so <chem>H2O</chem> is wet", "so @ is wet"),
        ("the {{wibble|x}} is here", "the @ is here"),
        ("{{wibble|x}} is here", "@ is here"),
        ("paid {{formatnum:{{wibble}}}} for it", "paid @ for it"),
        ("a (see {{wibble}}) thing", "a thing"),
        ("cost $5 (about ${{inflation|US|5|1950}} in {{inflation/year|US}}) there", "cost $5 there"),
        ("he is {{age|1950|1|1}} and began {{years ago|1990}} in {{#time:Y}}", "he is @ and began @ in @"),
        ("he was {{age|1950|1|2|1999|1|1}} then", "he was 48 then"),
        ("銀行（德語：{{wibble}}意為一個很長的故事）很大", "銀行（德語：@意為一個很長的故事）很大"),
        ("a (then far too much {{wibble}} here) thing", "a (then far too much @ here) thing"),
        ("the ''{{wibble}}'' and [[that|{{wibble}}]] are", "the @ and @ are"),
    ],
)
def test_a_formula_or_unknown_template_in_a_sentence_is_a_hole(wikitext, text):
    assert marked(f"Here {wikitext}.") == [f"Here {text}."]


@pytest.mark.parametrize(
    "wikitext",
    [
        "It rains.{{wibble|x}} It pours.",
        "It rains.{{citation needed|date=May 2024}} It pours.",
        "It rains{{sfn|Lee|1990}}. It pours.{{efn|Or not.}}",
        "{{Infobox town|name=x}}It rains. It pours.",
        "It rains.<ref>Lee</ref> It pours. {{wibble}}",
        "It rains. {{coord|1|2|N|3|4|E|display=title}}It pours.",
    ],
)
def test_notes_tags_and_boxes_leave_no_hole(wikitext):
    assert [" ".join(paragraph.split()) for paragraph in marked(wikitext)] == ["It rains. It pours."]


def test_coordinates_in_the_text_are_shown_as_the_page_shows_them():
    assert marked("It lies at {{coord|1|2|N|3|4|E|display=inline,title}}. It rains.") == [
        "It lies at 1°2′N 3°4′E. It rains."
    ]


def test_a_box_on_lines_of_its_own_is_not_a_hole():
    assert marked("{{Wibble box\n| a = b\n}}\n'''Oslo''' is.\n\n{{wibble}}\n\nIt rains.") == ["Oslo is.", "It rains."]


@pytest.mark.parametrize(
    ("wikitext", "paragraphs"),
    [
        ("It rains. They are:\n* one\n* two\nIt pours.", ["It rains. They are: @", "It pours."]),
        ("They are:\n\n# one\n\nIt pours.", ["They are: @", "It pours."]),
        (
            "The force is\n:<math>ma</math>\nwhere ''m'' is mass.\n\nIt pours.",
            ["The force is @", "@ where m is mass.", "It pours."],
        ),
        ("They are:\n{|\n| a\n|}\nIt pours.", ["They are: @", "It pours."]),
        ("It rains.\n* one\n\niPods pour.", ["It rains.", "iPods pour."]),
        ("He wrote:\n{{quote|It rains.}}\nIt pours.", ["He wrote:", "It rains.", "It pours."]),
    ],
)
def test_what_leads_up_to_a_list_or_a_formula_ends_in_a_hole(wikitext, paragraphs):
    assert marked(wikitext) == paragraphs


def test_kept_lists_leave_no_hole():
    reader = Reader(Site(), Rules(lists="keep", holes="mark"), builtin_templates())
    assert reader.article("They are:\n* one\n* two").paragraphs == ("They are:", "one", "two")


def test_marks_in_the_wikitext_itself_are_not_taken_for_holes():
    assert marked(f"It {HOLE}rains.") == ["It rains."]


PAGE = "It rains. So <math>n</math> is even. It pours {{wibble}} here. They are:\n* one\n\nThe {{wibble|2}} end. Bye."


@pytest.mark.parametrize(
    ("holes", "sentences"),
    [
        ("drop", ["It rains.", "Bye."]),
        (
            "fill",
            ["It rains.", "So [...] is even.", "It pours [...] here.", "They are: [...]", "The [...] end.", "Bye."],
        ),
        ("keep", ["It rains.", "So is even.", "It pours here.", "They are:", "The end.", "Bye."]),
    ],
)
def test_a_build_drops_fills_or_keeps_sentences_with_a_hole(home, dumps, holes, sentences):
    path = dumps.write(dumps.xml(dumps.page(1, PAGE.replace("<", "&lt;"))))
    made = corpora.build(Wikipedia(dump=(path,), holes=holes), name="w", duplicates="keep")
    assert [row["text"] for batch in made.batches() for row in batch.to_pylist()] == sentences
    assert made.manifest.accounting.get("holes", 0) == (4 if holes == "drop" else 0)


def test_templates_that_were_not_rendered_are_kept_by_count(home, dumps):
    pages = [dumps.page(1, PAGE.replace("<", "&lt;")), dumps.page(2, "A {{wibble}} b. And {{wobble|x}} c. Thus far.")]
    made = corpora.build(Wikipedia(dump=(dumps.write(dumps.xml(*pages)),)), name="w", duplicates="keep")
    lines = [json.loads(line) for line in (made.path / "templates.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == [{"template": "wibble", "count": 3}, {"template": "wobble", "count": 1}]
