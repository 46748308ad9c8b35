"""Entities that a file declares itself are text; nothing else in its document type is."""

import time
from itertools import pairwise

import pytest

from corpora.builtin.sources.books.formats.blocks import Unreadable
from corpora.builtin.sources.books.formats.html import blocks_of

PUBLIC = 'html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd"'
LAUGHTER = '<!ENTITY z "ha">' + "".join(
    f'<!ENTITY {this} "{f"&{last};" * 10}">' for last, this in pairwise("zyxwvutsrqa")
)


def text(declarations, body, name=PUBLIC):
    head = f'<?xml version="1.0"?>\n<!-- A page -->\n<!DOCTYPE {name} [{declarations}]>'
    page = f"{head}\n<html><body><p>{body}</p></body></html>"
    return " | ".join(block.text for block in blocks_of(page.encode()))


@pytest.mark.parametrize(
    ("declarations", "body", "expected"),
    [
        ('<!ENTITY hero "Anna">', "&hero; met &hero;.", "Anna met Anna."),
        ("<!ENTITY both '&hero; &amp; <i>&#201;lise</i>'><!ENTITY hero \"Anna\">", "&both; ran.", "Anna & Élise ran."),
        ('<!ENTITY a "one"><!ENTITY a "two">', "The first, &a;, counts.", "The first, one, counts."),
        ('<!-- ]> <!ENTITY a "no"> --><?pi ]> ?><!ATTLIST p x CDATA "]>">', "A &amp; B&eacute;", "A & Bé"),
        ('<!ENTITY % all "x">%all;<!ENTITY a "]>">', "A&a;", "A]>"),
        ('<!ENTITY a "Anna">', "<![CDATA[&a; is]]> &a;", "&a; is Anna"),
        ('<!ENTITY amp "no">', "A &amp; B", "A & B"),
    ],
)
def test_entities_of_a_file_are_written_out(declarations, body, expected):
    assert text(declarations, body) == text(declarations, body, name="html") == expected


def test_external_entities_are_not_read(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    files = f'<!ENTITY a SYSTEM "{tmp_path}/secret.txt"><!ENTITY b PUBLIC "x" "file://{tmp_path}/secret.txt">'
    assert text(files, "A&a; B&b;.") == "A B."


@pytest.mark.parametrize(
    "declarations",
    [
        '<!ENTITY a "&b;"><!ENTITY b "&a;">',
        '<!ENTITY a "&a;">',
        LAUGHTER,
        f'<!ENTITY a "{"x" * 20_000}">',
        f'<!ENTITY a "{"&b;" * 100}"><!ENTITY b "{"x" * 9_000}">',
    ],
)
def test_endless_and_enormous_entities_stand_for_nothing(declarations):
    assert text(declarations, "A&a;.") == "A."


def test_a_page_of_entities_is_refused_before_it_fills_the_memory():
    with pytest.raises(Unreadable, match="its entities stand for more than 32 M characters"):
        text(f'<!ENTITY a "{"x" * 9_000}">', "&a;" * 10_000)


@pytest.mark.parametrize(
    "part", ['<!ENTITY a "', "<!ENTITY ", "<!-- ", "<", "]", '<!X "', "<!X ", "<? ", '<!ENTITY a PUBLIC "']
)
def test_a_document_type_that_never_ends_takes_no_time(part):
    started = time.process_time()
    assert text(part * 250_000, "End.").endswith("End.")
    assert time.process_time() - started < 10.0
