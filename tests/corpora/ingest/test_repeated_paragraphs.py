"""A paragraph that frames many books goes and is reported; prose that books share in their middle stays."""

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpora
from corpora.ingest.repeated_paragraphs import EDGE_PARAGRAPHS, edge_hashes, shared_edges, shared_in

LICENCE = "The sellers of Wenlow Lane grant you this copy for one winter, and for nothing else."


def write_books(folder, *, framed, amid=0):
    """Eight different books of 100 paragraphs; some end with the licence, some have it in their middle."""
    folder.mkdir()
    for book in range(8):
        prose = [
            f"In year {book} the farmer counted {n} sheep and {n * 7 + book} birds on his hill." for n in range(100)
        ]
        prose.insert(50, LICENCE if book < amid else "Then it rained.")
        ending = [LICENCE] if book < framed else []
        (folder / f"b{book}.txt").write_text("\n\n".join([*prose, *ending]))
    return folder


def licences(dataset):
    """How many sentences are the licence."""
    return sum(row["text"] == LICENCE for batch in dataset.batches() for row in batch.to_pylist())


def test_a_licence_that_five_books_end_with_goes_and_is_reported(home, tmp_path):
    made = corpora.build(f"books:folder={write_books(tmp_path / 'books', framed=5)}")
    assert made.documents == 8 and licences(made) == 0
    assert made.manifest.accounting["counts"]["boilerplate paragraphs of many documents"] == {LICENCE: 5}
    assert any("because many documents share them: 1." in note for note in made.manifest.notes)


def test_a_licence_that_four_books_end_with_stays(home, tmp_path):
    made = corpora.build(f"books:folder={write_books(tmp_path / 'books', framed=4)}")
    assert licences(made) == 4
    assert "boilerplate paragraphs of many documents" not in made.manifest.accounting["counts"]


def test_what_books_share_in_their_middle_stays(home, tmp_path):
    made = corpora.build(f"books:folder={write_books(tmp_path / 'books', framed=5, amid=8)}")
    assert licences(made) == 8


@pytest.mark.parametrize(("source", "duplicates"), [("texts", "near"), ("books", "keep")])
def test_other_sources_and_builds_that_keep_copies_lose_nothing(home, tmp_path, source, duplicates):
    folder = write_books(tmp_path / "books", framed=8)
    made = corpora.build(f"{source}:folder={folder}", duplicates=duplicates)
    assert licences(made) == 8 and "shared_edges" not in made.manifest.plan["settings"]


def test_the_choice_is_in_the_fingerprint_and_not_in_the_recipe(home, tmp_path):
    plan = corpora.build(f"books:folder={write_books(tmp_path / 'books', framed=5)}").manifest.plan
    assert plan["settings"]["shared_edges"] is True and "shared_edges" not in json.dumps(plan["recipe"])


def test_among_many_documents_five_are_not_enough():
    edges = pa.chunked_array([[[1, 2]] * 6, [[2]] * 694, [None]], pa.large_list(pa.uint64()))
    assert shared_edges(edges) == {2: 700}


@given(st.lists(st.sampled_from(["short", LICENCE, *(f"{LICENCE} {n}" for n in range(5))]), max_size=90))
def test_only_shared_paragraphs_near_an_end_go(paragraphs):
    shared = set(edge_hashes([LICENCE]).values())
    middle = paragraphs[EDGE_PARAGRAPHS:-EDGE_PARAGRAPHS]
    numbers = shared_in(paragraphs, shared)
    kept = [paragraph for number, paragraph in enumerate(paragraphs) if number not in numbers]
    assert kept.count(LICENCE) == middle.count(LICENCE)
    assert [p for p in kept if p != LICENCE] == [p for p in paragraphs if p != LICENCE]
