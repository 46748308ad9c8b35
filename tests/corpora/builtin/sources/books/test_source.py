"""The sources `books` and `tbc` as a build uses them."""

import pytest

from corpora import OptionError, registry


def source(name, **options):
    return registry.find("sources", name).from_options(options)


def test_tbc_without_books_explains_the_five_roads():
    with pytest.raises(OptionError) as error:
        source("tbc").shards()
    question, *roads = str(error.value).splitlines()
    assert question == "tbc: no books given; use one of"
    assert [road.split("build ")[1].split()[-1] != "" for road in roads] == [True] * 5
    assert all(word in str(error.value) for word in ("--folder", "file:", "gutenberg", "--permission", "toy"))


def test_tbc_is_books_by_the_studys_criteria():
    assert source("tbc").defaults().filters == ("words:min=20000", "language:en", "mojibake")
    assert source("books").defaults().filters == ("mojibake",)
    assert registry.make("sources", "books:language=de,min-words=5").defaults().filters == (
        "words:min=5",
        "language:de",
        "mojibake",
    )


def test_files_come_by_path_whatever_the_suffixs_case_and_hidden_ones_do_not(tmp_path):
    for name in ("b.TXT", "a/z.htm", "a/.hidden.txt", "._c.epub", "cover.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("One.", encoding="utf-8")
    assert [shard.key for shard in source("books", folder=tmp_path).shards()] == ["a/z.htm", "b.TXT"]


def test_permissions_are_notes_for_the_card():
    (note,) = source("books", permission=("example.org=Ada Moor, 3 May 2026",)).notes()
    assert "example.org" in note and "Ada Moor, 3 May 2026" in note
