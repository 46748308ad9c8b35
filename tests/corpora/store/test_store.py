"""The store: versions, names, tags, damage, removal."""

import json
import os
import threading

import datasets
import pyarrow as pa
import pytest

import corpora
from corpora.store.store import Store, default_store


def test_the_same_inputs_and_options_are_found_and_not_built_again(corpus, texts):
    again = corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep")
    assert again.path == corpus.path and again.manifest.created == corpus.manifest.created


def test_a_changed_input_is_another_version_and_the_name_means_it(corpus, texts):
    (texts / "d0.txt").write_text("One sentence only. And then another one.\n")
    changed = corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep")
    assert changed.fingerprint != corpus.fingerprint
    assert corpora.open("corpus").fingerprint == changed.fingerprint
    assert corpora.open(corpus.reference).fingerprint == corpus.fingerprint


def test_a_name_found_again_is_current_again(corpus, texts):
    original = (texts / "d0.txt").read_text()
    (texts / "d0.txt").write_text("Other text.")
    corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep")
    (texts / "d0.txt").write_text(original)
    corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep")
    assert corpora.open("corpus").fingerprint == corpus.fingerprint


def test_another_name_shares_the_files(corpus, texts):
    twin = corpora.build(f"texts:folder={texts}", name="twin", duplicates="keep")
    assert twin.fingerprint == corpus.fingerprint and twin.name == "twin"
    assert twin.files[0].stat().st_ino == corpus.files[0].stat().st_ino


def test_datasets_opens_every_version(corpus, tokens):
    assert datasets.load_from_disk(str(corpus.path))[0]["text"] == next(corpus.batches())["text"][0].as_py()
    assert datasets.load_from_disk(str(tokens.path)).num_rows == tokens.rows
    assert tokens.to_datasets()[3]["input_ids"] == next(tokens.batches())["input_ids"][3].as_py()


def test_a_file_cut_between_two_blocks_is_found_at_open(corpus):
    path = corpus.files[0]
    with pa.memory_map(str(path)) as source:
        schema = pa.ipc.open_stream(source).schema
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, schema):
        pass
    with pytest.raises(corpora.DatasetDamaged, match=r"bytes, but .* were written; corpora remove .* build it again"):
        corpora.open("corpus")


def test_a_file_cut_at_a_block_of_the_same_size_is_found_by_its_rows(corpus):
    manifest = corpus.path / "manifest.json"
    content = json.loads(manifest.read_text())
    content["files"][corpus.files[0].name]["rows"] += 1
    manifest.write_text(json.dumps(content))
    with pytest.raises(corpora.DatasetDamaged, match="rows, but"):
        corpora.open("corpus")


def test_verify_finds_one_changed_byte(corpus):
    path = corpus.path / "documents.parquet"
    content = bytearray(path.read_bytes())
    content[50] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    with pytest.raises(corpora.DatasetDamaged, match="the content of documents.parquet changed"):
        corpora.open("corpus").verify()


def test_a_missing_dataset_gets_near_matches(corpus):
    with pytest.raises(corpora.DatasetNotFound, match="no dataset is named corpos; did you mean corpus"):
        corpora.open("corpos")


def test_an_empty_store_says_how_to_begin(home):
    with pytest.raises(corpora.DatasetNotFound, match="the store is empty; corpora build toy"):
        corpora.open("tbc")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "a@b", "ä"])
def test_a_name_that_cannot_be_a_folder_is_refused(home, texts, name):
    with pytest.raises(corpora.OptionError, match="cannot name a dataset"):
        corpora.build(f"texts:folder={texts}", name=name or "@")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into read-only folders")
def test_a_read_only_store_gives_its_current_versions(corpus, texts, home):
    for folder in (home, home / "corpus"):
        folder.chmod(0o555)
    try:
        assert corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep").path == corpus.path
        with pytest.raises(corpora.StorageError, match="no permission to write there"):
            corpora.build(f"texts:folder={texts}", name="other", duplicates="keep")
    finally:
        for folder in (home, home / "corpus"):
            folder.chmod(0o755)


@pytest.mark.parametrize("content", [b"", b"\xff\0zz", b"../../..", b"0123456789ab x"])
def test_a_damaged_pointer_is_no_pointer(corpus, home, content):
    (home / "corpus" / "current").write_bytes(content)
    with pytest.raises(corpora.DatasetNotFound, match=f"corpus has no current version; choose one: {corpus.path.name}"):
        corpora.open("corpus")


def test_a_tag_opens_the_version_and_moves(corpus, tokens):
    store = default_store()
    store.tag("corpus", "v1")
    assert corpora.open("corpus@v1").fingerprint == corpus.fingerprint
    assert store.tags("corpus") == {"v1": corpus.path.name}


def test_a_parent_is_not_removed(corpus, tokens):
    with pytest.raises(corpora.DatasetInUse, match="is a parent of corpus-tokens@"):
        default_store().remove("corpus")
    default_store().remove("corpus-tokens")
    default_store().remove("corpus")
    assert default_store().all() == []


def test_garbage_is_what_is_neither_current_tagged_nor_a_parent(corpus, tokens, texts):
    (texts / "d0.txt").write_text("Something else entirely.")
    newer = corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep")
    store = default_store()
    assert store.garbage() == []  # the older one is a parent of the tokens
    corpora.tokenize(newer, train=120)
    assert {garbage.path for garbage in store.garbage()} == {corpus.path, tokens.path}


def test_two_builders_of_one_version_build_it_once(home, texts):
    made = []
    build = lambda: made.append(corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep"))  # noqa: E731
    threads = [threading.Thread(target=build) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({d.manifest.created for d in made}) == 1 and len(Store(home).all()) == 1


def test_show_json_has_every_promised_key(run, corpus, tokens):
    keys = {"name", "fingerprint", "path", "rows", "documents", "tokens", "text_bytes", "size_bytes", "statistics"}
    for name in ("corpus", "corpus-tokens"):
        facts = json.loads(run("show", name, "--json").out)
        assert keys <= set(facts)
        assert {"sentences", "words", "mean_words_per_sentence", "median_words_per_sentence"} <= set(
            facts["statistics"]
        )
    assert facts["statistics"]["words"] is None and facts["tokens"] == tokens.tokens


def test_the_whole_life_of_a_dataset_on_the_command_line(run, corpus, tmp_path):
    assert "corpus@" in run("list").out
    assert run("head", "corpus", "-n", "2").out.count("\n") == 2
    assert run("path", "corpus").out.strip() == str(corpus.path)
    assert "match their checksums" in run("verify", "corpus").out
    assert "corpus@v1" in run("tag", "corpus", "v1").out
    for ending in ("txt", "jsonl", "parquet"):
        assert f"{corpus.rows:,} rows" in run("export", "corpus", tmp_path / f"out.{ending}").out
    assert "exists; --overwrite replaces it" in run("export", "corpus", tmp_path / "out.txt", code=2).err
    assert 'build = "texts"' in run("recipe", "corpus").out
    assert "nothing to delete" in run("gc").out
    assert "removed" in run("remove", "corpus").out
