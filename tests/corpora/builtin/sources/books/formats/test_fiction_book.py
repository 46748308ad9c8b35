"""FictionBook files: their text in reading order, their metadata, and their notes apart."""

import gzip
import time
from contextlib import suppress

import pytest

from corpora import Reject, registry
from corpora.builtin.sources.books.formats.blocks import Unreadable
from corpora.builtin.sources.books.formats.reader import read_book

NAMESPACES = 'xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink"'
DESCRIPTION = """<description><title-info><genre>prose</genre>
<author><first-name>Вера</first-name><middle-name>Павловна</middle-name><last-name>Лесная</last-name></author>
<author><nickname>Сойка</nickname></author><book-title>Белый  берег</book-title><annotation><p>О книге.</p></annotation>
<lang>ru</lang></title-info><document-info><author><nickname>сканер</nickname></author></document-info></description>"""
PROSE = "<p>Утром она вышла к реке и долго смотрела на воду.</p>" * 3
NOTE_BODY = """<body name="notes"><title><p>Примечания</p></title>
<section id="n1"><title><p>1</p></title><p>Старое слово.</p></section></body>"""


def book(body, *, description=DESCRIPTION, notes=NOTE_BODY, head='<?xml version="1.0" encoding="utf-8"?>'):
    picture = f'<binary id="c.jpg" content-type="image/jpeg">{"QUJD" * 99}</binary>'
    sheet = '<stylesheet type="text/css">p {color: red}</stylesheet>'
    return f"{head}\n<FictionBook {NAMESPACES}>{sheet}{description}<body>{body}</body>{notes}{picture}</FictionBook>"


@pytest.fixture
def read(tmp_path):
    """The book that a file gives, as its texts, headings and what is left out."""

    def parsed(text, encoding="utf-8", name="a.fb2"):
        raw = text.encode(encoding)
        (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return read_book(tmp_path / name)

    return parsed


def texts(parsed):
    return [block.text for block in parsed.blocks if not block.rule and not block.level]


@pytest.mark.parametrize("name", ["a.fb2", "a.FB2.gz"])
def test_text_headings_and_metadata_are_told_apart(read, name):
    found = read(
        book(f"<title><p>Белый берег</p></title><section><title><p>Глава 1</p><p>Река</p></title>{PROSE}</section>"),
        name=name,
    )
    assert (found.title, found.author, found.language) == ("Белый берег", "Вера Павловна Лесная, Сойка", "ru")
    assert texts(found) == ["Утром она вышла к реке и долго смотрела на воду."] * 3
    assert [(b.text, b.level) for b in found.blocks if b.level and not b.rule] == [
        ("Белый берег", 1),
        ("Глава 1 Река", 2),
    ]


def test_notes_and_their_marks_are_no_text(read):
    found = read(book(f'<section>{PROSE}<p>Здесь зимник<a l:href="#n1" type="note">[1]</a>, дальше лес.</p></section>'))
    assert texts(found)[-1] == "Здесь зимник, дальше лес."
    assert [block.text for block in found.blocks if block.rule] == ["Примечания", "1", "Старое слово."]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<poem><stanza><v>Снег идёт,</v><v>снег идёт.</v></stanza><stanza><v>К ночи</v></stanza></poem>",
         ["Снег идёт, снег идёт.", "К ночи"]),
        ("<epigraph><p>Тише.</p><text-author>А. Б.</text-author></epigraph>", ["Тише.", "А. Б."]),
        ("<p>Она <emphasis>очень</emphasis> уст<strong>а</strong>ла.</p><empty-line/><p>Ночь.</p>",
         ["Она очень устала.", "Ночь."]),
        ('<p>См. <a l:href="http://example.org">сайт</a>.</p><image l:href="#c.jpg"/><p/>', ["См. сайт."]),
        ("<subtitle>* * *</subtitle><subtitle>Часть</subtitle><p>Дальше.</p>", ["* * *", "Дальше."]),
        ("<cite><p>Письмо.</p></cite><table><tr><td>Одно</td></tr></table>", ["Письмо.", "Одно"]),
        ("<p>Рога & копыта, 2 < 3.</p><p>Без конца", ["Рога & копыта, 2 < 3.", "Без конца"]),
    ],
)  # fmt: skip
def test_every_element_of_the_format_is_read(read, body, expected):
    assert texts(read(book(f"<section>{PROSE}{body}</section>")))[3:] == expected


def test_prefixes_encodings_and_own_entities_are_read(read):
    text = book(f"<section>{PROSE}<p>&hero; ушла.</p></section>", head='<?xml version="1.0" encoding="windows-1251"?>\n'
                '<!DOCTYPE FictionBook [<!ENTITY hero "Вера">]>')  # fmt: skip
    prefixed = text.replace("<", "<fb:").replace("<fb:/", "</fb:").replace("<fb:?", "<?").replace("<fb:!", "<!")
    assert texts(read(prefixed, "cp1251")) == texts(read(text, "cp1251"))
    assert texts(read(text, "cp1251"))[-1] == "Вера ушла." and read(text, "cp1251").encoding == "windows-1251"


def test_a_book_without_description_or_notes_is_read(read):
    found = read(book(f"<section>{PROSE}</section>", description="", notes=""))
    assert (found.title, found.author, len(texts(found))) == ("", "", 3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html><body><p>No.</p></body></html>", "not a FictionBook"),
        (book("<section><image/></section>", notes=""), "no text"),
        (book("<section>" * 3000 + "<p>x</p>"), "nested too deep"),
    ],
)
def test_what_gives_no_text_is_refused_with_the_reason(read, text, reason):
    with pytest.raises(Unreadable, match=reason):
        read(text)


@pytest.mark.parametrize(
    "part",
    [
        "<binary ", "<description ", "<a b", "<fb:", "<title>", "</p", "x=",
        *(pytest.param(part, marks=pytest.mark.slow) for part in ("<v>", "<subtitle>")),
    ],
)  # fmt: skip
def test_hostile_files_take_no_time(read, part):
    started = time.process_time()
    with suppress(Unreadable):
        read(book(PROSE + part * 100_000))
    assert time.process_time() - started < 20.0


def test_the_source_reads_the_files_of_a_folder(tmp_path):
    (tmp_path / "a.fb2").write_text(book(f"<section>{PROSE}</section>"), encoding="utf-8")
    (tmp_path / "b.fb2").write_text("<FictionBook", encoding="utf-8")
    source = registry.find("sources", "books").from_options({"folder": tmp_path})
    document, reject = [made for shard in source.shards() for made in source.read(shard)]
    assert (document.id, document.title, document.language, document.words) == ("a.fb2", "Белый берег", "ru", 30)
    assert isinstance(reject, Reject) and reject.reason == "no text"
