"""Datasets on the hub: read from a server on loopback, fixed to commits, told clearly where they cannot be had."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import corpora
from corpora import DatasetError, DatasetNotFound, InputError
from corpora.ingest import recipe_text
from corpora.store.store import default_store

CARD = b"---\nlicense: cc0-1.0\n---\n# Toy\n"


def parquet(*texts: str) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table({"text": list(texts)}), stream)
    return stream.getvalue()


@pytest.fixture
def toy(hub):
    """The commit of a small dataset."""
    return hub.commit("datasets/me/toy", {"data/train.parquet": parquet("One.", "Two."), "README.md": CARD})


def rows(dataset):
    return [text for batch in dataset.batches() for text in batch["text"].to_pylist()]


@pytest.mark.slow
def test_a_dataset_is_read_with_the_licence_that_its_card_names(home, hub, toy):
    made = corpora.transform("hub:me/toy", "lowercase", name="low")
    assert rows(made) == ["one.", "two."] and made.manifest.licences == {"cc0-1.0": 1}


def test_a_recipe_names_the_commit_and_makes_the_same_without_asking(home, hub, toy, tmp_path):
    made = corpora.transform("hub:me/toy@main", "lowercase", name="low")
    (tmp_path / "printed.toml").write_text(recipe_text(default_store(), made))
    assert f'from = "hub:me/toy@{toy}"' in (tmp_path / "printed.toml").read_text()
    hub.commit("datasets/me/toy", {"data/train.parquet": parquet("Another one.")})
    hub.asked.clear()
    assert corpora.build_datasets(corpora.read_recipe(tmp_path / "printed.toml")) == [made] and not hub.asked


@pytest.mark.slow
def test_a_revision_that_moved_is_another_version_and_the_old_one_stays(home, hub, toy):
    old = corpora.transform("hub:me/toy@main", "lowercase", name="low")
    hub.commit("datasets/me/toy", {"data/train.parquet": parquet("Another one.")})
    new = corpora.transform("hub:me/toy@main", "lowercase", name="low")
    assert rows(new) == ["another one."] and rows(corpora.open(f"low@{old.path.name}")) == ["one.", "two."]
    assert rows(corpora.transform(f"hub:me/toy@{toy}", "lowercase", name="low")) == ["one.", "two."]


def test_a_branch_that_moves_while_it_is_read_gives_the_commit_that_is_recorded(home, hub, toy):
    from corpora.store.external import ExternalDataset

    given = ExternalDataset.named("hub:me/toy")
    hub.commit("datasets/me/toy", {"data/train.parquet": parquet("Another one.")})
    [batch] = given.rows(home)[1]
    assert batch["text"].to_pylist() == ["One.", "Two."] and toy in given.plan.recipe["elsewhere"]


@pytest.mark.slow
def test_what_the_cache_has_is_not_brought_again(home, hub, toy):
    corpora.transform("hub:me/toy", "lowercase", name="low")
    hub.asked.clear()
    corpora.build(f"hub:repository=me/toy@{toy}", duplicates="keep")
    assert not [line for line in hub.asked if line.startswith("GET /datasets/")]


@pytest.mark.slow
def test_a_download_that_was_cut_goes_on_where_it_was(home, hub):
    content = parquet(*(f"Sentence number {number} of many." for number in range(20_000)))
    hub.commit("datasets/me/long", {"train.parquet": content})
    hub.cut_after = 20_000
    with pytest.raises(
        DatasetError, match="hub:me/long@.*: no answer from the hub .*; run the same command again .* resumes"
    ):
        corpora.transform("hub:me/long", "lowercase", name="low")
    hub.cut_after = None
    assert corpora.transform("hub:me/long", "lowercase", name="low").rows == 20_000


def test_a_private_one_needs_a_token(home, hub, toy, monkeypatch):
    hub.private.add("datasets/me/toy")
    with pytest.raises(DatasetNotFound, match=r"hub:me/toy does not exist or is private \(401\); .* hf auth login"):
        corpora.transform("hub:me/toy", "lowercase")
    monkeypatch.setenv("HF_TOKEN", "hf_none")
    assert corpora.transform("hub:me/toy", "lowercase").rows == 2


@pytest.mark.slow
def test_one_that_is_gone_is_one_clear_line(run, hub):
    done = run("transform", "lowercase", "hub:me/gone", code=1)
    assert "hub:me/gone does not exist or is private (404); check the name" in done.err and "Traceback" not in done.err


def test_a_revision_that_is_gone_is_named(home, hub, toy):
    for revision in ("v2", "0" * 40):
        with pytest.raises(DatasetNotFound, match=f"hub:me/toy has no revision {revision}"):
            corpora.transform(f"hub:me/toy@{revision}", "lowercase")


def test_a_name_that_cannot_be_one_is_refused_before_anybody_is_asked(home, hub):
    with pytest.raises(DatasetNotFound, match="use hub:OWNER/NAME or hub:OWNER/NAME@REVISION"):
        corpora.transform("hub:a/b/c", "lowercase")
    assert not hub.asked


def test_files_are_chosen_by_their_path(home, hub):
    hub.commit("datasets/me/two", {"en/train.parquet": parquet("One."), "de/train.parquet": parquet("Eins.")})
    assert rows(corpora.transform("hub:me/two,files=de/*", "lowercase")) == ["eins."]
    assert "GET /datasets/me/two/resolve" not in "".join(line for line in hub.asked if "en/train" in line)
    with pytest.raises(InputError, match="no .parquet file under"):
        corpora.transform("hub:me/two,files=fr/*", "lowercase")


@pytest.mark.slow
def test_a_dataset_of_texts_is_a_source(run, hub):
    texts = parquet("A first text. It has two sentences.\nAnd two paragraphs.", "A second one.")
    sha = hub.commit("datasets/me/books", {"data/train.parquet": texts, "README.md": CARD})
    run("build", "hub", "--repository", "me/books", "--name", "books", "--duplicates", "keep")
    made = corpora.open("books")
    assert (made.documents, made.rows) == (2, 4) and made.manifest.licences == {"cc0-1.0": 2}
    assert f'repository = "me/books@{sha}"' in run("recipe", "books").out
