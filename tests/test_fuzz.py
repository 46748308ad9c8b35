"""Mutated files of every kind are read, or refused in one line: `tests/fuzz.py`, on as many as a test has time for."""

import subprocess
import sys
from pathlib import Path

import pytest

import corpora
from trainer.errors import ModelError
from trainer.models import load_tokenizer

FUZZ = Path(__file__).with_name("fuzz.py")
REPOSITORY = FUZZ.parents[1]


@pytest.mark.slow
def test_mutated_files_never_end_in_a_traceback_a_hang_or_a_write_outside():
    done = subprocess.run([sys.executable, FUZZ, "--inputs", "2000"], capture_output=True, text=True, timeout=400)
    assert done.returncode == 0 and "2,000; wrong: 0" in done.stdout, done.stdout + done.stderr[-3000:]


@pytest.mark.parametrize(
    "content",
    [
        '[[datasets]]\nbuild = "toy"',
        '[datasets.x]\ntransform = "shuffle"',
        "datasets = 3",
        f"a = {'9' * 5000}",
        "a = " + "[" * 3000,
    ],
)
def test_a_malformed_recipe_is_one_line(tmp_path, content):
    (tmp_path / "recipe.toml").write_text(content)
    with pytest.raises(corpora.RecipeError) as found:
        corpora.read_recipe(tmp_path / "recipe.toml")
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("like = 3", "like is '3'; it must be text"),
        ("train = 1.5", "it must be a whole number"),
        ("unit = [1]", "text"),
    ],
)
def test_a_value_of_another_type_is_named(tmp_path, line, said):
    (tmp_path / "recipe.toml").write_text(f'[datasets.x]\ntokenize = "y"\n{line}')
    with pytest.raises(corpora.RecipeError, match=rf"\[datasets.x\] .*{said}"):
        corpora.read_recipe(tmp_path / "recipe.toml")


def test_a_tokenizer_of_200_mb_is_refused_by_its_size(tmp_path, corpus):
    (tmp_path / "config.json").write_text("{}")
    with (tmp_path / "tokenizer.json").open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(corpora.InputError, match="has 200 MB; the limit is 100 MB"):
        corpora.tokenize(corpus, tokenizer=tmp_path / "tokenizer.json")
    with pytest.raises(ModelError, match="larger than 100 MB"):
        load_tokenizer(tmp_path)


def test_code_of_a_model_folder_is_never_trusted():
    sources = [
        path.read_text(encoding="utf-8")
        for room in ("corpora", "trainer")
        for path in (REPOSITORY / room).rglob("*.py")
    ]
    assert not any("trust_remote_code=True" in source for source in sources)
    assert sum(source.count("trust_remote_code=False") for source in sources) >= 6
