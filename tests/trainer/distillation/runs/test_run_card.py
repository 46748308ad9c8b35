"""The run card is read with the type of every field, or refused in one line."""

from __future__ import annotations

import json
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from corpora import CorporaError
from trainer import NoCheckpoint, RunError, distill
from trainer.distillation.runs.run_card import RunCard, card_text, read_card


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory, make: ModuleType) -> dict[str, Any]:
    """The card of a run that was stopped before its first update."""
    folder = tmp_path_factory.mktemp("card")
    teacher = make.teacher_folder(folder / "teacher", model=make.bert(1))
    options = {"sequences": 16, "budget": "updates=2", "student": "distilbert:1"}
    distill(make.rows(20), teacher, folder / "run", options=options, stop_after="0s")
    content: dict[str, Any] = json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))
    return content


@pytest.mark.slow
def test_a_card_is_read_as_it_was_written(card: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps(card), encoding="utf-8")
    read = read_card(tmp_path / "run.json")
    assert (read.kind, read.dataset.name, read.status) == ("distill", "made", "stopped")
    assert read.teacher is not None and read.teacher.weights == card["teacher"]["weights"]
    assert json.loads(card_text(read)) == card


def test_a_folder_without_a_card_holds_no_run(tmp_path: Path) -> None:
    with pytest.raises(NoCheckpoint, match="has no run"):
        read_card(tmp_path / "run.json")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("plan", {"updates": 1e30}, r"\$\.plan\.updates"),
        ("plan", {"updates": -1}, r"\$\.plan\.updates"),
        ("ranks", "two", r"\$\.ranks"),
        ("threads", 0, r"\$\.threads"),
        ("dataset", [], r"\$\.dataset"),
        ("teacher", {"model": None}, r"\$\.teacher\.model"),
        ("recipe", "study", r"\$\.recipe"),
        ("micro_batch_tokens", 10**400, "micro_batch_tokens|cannot be read"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(
    card: dict[str, Any], tmp_path: Path, key: str, value: object, said: str
) -> None:
    (tmp_path / "run.json").write_text(json.dumps({**card, key: value}), encoding="utf-8")
    with pytest.raises(RunError, match=said):
        read_card(tmp_path / "run.json")


@pytest.mark.parametrize("content", ["[" * 100_000, "\x00", "9" * 5000, '{"a":' * 5000, "null"])
def test_what_is_not_a_card_at_all_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=r"run\.json (is not a run card|cannot be read)") as found:
        read_card(tmp_path / "run.json")
    assert "\n" not in str(found.value)


@pytest.mark.slow
def test_300_mutated_cards_are_read_or_refused_and_never_crash(card: dict[str, Any], tmp_path: Path) -> None:
    from trainer.distillation.runs.resume import recipe_of, resumed

    rng, path, refused = random.Random(5), tmp_path / "run.json", 0
    for _ in range(300):
        path.write_bytes(mutated(json.dumps(card).encode(), rng))
        try:
            read = read_card(path)
            recipe_of(read, {})
            resumed(read, kind="distill", dataset="none", preset=None)
        except CorporaError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 100


def mutated(content: bytes, rng: random.Random) -> bytes:
    """A card with a value of another type, or with bytes changed, inserted or cut."""
    if rng.random() < 0.5:
        values = json.loads(content)
        where = values
        while True:
            key = rng.choice(list(where) if isinstance(where, dict) else range(len(where)))
            if isinstance(where[key], dict | list) and where[key] and rng.random() < 0.7:
                where = where[key]
                continue
            where[key] = rng.choice([None, -1, 10**30, 1e30, "", "x" * 300, [], {}, [[[]]], True, float("nan")])
            return json.dumps(values).encode()
    place = rng.randrange(len(content))
    return content[:place] + rng.randbytes(rng.randrange(4)) + content[place + rng.randrange(6) :]


def test_a_card_without_places_keeps_everything_else(card: dict[str, Any]) -> None:
    import msgspec

    read = msgspec.convert(card, RunCard)
    assert "/" not in str(read.without_places().teacher)
    assert read.without_places().dataset == read.dataset
