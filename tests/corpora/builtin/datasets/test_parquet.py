"""Datasets that live elsewhere: a folder of Parquet files, and a hub on this machine."""

import io
import re
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tokenizers import Tokenizer

import corpora
from corpora import DatasetProvider, InputError, OptionError
from corpora.execution.progress import silent
from corpora.ingest import recipe_text
from corpora.operations.publishing.publication import check_licences, export_hub
from corpora.operations.version_writer import Work
from corpora.store.store import default_store


@pytest.mark.slow
def test_an_exported_dataset_comes_back_with_the_same_rows(corpus, tmp_path):
    export_hub(corpus, tmp_path / "out")
    made = corpora.transform(f"parquet:{tmp_path / 'out'}", "lowercase", name="back")
    again = corpora.transform(corpus, "lowercase", name="here")
    assert made.to_datasets()[:] == again.to_datasets()[:] and made.documents == corpus.documents


def test_rows_without_text_are_left_out_and_the_column_can_be_named(home, tmp_path):
    pq.write_table(pa.table({"line": ["One.", None, "", "Two."]}), tmp_path / "a.parquet")
    made = corpora.transform(f"parquet:{tmp_path},text=line", "lowercase", name="lines")
    assert made.to_datasets()["text"][:] == ["one.", "two."] and made.documents == 1


@pytest.mark.slow
def test_a_folder_is_taken_in_again_only_when_its_content_changed(home, tmp_path):
    pq.write_table(pa.table({"text": ["One."]}), tmp_path / "a.parquet")
    first = corpora.transform(f"parquet:{tmp_path}", "lowercase", name="x")
    assert corpora.transform(f"parquet:{tmp_path}", "lowercase", name="x") == first
    pq.write_table(pa.table({"text": ["Two."]}), tmp_path / "a.parquet")
    assert corpora.transform(f"parquet:{tmp_path}", "lowercase", name="x").fingerprint != first.fingerprint


