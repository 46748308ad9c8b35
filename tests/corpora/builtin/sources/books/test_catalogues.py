"""Catalogues give entries in a fixed order, whatever their pages look like."""

from pathlib import Path

import pytest

from corpora import Entry, HttpClient, InputError, registry
from corpora.builtin.sources.books.criteria import Criteria, chosen

REAL = Path(__file__).parents[6] / "shared/data/smashwords"
CSV = (
    "Text#,Type,Issued,Title,Language,Authors,Subjects,LoCC,Bookshelves\n"
    '7,Text,2001-01-01,"The Ferry\nor, the Mole",en,"Moor, Ada, 1860-1920",Sea stories; Fiction,PR,\n'
    "8,Sound,2001-01-01,The Ferry,en,,,,\n9,Text,2001-01-01,Die Fähre,de,,,,\n"
)
BOOK_PAGE = """<html><head><meta name="Author" content="Ada Moor"></head><body><div id="pageContentFull">
<h1>The Ferry</h1><div>Words: 41,510</div><div>Language: English</div><h3>Price: {price}</h3>
<div itemprop="category"><a href="/books/category/1">Fiction</a> » <a href="/books/category/2">Sea stories</a></div>
<a href="/books/download/7/8/latest/0/0/the-ferry.epub">EPUB</a>
<a href="/books/download/7/6/latest/0/0/the-ferry.txt">TXT</a>
</div></body></html>"""
LIST_PAGE = """<html><body><div class="library-book"><a class="library-title" href="/books/view/7">The Ferry</a>
<div class="subnote">By <a href="/profile/view/moor">Ada Moor</a><br>
Price: Free! Words: 41,510. Language: English. Published: 2013</div>
</div></body></html>"""


def find(short):
    return list(registry.make("catalogues", short).find())


def test_a_file_of_addresses_gives_an_entry_a_line(tmp_path):
    (tmp_path / "list.txt").write_text("# mine\nhttps://example.org/a.epub\n\nhttps://example.org/b.txt\n", "utf-8")
    assert [entry.url for entry in find(f"file:{tmp_path}/list.txt")] == [
        "https://example.org/a.epub",
        "https://example.org/b.txt",
    ]


@pytest.mark.parametrize(
    "line",
    ["a.epub", '{"title": "no url"}', '{"url": "http://a", "words": "many"}', "{",
     '{"url": "http://a", "words": 1e999}', '{"url": ' + "[" * 100_000],
)  # fmt: skip
def test_a_line_that_is_no_entry_is_named(tmp_path, line):
    (tmp_path / "list.txt").write_text(f"https://example.org/a.epub\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2"):
        find(f"file:{tmp_path}/list.txt")


def test_gutenbergs_catalogue_gives_texts_in_one_language(tmp_path):
    (tmp_path / "pg.csv").write_text(CSV, encoding="utf-8")
    (entry,) = find(f"gutenberg:csv={tmp_path}/pg.csv")
    assert (entry.id, entry.title, entry.language, entry.price) == ("gutenberg-7", "The Ferry or, the Mole", "en", 0.0)
    assert entry.url.endswith("/7/pg7.txt") and entry.licence.startswith("public domain")
    assert [e.id for e in find(f"gutenberg:csv={tmp_path}/pg.csv,language=")] == ["gutenberg-7", "gutenberg-9"]


def test_what_is_no_gutenberg_catalogue_is_named(tmp_path):
    (tmp_path / "pg.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column Text#"):
        find(f"gutenberg:csv={tmp_path}/pg.csv")


@pytest.mark.parametrize(("shown", "price"), [("Free!", 0.0), ("$2.99 USD", 2.99), ("You set the price!", 0.0)])
def test_a_saved_book_page_gives_its_book(tmp_path, shown, price):
    (tmp_path / "a.html").write_text(BOOK_PAGE.format(price=shown), encoding="utf-8")
    (entry,) = find(f"saved-pages:{tmp_path}")
    assert (entry.id, entry.title, entry.author) == ("smashwords-7", "The Ferry", "Ada Moor")
    assert (entry.words, entry.language, entry.price) == (41_510, "English", price)
    assert entry.formats == ("epub", "txt") and entry.url.endswith("/books/download/7/8/latest/0/0/the-ferry.epub")
    assert entry.categories == ("Fiction » Sea stories",)


def test_a_sample_of_a_book_is_not_the_book(tmp_path):
    page = BOOK_PAGE.replace("the-ferry.", "the-ferry_20pct_sample.").format(price="$1 USD")
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (entry,) = find(f"saved-pages:{tmp_path}")
    assert (entry.formats, entry.url) == ((), "")


@pytest.mark.parametrize(
    ("shown", "price"),
    [("FREE", 0.0), ("$1,234.50 USD", 1234.5), ("€3,49 EUR", 3.49), ("£2", 2.0), ("US$0.99 (50% off)", 0.99),
     ("not set", None)],
)  # fmt: skip
def test_prices_of_any_currency_are_numbers(tmp_path, shown, price):
    (tmp_path / "a.html").write_text(BOOK_PAGE.format(price=shown), encoding="utf-8")
    assert find(f"saved-pages:{tmp_path}")[0].price == price


@pytest.mark.parametrize("language", ["American English", "English (US)", "English.", "English&nbsp;"])
def test_a_language_is_known_whatever_it_is_of(tmp_path, language):
    page = BOOK_PAGE.format(price="Free!").replace("Language: English", f"Language: {language}")
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert find(f"saved-pages:{tmp_path}")[0].language == "English"


