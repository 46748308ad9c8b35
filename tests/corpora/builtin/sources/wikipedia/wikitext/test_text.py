"""The text of wikitext: each trap that other extractors fall into, and what MediaWiki itself does."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.builtin.sources.wikipedia.site import Site
from corpora.builtin.sources.wikipedia.wikitext.markup import Rules
from corpora.builtin.sources.wikipedia.wikitext.text import Reader, builtin_templates, plain_text


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("winds of {{convert|125|mph|km/h}} blew", "winds of 125 mph blew"),
        ("{{convert|10|to|20|km|mi}} away", "10 to 20 km away"),
        ("{{convert|5|ft|8|in|m}} tall", "5 ft 8 in tall"),
        ("{{cvt|3|sqmi}} of land", "3 sq mi of land"),
        ("about {{formatnum:1234567}} people", "about 1,234,567 people"),
        ("{{val|1.5|0.2|e=3|u=m}} long", "(1.5 ± 0.2)×10^3 m long"),
        ("{{frac|3|1|2}} cups", "3 1/2 cups"),
        ("{{as of|2008|3}}, it stood", "As of March 2008, it stood"),
        ("it cost {{US$|5 million}} then", "it cost US$5 million then"),
        ("{{lang|fr|bonjour}} and {{lang-fr|salut}}", "bonjour and salut"),
        ("{{langx|de|Hund}} is a dog", "Hund is a dog"),
        ("the {{transl|ru|Moskva}} river", "the Moskva river"),
        ("{{nihongo|Tokyo tower|東京タワー|Tōkyō tawā}} stands", "Tokyo tower (東京タワー, Tōkyō tawā) stands"),
        ("{{chem|H|2|O}} is water", "H2O is water"),
        ("say {{respell|ə|LAS|kə}} aloud", "say ə-LAS-kə aloud"),
        ("one{{nbsp}}two", "one two"),
        ("in {{circa|1900}} it", "in c. 1900 it"),
        ("a{{snd}}b c", "a – b c"),
    ],
)
def test_templates_that_carry_prose_are_rendered(wikitext, text):
    assert plain_text(wikitext) == text


@pytest.mark.parametrize("name", ["quote", "blockquote", "cquote"])
def test_quotations_are_kept_as_paragraphs(name):
    assert plain_text(f"Before it.\n{{{{{name}|To be or not.}}}}\nAfter it.") == "Before it.\nTo be or not.\nAfter it."


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("'''X''' ({{lang-ru}}, {{IPA|x}}; born 1900) was", "X (born 1900) was"),
        ("'''X''' ({{IPA|x}}) was", "X was"),
        ("one {{gone}}, two {{gone}}.", "one, two."),
        ("the sum <math>a</math>, <math>b</math>, and so", "the sum, and so"),
    ],
)
def test_brackets_and_commas_are_repaired(wikitext, text):
    assert plain_text(wikitext) == text


@pytest.mark.parametrize(
    "link",
    [
        "[[File:a.jpg|thumb|cap [[x|y]] and [[z]]]]",
        "[[Image:a.jpg|135px]]",
        "[[Datei:a.jpg|mini|Bild]]",
        "[[ file : a.jpg|thumb|cap]]",
        "[[Fichier:a.jpg|thumb|[http://x.org web] cap]]",
        "[[Unknown word:a.jpg|thumb|cap]]",
        "[[Category:L|Sort]]",
        "[[Kategorie:L]]",
        "[[fr:Chien]]",
        "[[zh-min-nan:X]]",
        "<ref>note [[x]]</ref>",
        '<ref name="a" />',
        "<!-- comment -->",
        "__NOTOC__",
        "__KEIN_INHALTSVERZEICHNIS__",
        "__notoc__",
        "<gallery>\nFile:a.jpg|x\n</gallery>",
        "<timeline>x</timeline>",
        "<score>x</score>",
        "<imagemap>x</imagemap>",
        "<syntaxhighlight lang=c>int a;</syntaxhighlight>",
        "{{DEFAULTSORT:Z}}",
        "<includeonly>x</includeonly>",
        "{{#expr: __import__('os')}}",
        "{{Infobox x|a={{b|c}}|d=[[e|f]]}}",
    ],
)
def test_what_is_no_prose_is_gone(link):
    assert plain_text(f"One {link} two.") == "One two."


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("[[:Category:Dogs]] are", "Category:Dogs are"),
        ("[[w:Foo|x]] y", "x y"),
        ("[[Star Trek: Voyager]] aired", "Star Trek: Voyager aired"),
        ("two [[dog]]s ran", "two dogs ran"),
        ("[[Foo (bar)|]] ran", "Foo ran"),
        ("[[Foo%20bar]], [[Caf%C3%A9]], [[100%]] and [[A%FF]] ran", "Foo bar, Café, 100% and A%FF ran"),
        ("[[Boston, Massachusetts|]] ran", "Boston ran"),
        ("[[a|b [c] d]] ran", "b [c] d ran"),
        ("[[a|b] ran", "b ran"),
        ("[http://x.org the site] and [http://x.org] end", "the site and end"),
        ("see http://x.org/a?b=c. Then", "see. Then"),
        ("L'''amour'' is", "L'amour is"),
        ("'''''both''''' and ''it'' and '''bo'''", "both and it and bo"),
        ("a<br>b<br/>c", "a b c"),
        ("a ____ b", "a ____ b"),
        ("H<sub>2</sub>O and x<sup>2</sup>", "H2O and x²"),
        ("ions of Mg<sup>2+</sup>, Cl<sup>−</sup> and NO<sub>3</sub><sup>-</sup>", "ions of Mg²⁺, Cl⁻ and NO3⁻"),
        ("the term v<sub>0</sub><sup>2</sup> is", "the term v0² is"),
        ("It fell.<ref name=a>Note.</ref name=a> It rose.", "It fell. It rose."),
        ("It fell.\n==If a == b==\nIt rose.", "It fell.\nIt rose."),
        ("run <code>ls -l</code> now", "run ls -l now"),
        ("<nowiki>[[a]] ''b'' {{c}}</nowiki> d", '[[a]] "b" {{c}} d'),
        ("if a < b and c > d", "if a < b and c > d"),
        ("AT&amp;T &mdash; &#65;&#x42;", "AT&T — AB"),
        ("<noinclude>kept</noinclude> text", "kept text"),
        ("-{zh-hans:计算机; zh-hant:電腦}- 好", "计算机 好"),
        ("{{PAGENAME}} is", "Title is"),
        ("a {{{1|default}}} b", "a default b"),
        ("soft\u00adhyphen and no\u00a0break", "softhyphen and no break"),
    ],
)
def test_markup_becomes_what_it_shows(wikitext, text):
    assert plain_text(wikitext, title="Title") == text


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("&#147;Go&#148; &#151; he left &#133;", "“Go” — he left …"),
        ("&#x80;5 and &#x99;", "€5 and ™"),
        ("One line\n<!-- note -->\nand the next.", "One line and the next."),
        ("One line\n  <!-- a --><!-- b -->  \nand the next.", "One line and the next."),
        ("One <!-- a\nb --> line.", "One line."),
        ("One.<ref>a <!-- </ref> --> b</ref> Two.", "One. Two."),
        ("Call f() and <code>g()</code> or <code>h[]</code> now.", "Call f() and g() or h[] now."),
        ("Oslo ({{lang-no}}) is ( ) here.", "Oslo is here."),
        ("== Life == <math>x</math>\nBorn.", "Born."),
        ("=== Life\nBorn.", "Life\nBorn."),
        ("It ends. === Life ===\nBorn.", "It ends.\nBorn."),
        ("It === is.", "It is."),
    ],
)
def test_odd_spellings_are_read_as_browsers_and_mediawiki_read_them(wikitext, text):
    assert plain_text(wikitext) == text


def test_block_tags_break_the_paragraph():
    assert plain_text("one<p>two</p>three</div>four") == "one\ntwo\nthree\nfour"


@pytest.mark.parametrize(
    "table",
    [
        "{| class=x\n|-\n! h\n| a || b\n{|\n| inner\n|}\n|}",
        "<table><tr><td>x</td></tr></table>",
        "{| never closed\n| a\n\n| b",
        "{{table start}}\n|-\n! h\n| a || b\n|}",
        "{{(!}} class=x\n|-\n| a",
    ],
)
def test_tables_are_gone_closed_or_not(table):
    assert plain_text(f"Before it.\n\n{table}\n\n== Next ==\nAfter it.") == "Before it.\nAfter it."


@pytest.mark.parametrize("opening", ["{{", "[[", "<!--", "<ref>"])
def test_what_never_closes_is_gone_to_the_end_of_its_paragraph(opening):
    assert plain_text(f"Kept. {opening} lost words\n\nKept too.") == "Kept.\nKept too."


def test_end_sections_are_dropped_with_all_that_is_under_them():
    text = plain_text("Lead.\n== Life ==\nBorn.\n== References ==\nx\n=== Notes ===\ny\n== ''Work'' ==\nWrote.")
    assert text == "Lead.\nBorn.\nWrote."


def test_end_sections_are_known_by_language():
    assert plain_text("Text.\n== Einzelnachweise ==\nx", language="de") == "Text."


def test_lists_are_dropped_or_a_paragraph_each():
    wikitext = "Lead.\n* one\n# two\n; three\n: four\nEnd."
    assert plain_text(wikitext) == "Lead.\nEnd."
    assert plain_text(wikitext, rules=Rules(lists="keep")) == "Lead.\none\ntwo\nthree\nfour\nEnd."


@pytest.mark.parametrize(("math", "text"), [("drop", "so is"), ("tex", "so x^2 is"), ("placeholder", "so formula is")])
def test_formulas_are_dropped_kept_as_tex_or_named(math, text):
    assert plain_text("so <math>x^2</math> is", rules=Rules(math=math)) == text


def test_rows_of_links_between_bars_are_lists():
    page = "It began.\n\n[[May]] | [[June]] | [[July]] | [[August]] | [[September]]\n\nIt ended."
    assert plain_text(page) == "It began.\nIt ended."
    assert plain_text(page, rules=Rules(lists="keep")).split("\n")[1] == "May | June | July | August | September"
    prose = "P(A | B) is what we know, P(B | A) is what we want, and Bayes tells how to get it."
    assert plain_text(prose) == prose


def test_captions_are_kept_on_request():
    wikitext = "Text.\n[[File:a.jpg|thumb|left|A [[dog|hound]] sleeps]]"
    assert plain_text(wikitext, rules=Rules(captions="keep")) == "Text.\nA hound sleeps"


def test_headings_are_structure_and_text_only_on_request():
    article = Reader(Site()).article("One.\n== A ==\nTwo.\n=== B ===\nThree.")
    assert article.headings == ((1, "A"), (2, "B"))
    assert plain_text("One.\n== A ==\nTwo.", rules=Rules(headings="keep")) == "One.\nA\nTwo."


def test_categories_links_and_dropped_templates_are_kept_apart_from_the_text():
    article = Reader(Site()).article("[[a|b]] [[c]] {{Foo bar|x}}{{foo_bar}} [[Category:Dogs|Sort]]")
    assert article.links == ("a", "c")
    assert article.categories == ("Dogs",)
    assert article.dropped == {"foo bar": 2}


def test_names_of_the_dump_are_obeyed():
    site = Site("xx", namespaces={"pilt x": 6, "liik": 14})
    assert plain_text("a [[Pilt x:b.jpg|c]] [[LIIK:d]] e", site=site) == "a e"


@pytest.mark.parametrize(
    "hostile",
    [
        "{{a|" * 4096,
        "{" * 80_000,
        "[" * 80_000,
        "[[" * 40_000 + "a",
        "{|\n|\n" * 300_000,
        "<ref>" * 100_000,
        "<!--" * 100_000,
        "'" * 100_000,
        "''a" * 100_000,
        "{{lang|fr|" * 20_000 + "x" + "}}" * 20_000,
        "{{lang|fr|" + "{{a}}|" * 50_000 + "}}",
        "(" * 100_000 + " ," * 100_000,
        " " * 500_000 + ".",
        "=" * 100_000,
        "\n=a" * 100_000,
        pytest.param("[http://" * 50_000, marks=pytest.mark.slow),
        "&" * 100_000 + "amp;" * 50_000,
        "-{" * 100_000,
        "[[File:a|" * 30_000,
        "{{{" * 50_000 + "}}}" * 50_000,
        "</" * 100_000,
        "<table>" * 100_000,
        "*" * 300_000,
        "[[a|" * 50_000 + "]]" * 50_000,
        "http://" * 50_000,
        pytest.param("__" * 100_000, marks=pytest.mark.slow),
    ],
)
def test_hostile_input_takes_linear_time(hostile):
    start = time.process_time()
    plain_text(hostile)
    assert time.process_time() - start < 10


@given(st.text(alphabet="ab {}[]|='<>!-*#:;\n&refcodmathFile:/_", max_size=300))
def test_any_text_is_read_and_nothing_grows(wikitext):
    text = plain_text(wikitext, rules=Rules(lists="keep", math="tex", captions="keep"))
    assert all(line == line.strip() and line for line in text.split("\n") if text)


@given(st.lists(st.sampled_from(["plain", "words", "with", "Numbers", "12", "and", "a"]), min_size=1, max_size=30))
def test_plain_prose_comes_back_as_it_is(words):
    assert plain_text(" ".join(words)) == " ".join(words)


def test_builtin_templates_are_the_offered_ones():
    assert {component.name for component in builtin_templates()} >= {"prose", "numbers"}
