"""Evaluation data is removed: what a brute-force search finds, and nothing else, and then `diff` finds none."""

import bz2
import gzip
import json
import lzma
import random

import pyarrow as pa
import pytest

import corpora
from corpora.inspect.overlap import contamination
from corpora.operations.choice.digests import normalised, parse_normalise
from corpora.store.blocks import sequences_of
from corpora.store.store import default_store

WORDS = ["red", "cat", "ran", "to"]
LETTERS = [
    "the",
    "five",
    "boxing",
    "wizards",
    "jump",
    "quickly",
    "over",
    "lazy",
    "dogs",
    "near",
    "the",
    "river",
    "bank",
]


def ngrams(row, n):
    """Every n-gram of a row, the slow way."""
    return {tuple(row[i : i + n]) for i in range(len(row) - n + 1)}


def sentence(rng, longest=9):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, longest))) + "."


def seen(evaluation, training, n):
    """The share of evaluation n-grams that `corpora diff` finds in training data."""
    blocks = [[sequences_of(batch) for batch in dataset.batches()] for dataset in (evaluation, training)]
    return contamination(*blocks, n=n).ngrams_seen_rate


@pytest.mark.parametrize("n", [1, 3, 5])
def test_rows_go_exactly_where_a_brute_force_search_finds_an_n_gram(make, rows, n):
    rng = random.Random(n)
    corpus = make(*([f"{sentence(rng)}" for _ in range(40)] for _ in range(4)))
    held = make(["red cat."] if n == 1 else [sentence(rng) for _ in range(6)], name="held")
    known = set().union(*(ngrams(row.split(), n) for row in rows(held)))
    made = corpora.without(corpus, of=[held], ngram=n)
    assert rows(made) == [row for row in rows(corpus) if not ngrams(row.split(), n) & known]
    assert 0 < made.rows < corpus.rows and seen(held, made, n) == 0 < seen(held, corpus, n)


SPELLINGS = [
    "Red",
    "red,",
    "RED!",
    "cat",
    "Cat.",
    "—",
    "...",
    "don't",
    "dont",
    "Straße",
    "STRASSE",
    "cafe\u0301",
    "café",
]


