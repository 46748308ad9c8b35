"""A whole search in small: planned, run, found again, killed; and what is refused before anything is trained."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from corpora import RecipeError, transform
from trainer.errors import HeldOutOverlap, ResultDamaged, TransferError, VocabularyMismatch
from trainer.experiments.search.plan import plan_search
from trainer.experiments.search.runner import run_search
from trainer.experiments.search.settings import read_search
from trainer.experiments.study.runner import StudyCallbacks

RECIPE = """
[datasets.tiny]
build = "toy"
books = 1
articles = 6
words = 400

[datasets.tiny-tokens]
tokenize = "tiny"
train = 200

[datasets.tiny-train]
split = "tiny-tokens"
held-out = 0.3

[datasets.tiny-apart]
split = "tiny-tokens"
held-out = 0.3
side = "held-out"

[datasets.tiny-shuffle]
transform = "shuffle"
from = "tiny-train"

[search]
parts = ["tiny-train", "tiny-shuffle"]
held-out = ["tiny-apart"]
held-out-rows = 20
proxies = 6
refine = 1
updates = 2
verify-seeds = [1]
out = "search"

[teacher]
pretrain = "tiny-train"
layers = 1
hidden = 16
heads = 1
positions = 128
budget = "updates=2"
sequences = 8

[distill]
student = "distilbert:1"
sequences = 8
"""


def prepare(root: Path, text: str = RECIPE) -> Path:
    path = root / "search.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def once(run_once: Callable[[Callable[[Path], object]], Path]) -> Path:
    """The folder of a search that was run to its end."""
    return run_once(lambda root: run_search(prepare(root)))


@pytest.fixture
def finished(copy: Path) -> Path:
    """The recipe of a copy of it, for one test."""
    return copy / "search.toml"


def written(root: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in root.glob("search/runs/*/student.json")}


@pytest.mark.slow
def test_a_search_proposes_a_mix_and_verifies_it_against_both_simple_ones(once: Path) -> None:
    found = json.loads((once / "search" / "search.json").read_text(encoding="utf-8"))
    labels = [proxy["label"] for proxy in found["proxies"]]
    assert labels == ["natural proportions", "only tiny-train", "only tiny-shuffle", "draw 1", "draw 2", "refinement 1"]
    assert sum(found["proposal"]["shares"].values()) == pytest.approx(1)
    assert found["verifications"][0]["against"] == "natural proportions"
    assert len(found["sentences"]) == 3 and set(found["responses"][0]["errors"]) >= {"constant", "linear"}


@pytest.mark.slow
def test_every_mix_holds_the_same_tokens_and_every_proxy_trains_on_as_many(once: Path) -> None:
    found = json.loads((once / "search" / "search.json").read_text(encoding="utf-8"))
    cards = [json.loads(path.read_text(encoding="utf-8")) for path in (once / "search").glob("runs/*/run.json")]
    sizes = [card["dataset"]["tokens"] for card in cards]
    assert max(sizes) <= found["tokens_per_mix"] and min(sizes) > 0.95 * found["tokens_per_mix"]
    assert {card["recipe"]["budget"] for card in cards} == {f"tokens={found['tokens_per_proxy']}"}


@pytest.mark.slow
def test_the_page_shows_the_surface_and_the_verdict(once: Path) -> None:
    page = (once / "search" / "report.html").read_text(encoding="utf-8")
    assert "<svg" in page and "Which mix is best?" in page
    assert "Verification at equal tokens" in page and "GLUE score" not in page


@pytest.mark.slow
def test_the_same_command_finds_everything_and_says_the_same(finished: Path, tmp_path: Path) -> None:
    before, result = written(tmp_path), (tmp_path / "search" / "search.json").read_text(encoding="utf-8")
    found = run_search(finished)
    assert written(tmp_path) == before
    assert json.loads(result)["sentences"] == list(found.sentences)


@pytest.mark.slow
def test_proxies_side_by_side_are_those_of_one_after_the_other(once: Path, tmp_path: Path, home: Path) -> None:
    told: list[str] = []
    found = run_search(
        prepare(tmp_path, RECIPE.replace("[search]", "[search]\nworkers = 2")), callbacks=StudyCallbacks(told.append)
    )
    first = json.loads((once / "search" / "search.json").read_text(encoding="utf-8"))
    assert [proxy.label for proxy in found.proxies] == [proxy["label"] for proxy in first["proxies"]]
    for proxy, same in zip(found.proxies, first["proxies"], strict=True):
        assert proxy.values == pytest.approx(same["values"], rel=1e-3)
    training = [number for number, line in enumerate(told) if "training on" in line]
    assert training[1] == training[0] + 1 and len(training) >= 6


@pytest.mark.slow
def test_a_larger_budget_trains_the_new_proxies_only(finished: Path, tmp_path: Path) -> None:
    finished.write_text(RECIPE.replace("proxies = 6", "proxies = 5\n").replace("refine = 1", "refine = 0"))
    before, told = written(tmp_path), []
    run_search(finished, callbacks=StudyCallbacks(told.append))
    assert set(before) <= set(written(tmp_path)) and before.items() <= written(tmp_path).items()
    steps = {step.name: step.state for step in plan_search(finished) if step.kind == "student"}
    assert steps["natural proportions"] == steps["draw 2"] == "done"


@pytest.mark.slow
def test_a_proxy_changed_afterwards_is_refused(finished: Path, tmp_path: Path) -> None:
    weights = next((tmp_path / "search").glob("runs/*seed-42*/student/model.safetensors"))
    with weights.open("ab") as file:
        file.write(b"x")
    with pytest.raises(ResultDamaged, match="was changed after it was trained"):
        run_search(finished)


def without_places(folder: Path) -> str:
    """What a search found, without the folders that its files are in."""
    found = (folder / "search" / "search.json").read_text(encoding="utf-8")
    return re.sub(r'"[^"]*(/search/[^"]*)"', r'"\1"', found)


@pytest.mark.slow
def test_a_search_killed_between_proxies_continues_with_the_same_command(finished: Path, tmp_path: Path) -> None:
    whole = without_places(tmp_path)
    shutil.rmtree(tmp_path / "search" / "runs")
    line = [sys.executable, "-c", "from trainer.cli import main; main()", "search", str(finished)]
    with subprocess.Popen(line, env=os.environ | {"OMP_NUM_THREADS": "1"}, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 120
        while len(written(tmp_path)) < 2 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    before = written(tmp_path)
    assert before
    run_search(finished)
    assert before.items() <= written(tmp_path).items() and len(written(tmp_path)) > len(before)
    assert without_places(tmp_path) == whole


@pytest.mark.slow
def test_score_bands_of_one_dataset_are_parts(finished: Path) -> None:
    scored = transform("tiny-train", "surprisal", name="tiny-scored")
    column = next(name for name in scored.schema.names if name not in ("input_ids", "document"))
    text = RECIPE.replace('["tiny-train", "tiny-shuffle"]', f'["tiny-scored"]\nbands = 2\ncolumn = "{column}"')
    found = run_search(prepare(finished.parent, text.replace('out = "search"', 'out = "banded"')))
    assert found.parts == (f"tiny-scored-{column}-1of2", f"tiny-scored-{column}-2of2")
    assert found.natural[0] == pytest.approx(0.5, abs=0.3)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (', "tiny-shuffle"]', "]", "fewer than two datasets"),
        ('["tiny-train", "tiny-shuffle"]', "[]", "parts lists no dataset"),
        ('"tiny-shuffle"]', '"tiny-shufle"]', "no dataset is named tiny-shufle; did you mean tiny-shuffle"),
        ("proxies = 6", "proxies = 5", "2 parts with model auto need at least 6: 5 to fit"),
        ("proxies = 6", 'proxies = 4\nmodel = "quadratic"', "need at least 6: 5 to fit .*quadratic 5"),
        ("verify-seeds = [1]", "verify-seeds = [42]", "the seed of the proxies"),
        ('out = "search"', 'target = "tiny"', "target is 'tiny'; it must be one of tiny-apart"),
        ('out = "search"', 'task = "CoLA"', "task needs an .evaluate. table"),
        ("updates = 2\nverify", "update = 2\nverify", "did you mean updates"),
        ('student = "distilbert:1"', 'budget = "updates=3"', "set updates in .search."),
        ("[search]", "[serch]", "did you mean search"),
        ("verify-seeds = [1]", "verify-seeds = [1, 2, 1]", "verify-seeds lists 1 twice"),
        ('"tiny-shuffle"]', '"tiny-train"]', "lists tiny-train twice"),
        ('"tiny-shuffle"]', '"tiny-shuffle"]\nbands = 2', "bands and column need each other"),
        ("proxies = 6", "proxies = 1000000", "proxies is 1000000; it must be a whole number from 1 to 1000"),
        ("updates = 2\nverify", "updates = -2\nverify", "updates is -2; it must be a whole number from 1 to 1e"),
        ("proxies = 6", "proxies = [6]", r"proxies is \[6\]; it must be a whole number"),
        ('out = "search"', 'out = "a\\u0000b"', "is not a path; it contains a NUL character"),
        ("[teacher]", f'[teacher]\nmodel = "{"x" * 300}"', "File name too long"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_said_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, why: str
) -> None:
    monkeypatch.setenv("CORPORA_HOME", str(tmp_path / "store"))
    with pytest.raises(RecipeError, match=why):
        run_search(prepare(tmp_path, RECIPE.replace(old, new)))
    assert not (tmp_path / "search").exists() and not (tmp_path / "store").exists()


OTHER = '\n[datasets.tiny-other]\ntokenize = "tiny"\ntrain = 150\n'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "error", "why"),
    [
        ("proxies = 6", "proxies = 6\ntokens = 10000000", TransferError, "has [0-9,]+ tokens, but the proxy"),
        ('held-out = ["tiny-apart"]', 'held-out = ["tiny-train"]', HeldOutOverlap, "shares .* documents"),
        ('parts = ["tiny-train",', 'parts = ["tiny-other",', VocabularyMismatch, "the vocabulary of"),
        ('parts = ["tiny-train",', 'parts = ["tiny",', TransferError, "is a dataset of sentences; tokenize it first"),
    ],
)  # fmt: skip
def test_parts_that_cannot_be_mixed_are_refused_before_any_run(
    finished: Path, old: str, new: str, error: type[Exception], why: str
) -> None:
    text = (RECIPE + OTHER).replace(old, new).replace('out = "search"', 'out = "elsewhere"')
    with pytest.raises(error, match=why):
        run_search(prepare(finished.parent, text))
    assert not (finished.parent / "elsewhere").exists()
    with pytest.raises(error, match=why):
        plan_search(finished)


@pytest.mark.slow
def test_the_plan_says_what_a_search_costs_before_and_after(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(step.state == "done" for step in plan_search(finished)[:6])
    monkeypatch.setenv("CORPORA_HOME", str(tmp_path / "empty"))
    students = [step for step in plan_search(finished) if step.kind == "student"]
    assert {step.state for step in students} == {"missing"} and len(students) == 6 + 3


def test_the_recipe_that_comes_along_is_one() -> None:
    search = read_search(Path(__file__).parents[4] / "recipes" / "search-demo.toml")
    assert search.count == 3 and len(search.forms()) == 6
