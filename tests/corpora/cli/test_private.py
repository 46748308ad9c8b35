"""Private datasets: nothing that is written for people or kept by a run tells their text or where it lay."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpora
from corpora import without_places

TOLD = "Zanzibar kept the quixotic ledger"
ROWS = ("data-", "documents.parquet", "rejects.jsonl", "tokenizer.json", "manifest.json")
"""What a version itself is made of."""


@pytest.fixture
def secret(tmp_path):
    """A folder of texts that all say one thing, in a place that nobody need know."""
    folder = tmp_path / "hidden" / "texts"
    folder.mkdir(parents=True)
    for number in range(6):
        lines = [f"{TOLD} number {number}, line {line}. It shone, near word{line % 7}." for line in range(40)]
        (folder / f"d{number}.txt").write_text("\n\n".join([f"All rights of this. {TOLD}.", *lines]), encoding="utf-8")
    return folder


def telling(*folders: Path, place: Path) -> list[str]:
    """The files under folders, but for the rows themselves, that tell the text or the place."""
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    words = (TOLD, str(place), str(Path.home()))
    return [
        f"{path}: {word}"
        for path in files
        if not path.name.startswith(ROWS)
        for word in words
        if word.encode() in path.read_bytes()
    ]


@pytest.mark.slow
def test_nothing_written_tells_the_text_or_the_place(run, secret, home, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    told = [run("build", "texts", "--folder", secret, "--name", "mine", "--private", "--duplicates", "keep")]
    told.append(run("tokenize", "mine", "--train", "200", "--max-tokens", "16"))
    told.append(run("sample", "mine-tokens", "--rate", "0.5"))
    told.append(run("transform", "shuffle", "mine-tokens-50pct"))
    told.append(run("report", "mine", "mine-tokens", "mine-tokens-50pct", "--out", out / "report.html"))
    told.append(run("export", "mine", out / "hub", "--layout", "hub"))
    small = ["--budget", "updates=2", "--sequences", "4"]
    shape = ["--layers", "1", "--hidden", "16"]
    told.append(run("pretrain", "--dataset", "mine-tokens", *shape, *small, "--out", out / "t", program="trainer"))
    line = ["--dataset", "mine", "--teacher", out / "t", "--student", "layers:1", *small, "--out", out / "run"]
    told.append(run("distill", *line, program="trainer"))
    (out / "told").write_text("".join(line for done in told for line in (done.out + done.err).splitlines(True)))
    (out / "hub" / "data" / "train-00000-of-00001.parquet").rename(out / "hub" / "data-")
    words = telling(home, out / "hub", out / "run", out / "t", place=secret.parent)
    assert words == [] and "no rows are shown" in (corpora.open("mine").path / "report.html").read_text()
    assert "Zanzibar" not in (out / "report.html").read_text() + (out / "told").read_text()
    assert str(secret.parent) not in (out / "report.html").read_text()
    assert str(out) not in (out / "run" / "run.json").read_text() + (out / "run" / "student" / "README.md").read_text()


def test_what_is_not_private_does_tell(home, texts):
    corpus = corpora.build(f"texts:folder={texts}", duplicates="keep")
    page = (corpus.path / "report.html").read_text(encoding="utf-8")
    assert "says hello" in page and str(texts) in (corpus.path / "manifest.json").read_text(encoding="utf-8")


def test_all_made_from_a_private_dataset_is_private(home, texts):
    mine = corpora.build(f"texts:folder={texts}", name="mine", duplicates="keep", private=True)
    other = corpora.build(f"texts:folder={texts}", name="other", duplicates="keep")
    tokens = corpora.tokenize(mine, train=120)
    made = [mine, tokens, corpora.concat([other, mine], name="both"), *corpora.split(mine, held_out=0.5)]
    assert all(dataset.manifest.private for dataset in made) and not other.manifest.private
    assert str(texts) not in (mine.path / "manifest.json").read_text(encoding="utf-8")
    assert [key for key, _ in mine.manifest.plan["inputs"]] == ["1", "2", "3", "4", "5", "6"]
    assert other.manifest.plan["inputs"][0] == ("d0.txt", mine.manifest.plan["inputs"][0][1])


def test_private_is_another_version_with_the_same_rows(home, texts):
    versions = [corpora.build(f"texts:folder={texts}", duplicates="keep", private=p) for p in (False, True)]
    assert versions[0].fingerprint != versions[1].fingerprint
    assert list(versions[0].batches()) == list(versions[1].batches())


def test_a_recipe_keeps_a_dataset_private(home, texts, tmp_path):
    (tmp_path / "r.toml").write_text('[datasets.mine]\nbuild = "texts"\nfolder = "texts"\nprivate = true\n')
    [made] = corpora.build_datasets(corpora.read_recipe(tmp_path / "r.toml"))
    assert made.manifest.private and made.manifest.plan["recipe"]["folder"] == "texts"


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("/home/me/teacher", "teacher"),
        ("/home/me/my texts", "my texts"),
        ("../models/bert", "bert"),
        ("parquet:/home/me/secret/x", "parquet:x"),
        ("parquet:/home/me/my texts/x,text=line", "parquet:x,text=line"),
        ("texts:folder=/home/my own/the texts,files=de/*", "texts:folder=the texts,files=de/*"),
        ('parquet:"/home/me, too/x"', 'parquet:"x"'),
        ("file:///home/me/x and file:///srv/y", "x and y"),
        ("of `/home/me/my texts/x` and/or y", "of `x` and/or y"),
        ("hub:me/toy,files=de/*", "hub:me/toy,files=de/*"),
        ("distilled from `/home/me/teacher`", "distilled from `teacher`"),
        ("tensorboard:folder=~/logs/one,every=3", "tensorboard:folder=one,every=3"),
        ("https://example.org/a/b and/or hub:me/toy", "https://example.org/a/b and/or hub:me/toy"),
    ],
)
def test_of_a_place_the_last_name_is_left(told, left):
    assert without_places({"a": [told, 1, None]}) == {"a": [left, 1, None]}


@given(st.lists(st.text("abc-_", min_size=1), min_size=2))
def test_no_folder_of_an_absolute_path_is_left(parts):
    assert without_places("/" + "/".join(parts)) == parts[-1]
