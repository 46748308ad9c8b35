"""Pipes, devices, broken links and paths without end, where a stranger may put them: one line, and no waiting."""

import errno
import os
from pathlib import Path

import pytest

import corpora
from corpora import registry
from corpora.store import default_store
from corpora.store.disk.atomic import storage_errors

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def pipe(tmp_path):
    os.mkfifo(made := tmp_path / "pipe.xml.bz2")
    return made


def test_a_pipe_is_no_dump(pipe):
    with pytest.raises(corpora.InputError, match="pipe.xml.bz2 is not a regular file"):
        corpora.build(f"wikipedia:dump={pipe}", name="wiki")


def test_a_pipe_is_no_tokenizer(pipe, corpus):
    with pytest.raises(corpora.InputError, match="pipe.xml.bz2 is not a regular file"):
        corpora.tokenize(corpus, tokenizer=pipe)


def test_a_recipe_without_end_is_refused():
    with pytest.raises(corpora.RecipeError, match="more than 10 MB"):
        corpora.read_recipe(Path("/dev/zero"))


def test_a_version_whose_manifest_is_a_pipe_is_damaged(corpus, tokens):
    (corpus.path / "manifest.json").unlink()
    os.mkfifo(corpus.path / "manifest.json")
    versions, [damaged] = default_store().survey()
    assert versions == [tokens] and "not a regular file" in damaged.problem


def test_a_folder_deeper_than_any_path_is_one_line(tmp_path, monkeypatch):
    (top := tmp_path / "deep").mkdir()
    monkeypatch.chdir(top)
    for _ in range(300):
        Path("d" * 20).mkdir()
        os.chdir("d" * 20)
    with pytest.raises(corpora.InputError, match="…? cannot be listed: File name too long") as found:
        corpora.build(f"texts:folder={top}")
    assert len(str(found.value)) < 500


def test_a_broken_link_among_a_plugin_s_inputs_is_one_line(tmp_path):
    from corpora.ingest.inputs import hash_inputs
    from corpora.plugin import Shard

    (tmp_path / "a.srt").symlink_to("nowhere")
    with pytest.raises(corpora.InputError, match="a.srt cannot be read: No such file"):
        hash_inputs([Shard("a.srt", tmp_path / "a.srt")], lambda *_: None)


@pytest.mark.parametrize("number", [errno.EFBIG, errno.EIO, errno.EISDIR])
def test_what_a_disk_refuses_is_said_in_words(tmp_path, number):
    refused = pytest.raises(corpora.StorageError, match="larger than|the disk failed|a folder is where")
    with refused, storage_errors(tmp_path):
        raise OSError(number, os.strerror(number), str(tmp_path / "a"))


def test_a_device_is_no_plugin_file():
    with pytest.raises(corpora.PluginError, match="/dev/zero is not a regular file"):
        registry.use_files(["/dev/zero"])


def test_a_pipe_among_parquet_files_is_one_line(tmp_path):
    os.mkfifo(tmp_path / "rows.parquet")
    with pytest.raises(corpora.InputError, match="rows.parquet is not a regular file"):
        corpora.transform(f"parquet:{tmp_path}", "sample:rate=0.5")