@pytest.mark.parametrize(
    ("shown", "licence"),
    [
        ("", "all rights with the author (Smashwords)"),
        ("<p>Copyright © 2013 Smashwords, Inc. All rights reserved.</p>", "all rights with the author (Smashwords)"),
        ("<small>© 2013 <a>Smashwords, Inc.</a><br>All rights reserved.</small><p>CC BY 2.0</p>", "CC BY 2.0"),
        ("<p>Her cousin had a licence to sell beer.</p>", "all rights with the author (Smashwords)"),
        ("<p>She works for Creative Commons in Hull.</p>", "all rights with the author (Smashwords)"),
        ("<p>Smashwords Edition, License Notes</p><p>This ebook is licensed for your personal enjoyment only. It may"
         " not be re-sold.</p>", "This ebook is licensed for your personal enjoyment only"),
        ("<p>Smashwords Edition, License Notes</p>", "License Notes"),
        ("<dt>License:</dt><dd>Standard Copyright License</dd>", "Standard Copyright License"),
        ("<p>© 2012 Ada Moor. All Rights Reserved.</p>", "© 2012 Ada Moor. All Rights Reserved"),
        ('<a rel="license" href="http://creativecommons.org/licenses/by-nc-sa/3.0/">Rights</a>', "CC BY-NC-SA 3.0"),
        ('<a href="https://creativecommons.org/publicdomain/zero/1.0/">CC0</a>', "CC0 1.0"),
        ('<a href="https://creativecommons.org/publicdomain/mark/1.0/">free</a>', "public domain"),
        ("<p>Creative Commons Attribution-NonCommercial-NoDerivs 3.0 Unported License</p>", "CC BY-NC-ND 3.0"),
        ("<p>Released under a Creative Commons\n license.</p>", "Creative Commons"),
        ("<p>This text is CC BY-SA 4.0, do share it.</p>", "CC BY-SA 4.0"),
        ("<p>This work is in the public domain.</p>", "public domain"),
        ("<p>A retelling of a tale whose original is in the public domain.</p><p>Copyright 2020 Jane Roe. All rights"
         " reserved.</p>", "Copyright 2020 Jane Roe. All rights reserved"),
        ("<p>Cover photo by Bob, CC BY 2.0.</p><p>All rights reserved.</p>", "All rights reserved"),
        ("<p>CC BY 2.0 photo. This ebook is licensed for your personal use.</p>",
         "This ebook is licensed for your personal use"),
    ],
)  # fmt: skip
def test_a_page_may_show_its_books_licence(tmp_path, shown, licence):
    page = BOOK_PAGE.format(price="Free!").replace("</div></body>", f"</div>{shown}</body>")
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert find(f"saved-pages:{tmp_path}")[0].licence == licence


@pytest.mark.parametrize("page", ["", "<html></html>", "<p>Words: 7</p>", "\0\1", "<div class='library-book'>"])
def test_pages_that_are_none_of_the_sites_give_nothing(tmp_path, page):
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert find(f"saved-pages:{tmp_path}") == []


def test_the_live_site_is_left_alone_where_robots_txt_says_so(serve):
    site = serve({"/robots.txt": b"User-agent: *\nDisallow: /books/download/"})
    catalogue = registry.make("catalogues", f'smashwords:site="{site.url}"')
    with pytest.raises(InputError, match=r"forbids downloads.*--permission 127.0.0.1="):
        list(catalogue.visit(HttpClient("a@b.c", pause_seconds=0.0)))
    assert site.times("/books/category/1/newest/0/free/medium") == 0


def test_the_live_site_is_read_list_by_list_with_its_permission(serve):
    pages = {
        "/books/category/1/newest/0/free/medium": LIST_PAGE.encode(),
        "/books/view/7": BOOK_PAGE.format(price="Free!").encode(),
    }
    site = serve({"/robots.txt": b"User-agent: *\nDisallow: /", **pages})
    catalogue = registry.make("catalogues", f'smashwords:site="{site.url}"')
    client = HttpClient("a@b.c", pause_seconds=0.0, permissions={"127.0.0.1": "Ada, 2026-11-01"})
    (entry,) = catalogue.visit(client)
    assert (entry.id, entry.url) == ("smashwords-7", f"{site.url}/books/download/7/8/latest/0/0/the-ferry.epub")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, ""),
        ({"language": "German"}, "language de"),
        ({"language": "American English"}, ""),
        ({"price": 2.99}, "not free"),
        ({"words": 19_999}, "too short"),
        ({"formats": ("pdf", "mobi")}, "no readable format"),
        ({"formats": ("pdf", "epub"), "words": 20_000, "price": 0.0, "language": "en-GB"}, ""),
        ({"url": ""}, "no address"),
    ],
)  # fmt: skip
def test_criteria_take_what_the_catalogue_says(fields, reason):
    (line,) = chosen([Entry(**{"id": "a", "url": "http://a", **fields})], Criteria("en", 20_000, free=True))
    assert line.reason == reason


@pytest.mark.real_data
@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not here")
def test_real_pages_of_both_layouts_are_read():
    books = {entry.id.removeprefix("smashwords-"): entry for entry in find(f"saved-pages:{REAL}")}
    own = {
        id: (b.language, b.words, b.price, "epub" in b.formats)
        for id, b in books.items()
        if b.formats or id == "120327"
    }
    assert own == {
        "142475": ("English", 9809, 2.99, True),
        "109660": ("English", 37500, 3.99, True),
        "120327": ("German", 34890, 2.99, False),
        "145431": ("English", 41510, 0.0, True),
    }
    assert len(books) >= 20 and all(b.title and b.author and b.words and b.categories for b in books.values())
