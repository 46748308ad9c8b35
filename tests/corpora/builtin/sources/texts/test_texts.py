"""A folder of texts becomes documents with their encoding and language, and every bad row or file a reject."""

import os

import pytest

from corpora import Document, InputError, OptionError, Reject, build, registry

pytestmark = pytest.mark.usefixtures("home")

CZECH = "Žluťoučký kůň pěl ďábelské ódy. Příliš mnoho vody teče dolů řekou, říkal děda a šel spát. Ráno přišel déšť."
GERMAN = "Am 3. Oktober kam er zurück. Die Straße war leer, und niemand wartete auf ihn. Es regnete den ganzen Tag."


def source_of(folder, **options):
    return registry.find("sources", "texts").from_options({"folder": folder, **options})


def test_a_text_file_is_a_document(tmp_path, read):
    (tmp_path / "a.txt").write_text("One.\n\nTwo.", encoding="utf-8")
    (document,) = read(tmp_path)
    assert (document.id, document.paragraphs, document.encoding) == ("a.txt", ("One.", "Two."), "utf-8")


def test_brackets_underscores_and_braces_of_own_texts_stay(tmp_path, read):
    text = "Take items[0] or x[A] of {12}, _now_.\n[1] It is [Illustration: so]."
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert read(tmp_path)[0].paragraphs == tuple(text.split("\n"))


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "csv", "jsonl"])
def test_every_format_is_read_in_its_legacy_encoding(tmp_path, read, suffix):
    before = {"csv": 'id,text\n1,"', "jsonl": '{"text": "'}.get(suffix, "")
    after = {"csv": '"', "jsonl": '"}'}.get(suffix, "")
    (tmp_path / f"a.{suffix}").write_bytes((before + CZECH + after).encode("cp1250"))
    (document,) = read(tmp_path)
    assert (document.paragraphs, document.encoding, document.language) == ((CZECH,), "cp1250", "cs")


@pytest.mark.parametrize("suffix", ["txt", "csv", "tsv", "jsonl"])
def test_utf16_is_read_in_every_format(tmp_path, read, suffix):
    before = {"csv": 'id,text\n1,"', "tsv": "id\ttext\n1\t", "jsonl": '{"text": "'}.get(suffix, "")
    after = {"csv": '"', "jsonl": '"}'}.get(suffix, "")
    (tmp_path / f"a.{suffix}").write_text(before + CZECH + after, encoding="utf-16")
    (document,) = read(tmp_path)
    assert (document.paragraphs, document.encoding) == ((CZECH,), "utf-16-le")


def test_a_named_encoding_is_used_for_every_file(tmp_path, read):
    (tmp_path / "a.txt").write_bytes("š".encode("cp1250"))
    assert [made.reason for made in read(tmp_path)] == ["uncertain encoding"]
    assert read(tmp_path, encoding="windows-1250")[0].paragraphs == ("š",)


def test_an_unknown_encoding_is_a_wrong_option(tmp_path):
    with pytest.raises(OptionError, match="texts: unknown encoding 'cp9'"):
        source_of(tmp_path, encoding="cp9")


def test_random_bytes_are_one_reject(tmp_path, read):
    (tmp_path / "a.txt").write_bytes(bytes(range(0xA1, 0xFE)) * 40)
    (reject,) = read(tmp_path)
    assert isinstance(reject, Reject) and reject.reason == "uncertain encoding"


def test_the_encoding_of_each_file_stands_in_documents_parquet(tmp_path):
    import pyarrow.parquet as pq

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(CZECH.encode("cp1250"))
    (tmp_path / "in" / "b.txt").write_bytes(GERMAN.encode("utf-16"))
    dataset = build(source_of(tmp_path / "in"))
    table = pq.read_table(dataset.path / "documents.parquet")
    assert table["encoding"].to_pylist() == ["cp1250", "utf-16-le"]
    assert table["language"].to_pylist() == ["cs", "de"]


def test_sentences_follow_the_rules_of_each_documents_language(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(GERMAN, encoding="utf-8")
    dataset = build(source_of(tmp_path / "in"))
    first = next(dataset.batches())["text"].to_pylist()[0]
    assert first == "Am 3. Oktober kam er zurück."


def test_the_language_option_stands_for_documents_that_do_not_state_one(tmp_path, read):
    rows = '{"text": "Am 3. Mai."}\n{"text": "On 3 May.", "language": "en"}\n'
    (tmp_path / "a.jsonl").write_text(rows, encoding="utf-8")
    assert [document.language for document in read(tmp_path, language="de")] == ["de", "en"]


@pytest.mark.parametrize("language", ["", "3", "-de"])
def test_what_is_not_a_language_is_a_wrong_option(tmp_path, language):
    with pytest.raises(OptionError, match="texts: invalid language"):
        source_of(tmp_path, language=language)


def test_ids_that_each_file_counts_anew_are_all_kept(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        (tmp_path / "in" / f"{name}.csv").write_text(f"id,text\n1,The first text of {name}.\n", encoding="utf-8")
    dataset = build(source_of(tmp_path / "in"), duplicates="keep")
    assert next(dataset.batches())["document"].to_pylist() == ["a.csv#1", "b.csv#1"]


def test_files_with_other_suffixes_are_counted_at_the_end(tmp_path):
    for name in ("a.txt", "b.doc", "c.doc", "d.pdf", "README"):
        (tmp_path / name).write_text("Something.", encoding="utf-8")
    (note,) = source_of(tmp_path).notes()
    assert note.startswith("Files not read, by suffix: 2 .doc, 1 .pdf, 1 no suffix; texts reads .txt")


@pytest.mark.parametrize(
    ("folder", "message"), [("absent", "is not a folder; use --folder"), (".", "no file in .txt, .* under")]
)
def test_a_folder_that_gives_nothing_says_what_to_do(tmp_path, read, folder, message):
    with pytest.raises(InputError, match=f"texts: .*{message}"):
        read(tmp_path / folder)


def test_a_folder_without_texts_says_which_files_it_has(tmp_path, read):
    for name in ("a.yaml", "b.yaml", "c.arrow"):
        (tmp_path / name).write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match=r"it has 2 \.yaml, 1 \.arrow; check the folder"):
        read(tmp_path)


def test_a_pipe_is_a_reject_and_not_opened(tmp_path, read):
    os.mkfifo(tmp_path / "a.txt")
    (reject,) = read(tmp_path)
    assert (reject.id, reject.reason, reject.detail) == ("a.txt", "unreadable file", "not a regular file")


def test_every_outcome_is_a_document_or_a_reject(tmp_path, read):
    (tmp_path / "a.jsonl").write_text('{"text": "One."}\nnonsense\n[1]\n{"txt": "x"}\n{"text": "Two."}\n', "utf-8")
    outcomes = read(tmp_path)
    assert [type(outcome) for outcome in outcomes] == [Document, Reject, Reject, Reject, Document]
    assert [outcome.id for outcome in outcomes] == [f"a.jsonl#{n}" for n in range(1, 6)]


def test_a_scene_break_stays_a_row(tmp_path, monkeypatch):
    monkeypatch.setenv("CORPORA_HOME", str(tmp_path / "home"))
    folder = tmp_path / "scenes"
    folder.mkdir()
    (folder / "a.txt").write_text("She slept at last. * * * Morning came.", encoding="utf-8")
    made = build(f"texts:folder={folder}")
    texts = [text for batch in made.batches() for text in batch["text"].to_pylist()]
    assert texts == ["She slept at last.", "* * *", "Morning came."]