@pytest.mark.slow
def test_show_head_and_export_take_one_as_actions_do(run, home, tmp_path):
    pq.write_table(pa.table({"text": ["One.", "Two."]}), tmp_path / "a.parquet")
    assert "parquet-" in run("show", f"parquet:{tmp_path}").out
    assert run("head", f"parquet:{tmp_path}", "--rows", 1).out == "One.\n"
    run("diff", f"parquet:{tmp_path}", f"parquet:{tmp_path}")
    run("report", f"parquet:{tmp_path}")
    run("export", f"parquet:{tmp_path}", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text() == "One.\nTwo.\n"


def test_a_recipe_names_it_by_its_reference_and_makes_the_same(home, tmp_path):
    pq.write_table(pa.table({"text": ["One.", "Two."]}), tmp_path / "a.parquet")
    made = corpora.transform(f"parquet:{tmp_path}", "lowercase", name="low")
    text = recipe_text(default_store(), made)
    assert text.count("[datasets.") == 1 and f'from = "parquet:{tmp_path}"' in text
    (tmp_path / "printed.toml").write_text(text)
    assert corpora.build_datasets(corpora.read_recipe(tmp_path / "printed.toml")) == [made]


def test_a_column_that_is_not_there_is_named_with_those_that_are(home, tmp_path):
    pq.write_table(pa.table({"line": ["One."]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="has no column text; it has line; name one with text=COLUMN"):
        corpora.transform(f"parquet:{tmp_path}", "lowercase")


def test_a_file_instead_of_its_folder_is_refused_with_the_right_words(home, tmp_path):
    pq.write_table(pa.table({"text": ["One."]}), tmp_path / "a.parquet")
    with pytest.raises(
        InputError, match=rf"is a file; give its folder: parquet:{re.escape(str(tmp_path))},files=a.par"
    ):
        corpora.open(f"parquet:{tmp_path / 'a.parquet'}")


def test_a_folder_without_parquet_is_refused(home, tmp_path):
    with pytest.raises(InputError, match="no .parquet file under"):
        corpora.transform(f"parquet:{tmp_path}", "lowercase")


@pytest.mark.slow
def test_a_hub_dataset_that_is_gone_or_private_is_one_clear_line(run, httpserver, monkeypatch):
    httpserver.expect_request("/api/datasets/me/gone").respond_with_json({"error": "not found"}, status=404)
    monkeypatch.setenv("HF_ENDPOINT", httpserver.url_for("").rstrip("/"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    done = run("transform", "lowercase", "hub:me/gone", code=1)
    assert "hub:me/gone does not exist or is private (404)" in done.err


@pytest.mark.slow
def test_without_a_network_the_hub_is_not_asked(run):
    assert "no answer from the hub" in run("transform", "lowercase", "hub:me/any", code=1).err


def test_a_token_dataset_comes_back_with_its_ids_and_its_tokenizer(tokens, tmp_path):
    export_hub(tokens, tmp_path / "out")
    made = corpora.transform(f"parquet:{tmp_path / 'out'}", "shuffle", name="back")
    [parent] = [default_store().find(reference) for reference in made.manifest.parents]
    assert list(parent.batches()) == list(tokens.batches()) and parent.kind == "tokens"
    assert parent.tokenizer_file.read_bytes() == tokens.tokenizer_file.read_bytes()


@pytest.fixture
def ids(tokens, tmp_path):
    """Write rows of ids beside the tokenizer of `tokens`; gives their reference."""

    def write(rows):
        (tmp_path / "ids").mkdir()
        pq.write_table(pa.table({"input_ids": rows}), tmp_path / "ids" / "a.parquet")
        (tmp_path / "ids" / "tokenizer.json").write_bytes(tokens.tokenizer_file.read_bytes())
        return f"parquet:{tmp_path / 'ids'}"

    return write


def test_ids_in_wider_integers_are_taken_in_their_own_width(tokens, ids):
    reference = ids(pa.array([[5, 6], None, [7]], pa.list_(pa.int64())))
    [batch] = Work.here(None, "serial", silent).open(reference).batches()
    assert batch["input_ids"].to_pylist() == [[5, 6], [7]] and batch.schema == tokens.schema
    assert batch["document"].to_pylist() == ["a.parquet", "a.parquet"]


@pytest.mark.parametrize("rows", [[[5, 9_000]], [[-1]], [[5, None]], [["five"]], [[0.5]]])
def test_ids_that_the_tokenizer_does_not_have_are_refused(ids, rows):
    reference = ids(rows)
    with pytest.raises(InputError, match=reference):
        corpora.transform(reference, "shuffle")


def test_ids_without_their_tokenizer_are_refused(home, tmp_path):
    pq.write_table(pa.table({"input_ids": [[5, 6]]}), tmp_path / "a.parquet")
    with pytest.raises(
        InputError, match="contains token ids but no tokenizer.json; copy the one that they were made with"
    ):
        corpora.transform(f"parquet:{tmp_path}", "shuffle")


@pytest.mark.parametrize("texts", [[], ["", None]])
def test_files_without_rows_are_refused(home, tmp_path, texts):
    pq.write_table(pa.table({"text": pa.array(texts, pa.string())}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=f"parquet:{tmp_path} has no rows"):
        corpora.transform(f"parquet:{tmp_path}", "lowercase")


def test_a_provider_with_a_column_missing_is_told_which(home, offer):
    @dataclass(frozen=True)
    class Short(DatasetProvider):
        """Rows without documents."""

        name: ClassVar[str] = "short"

        def fingerprint(self):
            return "1"

        def blocks(self):
            yield pa.RecordBatch.from_pydict({"text": ["One."], "paragraph": [0]})

    offer(datasets=[Short])
    with pytest.raises(
        InputError, match="short:: a block has no column document; it must have text, paragraph, document"
    ):
        corpora.transform("short:", "lowercase")


def test_scores_computed_elsewhere_come_in_and_are_selected_by(home, tmp_path):
    table = pa.table({"text": ["A.", "B.", "", "C."], "perplexity": [30.0, None, 1.0, 10.0], "stars": [1, 2, 3, 4]})
    pq.write_table(table, tmp_path / "a.parquet")
    scored = f"parquet:{tmp_path},scores=perplexity+stars"
    made = corpora.transform(scored, "by-score:stars,first=high", rows=2)
    assert made.to_datasets()["text"][:] == ["B.", "C."] and made.schema.names[3:] == ["perplexity", "stars"]
    assert corpora.transform(scored, "by-score:perplexity,max=20").to_datasets()["text"][:] == ["C."]


@pytest.mark.parametrize("name", ["text", "none", "paragraph"])
def test_a_score_that_is_no_column_of_numbers_is_refused(home, tmp_path, name):
    pq.write_table(pa.table({"text": ["One."], "paragraph": [1]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=f"has no column of numbers {name} for scores; it has text, paragraph"):
        corpora.transform(f"parquet:{tmp_path},scores={name}", "lowercase")


def test_an_export_comes_back_with_its_scores_and_tokenizer(tokens, tmp_path):
    scored = corpora.transform(tokens, "surprisal")
    corpora.export_hub(scored, tmp_path / "out")
    back = corpora.transform(f"parquet:{tmp_path / 'out'},scores=surprisal", "by-score:surprisal", rate=1.0)
    assert back.to_datasets()[:] == scored.to_datasets()[:]


def test_padding_and_truncation_of_a_tokenizer_are_left_behind(tokens, ids, tmp_path):
    reference = ids(pa.array([[5, 6, 7, 8, 9], [7]], pa.list_(pa.uint16())))
    file = tmp_path / "ids" / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.enable_padding(length=16)
    tokenizer.enable_truncation(2)
    file.write_text(tokenizer.to_str())
    made = corpora.open(reference)
    assert made.tokenizer_file.read_bytes() == tokens.tokenizer_file.read_bytes()
    assert corpora.concat([tokens, made], name="both").rows == tokens.rows + 2


def test_a_part_of_a_commit_is_not_taken_for_the_whole(home, hub, monkeypatch):
    from huggingface_hub import constants, hf_hub_download

    files = {f"{name}.parquet": parquet(text=[name]) for name in "ab"}
    commit = hub.commit("datasets/me/lines", files)
    hf_hub_download("me/lines", "a.parquet", repo_type="dataset", revision=commit)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert corpora.open(f"hub:me/lines@{commit}").rows == 1
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    assert corpora.open(f"hub:me/lines@{commit}").rows == 2


def parquet(**columns) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def test_it_is_named_after_its_last_folder_alone(home, tmp_path):
    folder = tmp_path / "secret place" / ("long" * 30)
    folder.mkdir(parents=True)
    (folder / "a.parquet").write_bytes(parquet(text=["One."]))
    made = corpora.open(f"parquet:{folder}")
    assert re.fullmatch(r"parquet-(long){10}-[0-9a-f]{8}", made.name)


@pytest.mark.parametrize("documents", [["a", "b", "a"], ["a", None, "b", None]])
def test_a_document_that_comes_back_is_refused(home, tmp_path, documents):
    (tmp_path / "a.parquet").write_bytes(parquet(text=["One."] * len(documents), document=documents))
    with pytest.raises(InputError, match="the rows of document 'a.*' are not consecutive; sort the rows by document"):
        corpora.open(f"parquet:{tmp_path}")


def test_a_document_may_go_on_in_the_next_file(home, tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.parquet").write_bytes(parquet(text=["One."], document=["x"]))
    assert corpora.open(f"parquet:{tmp_path}").documents == 1


def test_a_file_that_is_no_parquet_is_named(home, tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"none")
    with pytest.raises(InputError, match=r"a\.parquet cannot be read"):
        corpora.open(f"parquet:{tmp_path}")


@pytest.mark.parametrize("content", [b"{", b"{}", b"\xff"])
def test_a_tokenizer_that_is_none_is_named(ids, tmp_path, content):
    reference = ids([[5, 6]])
    (tmp_path / "ids" / "tokenizer.json").write_bytes(content)
    with pytest.raises(InputError, match=r"tokenizer\.json.* cannot be read"):
        corpora.open(reference)


@pytest.mark.parametrize("card", [b"---\nlicense: [mit\n---\n", b"---\n- mit\n---\n", b"\xff"])
def test_a_card_that_cannot_be_read_gives_no_licence_to_hand_on(home, tmp_path, card):
    (tmp_path / "a.parquet").write_bytes(parquet(text=["One."]))
    (tmp_path / "README.md").write_bytes(card)
    made = corpora.open(f"parquet:{tmp_path}")
    assert made.manifest.licences == {"unknown, the YAML of README.md cannot be read": 1}
    with pytest.raises(corpora.DatasetError, match="may not be redistributed"):
        check_licences("it", made.manifest.licences)


def test_a_licence_that_is_put_right_is_seen(home, tmp_path):
    (tmp_path / "a.parquet").write_bytes(parquet(text=["One."]))
    assert corpora.open(f"parquet:{tmp_path}").manifest.licences == {}
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    assert corpora.open(f"parquet:{tmp_path}").manifest.licences == {"mit": 1}


@pytest.mark.parametrize("names", [["text", "text"], ["text", "document", "document"], ["text", "q", "q"]])
def test_a_column_that_is_there_twice_is_refused(home, tmp_path, names):
    columns = [pa.array([1.0] if name == "q" else ["One."]) for name in names]
    pq.write_table(pa.Table.from_arrays(columns, names), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=f"has the column {names[-1]} twice"):
        corpora.open(f"parquet:{tmp_path}" + (",scores=q" if "q" in names else ""))


def test_a_score_that_is_asked_for_twice_is_refused(home, tmp_path):
    (tmp_path / "a.parquet").write_bytes(parquet(text=["One."], q=[1.0]))
    with pytest.raises(OptionError, match=r"scores=q\+q names a column twice"):
        corpora.open(f"parquet:{tmp_path},scores=q+q")


def test_a_folder_with_an_equals_sign_is_told_how_to_be_written(home, tmp_path):
    folder = tmp_path / "lang=en"
    folder.mkdir()
    (folder / "a.parquet").write_bytes(parquet(text=["One."]))
    with pytest.raises(OptionError, match=f"write parquet:folder={folder}"):
        corpora.open(f"parquet:{folder}")
    made = corpora.open(f"parquet:folder={folder}")
    assert made.rows == 1 and made.manifest.plan["recipe"] == {"elsewhere": f"parquet:folder={folder}"}


@pytest.mark.slow
def test_a_dry_run_does_not_go_to_the_hub(run, home, tmp_path):
    (tmp_path / "r.toml").write_text('[datasets.low]\ntransform = "lowercase"\nfrom = "hub:me/lines"\n')
    assert "needs its inputs" in run("build", "--recipe", tmp_path / "r.toml", "--dry-run").out
