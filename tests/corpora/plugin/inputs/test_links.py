"""Links in a folder of inputs that lead out of it are read only where the user asks for it."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import corpora
from corpora import InputError, registry
from corpora.ingest import survey

SECRET = "A secret from outside. Nobody should read it here."


@pytest.fixture
def folder(tmp_path, home):
    """A folder with one text, a link to it, and links to a file, a folder and nothing outside."""
    inside, outside = tmp_path / "in", tmp_path / "out"
    (inside / "sub").mkdir(parents=True)
    (outside / "more").mkdir(parents=True)
    for path, text in {inside / "a.txt": "One text of our own.", outside / "s.txt": SECRET}.items():
        path.write_text(text, encoding="utf-8")
    (outside / "more/t.txt").write_text(f"More. {SECRET}", encoding="utf-8")
    (inside / "sub/again.txt").symlink_to("../a.txt")
    (inside / "link.txt").symlink_to("../out/s.txt")
    (inside / "sub/dir").symlink_to(outside / "more", target_is_directory=True)
    return inside


@pytest.mark.parametrize("source", ["texts", "books", "tbc"])
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_each_link_out_of_the_folder_is_one_reject_with_its_target(folder, home, source, scheme):
    more = "" if source == "texts" else ",min-words=0,language="
    made = corpora.build(f"{source}:folder={scheme}{folder}{more}", duplicates="keep")
    lines = [json.loads(line) for line in (made.path / "rejects.jsonl").read_text().splitlines()]
    assert {line["id"] for line in lines} == {"link.txt", "sub/dir"}
    assert all(line["reason"] == "link out of the folder" for line in lines)
    assert not any("secret" in text for text in made.to_datasets()["text"]) and made.documents == 2


def test_links_out_are_followed_on_request_and_inner_links_always(folder):
    made = corpora.build(f"texts:folder={folder},follow-links=true", duplicates="keep")
    assert sum("secret" in text for text in made.to_datasets()["text"]) == 2 and made.documents == 4


def test_a_folder_without_links_has_the_same_fingerprint_either_way(texts, home):
    strict = corpora.build(f"texts:folder={texts}", name="a")
    assert corpora.build(f"texts:folder={texts},follow-links=true", name="b").fingerprint == strict.fingerprint


def test_the_folder_itself_may_be_a_link(folder, tmp_path):
    (tmp_path / "way").symlink_to(folder, target_is_directory=True)
    source = registry.make("sources", f"texts:folder={tmp_path / 'way'}")
    assert [shard.key for shard in source.shards() if shard.path] == ["a.txt", "sub/again.txt"]


def test_a_folder_of_nothing_but_links_out_gives_rejects_not_text(tmp_path, home):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/passwd.txt").symlink_to("/etc/passwd")
    with pytest.raises(InputError, match="link out of the folder"):
        corpora.build(f"texts:folder={tmp_path / 'in'}")


@pytest.mark.parametrize("name", ["rows.parquet", "tokenizer.json", "README.md", "dir"])
def test_parquet_refuses_a_link_out_that_it_would_read(tmp_path, home, name):
    outside, inside = tmp_path / "out", tmp_path / "in"
    outside.mkdir()
    inside.mkdir()
    pq.write_table(pa.table({"text": [SECRET]}), outside / "s.parquet")
    pq.write_table(pa.table({"text": ["Ours."]}), inside / "a.parquet")
    (inside / name).symlink_to(outside if name == "dir" else outside / "s.parquet")
    with pytest.raises(InputError, match=f"{name} leads out of the folder, to .*follow-links=true"):
        corpora.transform(f"parquet:{inside}", "lowercase", name="x")
    if name in ("rows.parquet", "dir"):
        made = corpora.transform(f"parquet:{inside},follow-links=true", "lowercase", name="x")
        assert made.rows == 2


def test_saved_pages_refuse_a_link_out(folder):
    (folder / "page.html").symlink_to("../out/s.txt")
    with pytest.raises(InputError, match="leads out of the folder"):
        list(registry.make("catalogues", f"saved-pages:{folder}").find())
    assert not list(registry.make("catalogues", f"saved-pages:folder={folder},follow-links=true").find())


def test_a_survey_counts_and_names_links_out_and_reads_them_on_request(folder, run):
    found = survey(folder)
    assert found.sample.found == 2 and [link[-8:] for link in found.links_out] == ["link.txt", "/sub/dir"]
    assert "not followed: 2 links that lead out" in run("survey", folder).out
    assert survey(folder, follow_links=True).command.endswith("--follow-links")