@pytest.mark.parametrize("how", ["case", "punctuation", "space", "case,space,punctuation"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_rows_go_where_a_brute_force_search_finds_an_n_gram_of_normalised_words(make, rows, n, how):
    rng = random.Random(n)

    def text(longest):
        return " ".join(rng.choice(SPELLINGS) for _ in range(rng.randint(1, longest)))

    def words(row):
        return normalised(pa.array([row], pa.large_string()), parse_normalise(how)).to_pylist()[0].split()

    corpus = make(*([text(4) for _ in range(40)] for _ in range(4)))
    held = make(["RED! don't"] if n == 1 else [text(5) for _ in range(4)], name="held")
    known = set().union(*(ngrams(words(row), n) for row in rows(held)))
    made = corpora.without(corpus, of=[held], ngram=n, normalise=how)
    assert rows(made) == [row for row in rows(corpus) if not ngrams(words(row), n) & known]
    assert 0 < made.rows < corpus.rows


def test_spans_of_normalised_words_are_cut_as_they_are_written(make, rows, tmp_path):
    corpus = make(["He said: “The FOX — it ran” to us.", "Nothing is here."])
    (tmp_path / "e.jsonl").write_text('{"text": "the fox , it ran \\ud800"}\n')
    made = corpora.without(
        corpus, of=[str(tmp_path / "e.jsonl")], ngram=4, by="span", normalise=["punctuation", "case"]
    )
    assert rows(made) == ["He said:", "to us.", "Nothing is here."]
    assert [r["text"] for r in made.side_records("removed")] == ["“The FOX — it ran”"]
    assert made.manifest.plan["settings"]["normalise"] == ["case", "punctuation"]


def test_normalisations_are_of_text_and_have_names(make, tokens):
    held = make(["Red cat."], name="held")
    with pytest.raises(corpora.OptionError, match="--normalise compares text, but corpus-tokens@.* contains token ids"):
        corpora.without(tokens, of=[held], normalise="case")
    with pytest.raises(corpora.OptionError, match="--normalise is 'upper'; it takes case, punctuation, space"):
        corpora.without("corpus", of=[held], normalise="upper")
    with pytest.raises(corpora.OptionError, match="the longest text of other@.* has 2; give at most 2"):
        corpora.without("corpus", of=[make(["Red — cat."], name="other")], ngram=3, normalise="punctuation")


def test_documents_go_whole(make, rows):
    corpus = make(
        ["One two three four.", "Five six."], ["Seven eight.", "Nine ten."], ["Six two three four.", "Five six."]
    )
    held = make(["Say two three four. Ha."], name="held")
    made = corpora.without(corpus, of=[held], ngram=3, by="document")
    assert rows(made) == ["Seven eight.", "Nine ten."] and made.manifest.accounting["rows_shared"] == 2


def test_spans_are_cut_and_both_sides_become_rows(make, rows):
    corpus = make(["So a b c d e he said and then f g h it ended.", "Nothing is here."])
    held = make(["X a b c d e y.", "Z f g h it w."], name="held")
    made = corpora.without(corpus, of=[held], ngram=3, by="span")
    assert rows(made) == ["So", "he said and then", "ended.", "Nothing is here."]
    assert [r["text"] for r in made.side_records("removed")] == ["a b c d e", "f g h it"]


@pytest.mark.parametrize("by", ["row", "span"])
def test_token_datasets_are_cleaned_by_ids(tokens, make, by):
    held = make(["Document 3 says hello number 7. It ends here, near word0."], name="held")
    made = corpora.without(tokens, of=[held], ngram=5, by=by)
    evaluation = corpora.tokenize(held, like=tokens)
    assert seen(evaluation, made, 5) == 0 < seen(evaluation, tokens, 5) and made.rows
    assert corpora.without(tokens, of=[evaluation], ngram=5, by=by, name="same").manifest.files.keys()


@pytest.mark.slow
@pytest.mark.parametrize("by", ["row", "document", "span"])
def test_pieces_and_workers_change_nothing(tokens, make, by):
    shuffled = corpora.transform(tokens, "shuffle")
    twice = corpora.concat([tokens, shuffled], name="twice")
    held = make(["Document 3 says hello number 7."], name="held")
    n = 7 if by == "document" else 5  # every document shares the start of the sentence
    made = corpora.without(twice, of=[held], ngram=n, by=by)
    default_store().remove(made.reference)
    again = corpora.without(twice, of=[held], ngram=n, by=by, executor="processes:workers=2")
    files = [{k: v for k, v in d.manifest.files.items() if not k.endswith((".md", ".html"))} for d in (made, again)]
    assert files[0] == files[1] and "removed.jsonl" in files[0]


@pytest.fixture
def evaluation_files(tmp_path):
    """The same text as SQuAD, GLUE and plain files hold it, in a folder."""
    text = " ".join(LETTERS)
    squad = {"data": [{"title": "t", "paragraphs": [{"context": text, "qas": [{"question": "Who?", "id": "1"}]}]}]}
    (tmp_path / "eval" / "CoLA").mkdir(parents=True)
    (tmp_path / "eval" / "RTE").mkdir()
    (tmp_path / "eval" / "dev-v1.1.json").write_text(json.dumps(squad))
    (tmp_path / "eval" / "predictions.json").write_text(json.dumps({"1": "the"}))
    (tmp_path / "eval" / "CoLA" / "dev.tsv").write_text(f"gj04\t1\t\t{text}\n")
    (tmp_path / "eval" / "RTE" / "dev.tsv").write_text(f'index\tsentence1\tsentence2\tlabel\n0\tNo "x.\t{text}\tyes\n')
    (tmp_path / "eval" / "lines.txt").write_text(f"One.\n{text}\n")
    (tmp_path / "eval" / "lines.jsonl").write_text(json.dumps({"id": 1, "turns": [{"question": text}]}) + "\n")
    (tmp_path / "eval" / "wide.txt").write_text(text, encoding="utf-16")
    (tmp_path / "eval" / "list.json").write_text(json.dumps([text]))
    (tmp_path / "eval" / "lines.json").write_text(f"{json.dumps([text])}\n{json.dumps(['x'])}\n")
    (tmp_path / "eval" / "rows.CSV").write_text(f'id;text\n1;"{text}"\n')
    (tmp_path / "eval" / "rows.tsv").write_text(f'id\ttext\n1\t"{text}"\n')
    for packing in (gzip, bz2, lzma):
        suffix = {gzip: "gz", bz2: "bz2", lzma: "xz"}[packing]
        (tmp_path / "eval" / f"rows.txt.{suffix}").write_bytes(packing.compress(text.encode()))
    return tmp_path / "eval"


@pytest.mark.parametrize("word", ["squad:{}", "squad:{}/dev-v1.1.json", "glue:{}/CoLA", "glue:{}/RTE", "glue:{}",
                                  "{}/lines.txt", "{}/lines.jsonl", "{}/wide.txt", "{}/list.json", "{}/lines.json",
                                  "{}/rows.CSV", "{}/rows.tsv", "{}/rows.txt.gz", "{}/rows.txt.bz2",
                                  "{}/rows.txt.xz"])  # fmt: skip
def test_evaluation_files_are_read_as_they_are_published(make, rows, evaluation_files, word):
    corpus = make([f"He wrote {' '.join(LETTERS)} and left.", "Nothing."])
    made = corpora.without(corpus, of=[word.format(evaluation_files)])
    assert rows(made) == ["Nothing."]
    [removal] = made.side_records("removed")
    assert removal["text"] == " ".join(LETTERS) and removal["rule"].startswith("13-gram of ")


def test_a_recipe_knows_evaluation_data_and_gives_it_back(make, run, evaluation_files):
    make([f"He wrote {' '.join(LETTERS)} and left.", "Nothing."])
    folder = make(["Nothing else matters here."], name="other").manifest.plan["recipe"]["folder"]
    table = '[datasets.clean]\nwithout = "corpus"\nof = ["held", "squad:eval"]\nngram = 4\n'
    table += 'normalise = ["case"]\n[datasets.held]\n'
    recipe = evaluation_files.parent / "r.toml"
    recipe.write_text(table + f'build = "texts"\nfolder = "{folder}"\n')
    assert "1 row removed" in run("build", "--recipe", recipe).out
    assert 'normalise = ["case"]' in run("recipe", "clean").out
    assert f'"squad:{evaluation_files}"' in run("recipe", "clean").out and '"held"' in run("recipe", "clean").out


def test_what_went_is_said_and_recorded(make, run, evaluation_files):
    make([f"He wrote {' '.join(LETTERS)} and left.", "Nothing."])
    said = run("transform", "without", "corpus", "--of", f"squad:{evaluation_files}").out
    assert "1 row of 2 (50.0%) shared n-grams (n=13) with squad:dev-v1.1.json (1): 1 row removed" in said
    line = f"d0.txt, row 0: 13-gram of squad:dev-v1.1.json: {' '.join(LETTERS)}"
    assert line in run("show", "corpus-clean", "--removed").out


@pytest.mark.parametrize(
    ("of", "options", "message"),
    [
        ("nlg:x", {}, "no dataset provider is named nlg|no dataset is named|nlg"),
        ("squad:nowhere", {}, "nowhere does not exist; --of takes a dataset, squad:DIR, glue:DIR, or a file"),
        ("gone.txt", {}, "gone.txt does not exist"),
        ("lines.txt", {"ngram": 14}, "--ngram is 14, but the longest text of lines.txt has 13; give at most 13"),
        ("lines.txt", {"ngram": 13}, "--ngram is 13, but the longest row of corpus@.* has 2; give at most 2"),
        ("both.txt", {"ngram": 1}, "every row of corpus@.* shares a 1-gram with both.txt, so nothing would be left"),
        ("bad.jsonl", {}, "bad.jsonl cannot be read as .jsonl text .*line 2 of the file"),
        ("latin.txt", {}, "latin.txt is not UTF-8 text; convert it to UTF-8 first"),
        ("cut.txt.gz", {}, "cut.txt.gz cannot be read as .txt text"),
        ("blank.txt", {}, "there is no text in blank.txt"),
        ("./notes.md", {}, "notes.md has another format; --of takes a dataset.* or a file that ends in .txt, .jsonl"),
        ("./RTE", {}, "RTE is a folder; --of takes"),
        ("https://example.org/a.txt", {}, "addresses are not read here; download the file first"),
        ("corpus", {}, "is the dataset itself"),
        ("tokens", {}, "contains token ids but corpus@.* sentences; give the sentences that tokens was tokenized from"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_leaves_nothing(make, evaluation_files, monkeypatch, of, options, message):
    corpus = make(["Red cat.", "Red dog."])
    corpora.tokenize(corpus, train=60, name="tokens")
    monkeypatch.chdir(evaluation_files)
    (evaluation_files / "both.txt").write_text("Red")
    (evaluation_files / "bad.jsonl").write_text("1\n{")
    (evaluation_files / "latin.txt").write_bytes(b"caf\xe9")
    (evaluation_files / "cut.txt.gz").write_bytes(gzip.compress(b"Red cat. " * 99)[:20])
    (evaluation_files / "blank.txt").write_text(" \n")
    (evaluation_files / "notes.md").write_text("Red")
    before = len(default_store().all())
    with pytest.raises(corpora.CorporaError, match=message):
        corpora.without(corpus, of=[of], **options)
    assert len(default_store().all()) == before
    assert not list((default_store().home / ".staging").glob("*"))


def test_data_in_another_tokenizer_is_refused(tokens, make):
    other = corpora.tokenize(make(["Red cat."], name="other"), train=60)
    with pytest.raises(
        corpora.OptionError, match="has a different tokenizer than corpus-tokens@.*--like corpus-tokens"
    ):
        corpora.without(tokens, of=[other])


def test_evaluation_texts_that_are_too_short_to_be_found_are_counted(make, run, tmp_path):
    make(["The red cat ran to the river and back.", "今天天气很好我们一起去公园散步吧。"])
    evaluation = tmp_path / "evaluation.txt"
    evaluation.write_text(
        "今天天气很好我们一起去公园散步吧。\n\nToo short\nthe river and back. It slept\n", encoding="utf-8"
    )
    said = run("transform", "without", "corpus", "--of", str(evaluation), "--ngram", "4").out
    assert "1 row of 2 (50.0%) shared" in said
    assert "2 of 3 evaluation texts (66.7%) cannot be found, with fewer than 4 words (text without spaces" in said
    assert corpora.open("corpus-clean").manifest.accounting["short"] == {"evaluation.txt": 2}
    all_found = run("transform", "without", "corpus", "--of", str(evaluation), "--ngram", "1", "--by", "span").out
    assert "cannot be found" not in all_found
