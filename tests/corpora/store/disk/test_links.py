"""Nothing inside the store is followed out of it."""

import json
import os

import pytest

import corpora
from corpora.store import default_store


@pytest.fixture
def outside(tmp_path):
    """A folder outside the store, with a file that must survive."""
    folder = tmp_path / "outside"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "precious.txt").write_text("precious")
    return folder


def survives(outside):
    return (outside / "inner" / "precious.txt").read_text() == "precious" and len(list(outside.rglob("*"))) == 2


@pytest.mark.parametrize("place", [".staging", ".statistics", ".staging/0123456789ab", "corpus/.removed-0123456789ab"])
def test_gc_removes_a_link_and_nothing_behind_it(run, corpus, home, outside, place):
    link = home / place
    if link.is_dir():
        link.rmdir()
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(outside)
    assert str(link) in [entry["path"] for entry in json.loads(run("gc", "--json").out)]
    run("gc", "--yes")
    assert survives(outside) and not link.is_symlink()


def test_gc_does_not_look_behind_a_linked_name(run, corpus, home, outside):
    (outside / "inner").rename(outside / ".removed-0123456789ab")
    (home / "linked").symlink_to(outside)
    run("gc", "--yes")
    assert (outside / ".removed-0123456789ab" / "precious.txt").exists()


@pytest.mark.parametrize("place", ["corpus", ".staging", ".locks"])
def test_a_build_refuses_a_linked_folder(run, home, texts, outside, place):
    home.mkdir()
    (home / place).symlink_to(outside)
    with pytest.raises(corpora.StorageError, match=f"{place} is a symbolic link, and the store does not follow links"):
        corpora.build(f"texts:folder={texts}", name="corpus")
    assert survives(outside)


def test_links_that_were_planted_in_a_staging_folder_are_not_written_through(corpus, home, texts, outside):
    target = outside / "inner" / "precious.txt"
    digits = corpus.path.name
    default_store().remove("corpus")
    staging = home / ".staging" / digits
    staging.mkdir(parents=True)
    for name in ("README.md", "documents.parquet", "rejects.jsonl", "data-00000.arrow"):
        (staging / name).symlink_to(target)
    (staging / "parts").symlink_to(outside)
    corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep").verify()
    assert survives(outside)


def test_a_lock_file_that_is_a_link_is_refused(home, texts, outside):
    corpus = corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep")
    (home / ".locks" / corpus.path.name).unlink()
    (home / ".locks" / corpus.path.name).symlink_to(outside / "inner" / "precious.txt")
    with pytest.raises(corpora.StorageError, match="is a symbolic link"):
        corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep")
    assert survives(outside)


def test_a_linked_name_is_neither_listed_nor_opened_nor_removed(run, corpus, home, tmp_path):
    moved = tmp_path / "moved"
    (home / "corpus").rename(moved)
    (home / "corpus").symlink_to(moved)
    assert "corpus@" not in run("list").out
    for command in (["path", "corpus"], ["remove", "corpus", "--force"], ["tag", "corpus", "v1"]):
        assert "is a symbolic link" in run(*command, code=1).err
    assert (moved / "current").exists()


@pytest.mark.parametrize("name", ["documents.parquet", "statistics", "manifest.json", "data"])
def test_a_linked_file_in_a_version_is_damage(corpus, tmp_path, name):
    path = corpus.files[0] if name == "data" else corpus.path / name
    path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    with pytest.raises(corpora.DatasetDamaged, match="is a symbolic link"):
        corpora.open("corpus")


def test_the_store_itself_may_be_reached_through_a_link(run, corpus, home, tmp_path):
    (tmp_path / "way").symlink_to(home)
    os.environ["CORPORA_HOME"] = str(tmp_path / "way")
    try:
        assert corpora.transform("corpus", "lowercase").rows == corpus.rows
    finally:
        os.environ["CORPORA_HOME"] = str(home)
