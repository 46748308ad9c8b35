"""A parent's changed bytes never pass silently: actions check what they read, verify covers parents."""

import json
import os
import shutil

import pytest

import corpora
from corpora.store import default_store
from corpora.store.maintenance import checksums

CHECKED = ".checked.json"


def flip(path, count=64):
    """Flip bytes in the middle of a file; its size stays."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    for place in range(middle, middle + count):
        content[place % len(content)] ^= 0xFF
    path.write_bytes(content)


ACTIONS = {
    "tokenize": lambda: corpora.tokenize("corpus", train=120),
    "lowercase": lambda: corpora.transform("corpus", "lowercase"),
    "sample": lambda: corpora.transform("corpus", "sample", rate=0.5),
    "concat": lambda: corpora.concat(["corpus", "corpus"], name="twice"),
    "split": lambda: corpora.split("corpus", held_out=0.3),
    "open": lambda: corpora.open("corpus"),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_refuses_a_parent_with_flipped_bytes(corpus, action):
    flip(corpus.files[0])
    with pytest.raises(corpora.DatasetDamaged, match=r"corpus@.*: the content of data-.* changed; corpora remove"):
        ACTIONS[action]()
    assert default_store().all() == [corpus]


@pytest.mark.parametrize("name", ["documents.parquet", "statistics/lengths.npz"])
def test_side_files_that_actions_read_are_checked_too(corpus, name):
    flip(corpus.path / name, 3)
    with pytest.raises(corpora.DatasetDamaged, match=f"the content of {name} changed"):
        corpora.transform(corpus, "lowercase")


def test_a_dataset_that_is_open_already_is_checked_again_when_its_file_changed(corpus):
    flip(corpus.files[0])
    with pytest.raises(corpora.DatasetDamaged, match="the content of data-"):
        corpora.transform(corpus, "lowercase")


def test_a_damaged_twin_is_not_copied_to_another_name(corpus, texts):
    flip(corpus.path / "documents.parquet", 3)
    with pytest.raises(corpora.DatasetDamaged, match="the content of documents.parquet changed"):
        corpora.build(f"texts:folder={texts}", name="twin", duplicates="keep")


def test_a_file_is_hashed_once_until_it_is_touched(corpus):
    path, seen = corpus.files[0], corpus.path / CHECKED
    before = json.loads(seen.read_text())[path.name]
    os.utime(path, ns=(1, 1))
    corpora.open("corpus")
    after = json.loads(seen.read_text())[path.name]
    assert before != after and after[1] == 1 and before[3] == after[3]


def test_a_version_without_the_sidecar_or_with_a_damaged_one_is_checked(corpus):
    for content in (None, b"", b"[1]", b'{"data": [1, 2]}', b"\xff"):
        (corpus.path / CHECKED).unlink()
        if content is not None:
            (corpus.path / CHECKED).write_bytes(content)
        corpora.open("corpus")
        assert corpus.files[0].name in json.loads((corpus.path / CHECKED).read_text())
    (corpus.path / CHECKED).unlink()
    flip(corpus.files[0])
    with pytest.raises(corpora.DatasetDamaged):
        corpora.open("corpus")


def test_a_copied_version_is_checked_by_its_quick_hash_and_damage_in_the_copy_is_found(corpus, monkeypatch):
    path = corpus.files[0]
    shutil.copytree(corpus.path, moved := corpus.path.with_name(".copy"))
    shutil.rmtree(corpus.path)
    moved.rename(corpus.path)
    os.utime(path, ns=(1, 1))
    with monkeypatch.context() as patched:
        patched.setattr(checksums, "digests_of", lambda path: pytest.fail(f"{path} is hashed in full"))
        corpora.open("corpus")
    flip(path)
    with pytest.raises(corpora.DatasetDamaged, match="the content of data-.* changed"):
        corpora.open("corpus")


def test_a_memory_of_an_earlier_release_serves(corpus, monkeypatch):
    seen = json.loads((corpus.path / CHECKED).read_text())
    (corpus.path / CHECKED).write_text(json.dumps({name: entry[:4] for name, entry in seen.items()}))
    with monkeypatch.context() as patched:
        patched.setattr(checksums, "digests_of", lambda path: pytest.fail(f"{path} is hashed in full"))
        corpora.open("corpus")
    os.utime(corpus.files[0], ns=(1, 1))
    corpora.open("corpus")
    assert json.loads((corpus.path / CHECKED).read_text())[corpus.files[0].name][3:] == seen[corpus.files[0].name][3:]


def test_a_partial_memory_that_a_killed_process_left_is_removed(corpus):
    (left := corpus.path / f".{CHECKED}.123.partial").write_bytes(b"{")
    os.utime(corpus.files[0], ns=(1, 1))
    corpora.open("corpus")
    assert not left.exists() and corpus.foreign_files() == []


def test_verify_reads_what_was_hashed_before_and_forgets_it_when_it_is_damaged(corpus):
    path = corpus.files[0]
    times = path.stat()
    flip(path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # as a disk that loses bits does
    with pytest.raises(corpora.DatasetDamaged, match="the content of data-"):
        corpus.verify()
    with pytest.raises(corpora.DatasetDamaged, match="the content of data-"):
        corpora.open("corpus")


def test_verify_covers_parents(run, corpus, tokens):
    assert f"{corpus.reference}: " in run("verify", "corpus-tokens").out
    flip(corpus.files[0])
    failed = run("verify", "corpus-tokens", code=1)
    assert f"{tokens.reference}: " in failed.out and f"{corpus.reference}: the content of data-" in failed.out
    assert "1 damaged version" in failed.err


def test_verify_says_which_parent_is_gone(run, corpus, tokens):
    default_store().remove("corpus", force=True)
    assert f"{corpus.reference}: no longer in the store, not verified" in run("verify", "corpus-tokens").out


def test_verify_all_covers_the_store(run, corpus, tokens):
    (tokens.path / "manifest.json").write_text("{}")
    flip(corpus.path / "README.md", 2)
    failed = run("verify", "--all", code=1)
    assert "the content of README.md changed" in failed.out and "2 damaged versions" in failed.err
    assert "takes a DATASET, or --all" in run("verify", code=2).err


def test_verify_as_json_names_each_version(run, corpus, tokens):
    facts = json.loads(run("verify", "corpus-tokens", "--json").out)
    assert [(entry["reference"], entry["problem"]) for entry in facts] == [
        (tokens.reference, None),
        (corpus.reference, None),
    ]


def test_cache_files_of_datasets_are_named_and_cleaned(run, corpus):
    import datasets

    datasets.load_from_disk(str(corpus.path)).map(lambda row: {"text": row["text"].upper()})
    [cache] = corpus.path.glob("cache-*.arrow")
    assert f"{cache} was written by the datasets library; corpora gc --yes deletes it" in run("verify", "corpus").out
    assert cache.name in run("gc").out and cache.exists()
    run("gc", "--yes")
    assert not cache.exists()
    corpus.verify()


def test_to_datasets_writes_nothing_into_the_version(corpus):
    before = sorted(corpus.path.rglob("*"))
    rows = corpus.to_datasets()
    shuffled = rows.map(lambda row: {"text": row["text"].upper()}).shuffle(seed=1)
    assert rows.shuffle(seed=1).map(lambda row: row, num_proc=2).num_rows == shuffled.num_rows == corpus.rows
    assert rows.filter(lambda row: row["paragraph"] > 3).num_rows < corpus.rows
    assert sorted(corpus.path.rglob("*")) == before


def test_a_copy_under_another_name_has_no_foreign_files(corpus, texts):
    (corpus.path / "cache-1234.arrow").write_bytes(b"x")
    twin = corpora.build(f"texts:folder={texts}", name="twin", duplicates="keep")
    assert twin.foreign_files() == [] and corpus.foreign_files() == [corpus.path / "cache-1234.arrow"]
