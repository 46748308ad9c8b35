"""Recipes and presets."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpora import OptionError, RecipeError, UnknownName, options_of
from trainer.distillation.settings import RunSettings, presets, resolve, seconds
from trainer.distillation.training.schedule import plan
from trainer.plugin.discovery import registry


@pytest.mark.parametrize("preset", presets())
def test_every_preset_names_losses_and_students_that_exist(preset: str) -> None:
    recipe = resolve(preset, {})
    assert [registry.make("losses", text) for text in recipe.loss]
    assert registry.make("students", recipe.student)


def test_the_study_preset_is_that_of_the_study() -> None:
    recipe = resolve("study", {})
    assert [registry.make("losses", text).weight for text in recipe.loss] == [0.33, 0.33, 0.33]
    assert (recipe.learning_rate, recipe.beta2, recipe.epsilon, recipe.clip) == (5e-4, 0.98, 1e-6, 5.0)
    assert (recipe.sequences, recipe.budget, recipe.warmup, recipe.seed) == (1000, "epochs=3", 0.05, 42)


def test_the_sanh_preset_is_that_of_distilbert() -> None:
    recipe = resolve("sanh", {})
    assert [registry.make("losses", text).weight for text in recipe.loss] == [5, 2, 1]
    assert (recipe.optimizer, recipe.max_unknown, recipe.seed) == ("adamw", 0.5, 56)
    assert registry.make("students", recipe.student).positions == "frozen"


def test_a_setting_given_changes_the_preset_and_none_leaves_it() -> None:
    recipe = resolve("study", {"clip": 1.0, "seed": None})
    assert (recipe.clip, recipe.seed) == (1.0, 42)


def test_a_recipe_file_builds_on_a_preset(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('preset = "sanh"\nclip = 2.5\n', encoding="utf-8")
    recipe = resolve(str(tmp_path / "mine.toml"), {})
    assert (recipe.clip, recipe.seed) == (2.5, 56)


def test_a_misspelt_preset_or_setting_gets_near_matches() -> None:
    with pytest.raises(UnknownName, match="did you mean study"):
        resolve("studdy", {})
    with pytest.raises(UnknownName, match="did you mean learning-rate"):
        resolve("study", {"learning-rat": 1})


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("budget", "three"),
        ("budget", "weeks=2"),
        ("micro-batch-tokens", "many"),
        ("checkpoint-every", "soon"),
        ("loss", []),
    ],
)
def test_a_wrong_setting_is_an_error_before_anything_is_read(option: str, value: object) -> None:
    with pytest.raises(OptionError, match=option if option != "checkpoint-every" else "invalid duration"):
        resolve("study", {option: value})


def test_budgets_in_epochs_updates_and_tokens() -> None:
    def updates(budget: str) -> int:
        return plan(RunSettings(budget=budget, sequences=10), rows=95, tokens=950).updates

    assert (updates("epochs=3"), updates("updates=7"), updates("tokens=1900")) == (30, 7, 20)
    assert updates("epochs=0.5") == 5


def test_how_often_it_is_logged_does_not_make_another_run() -> None:
    assert resolve("study", {"log-every": 3, "keep": 9}).hash == resolve("study", {}).hash
    assert resolve("study", {"seed": 7}).hash != resolve("study", {}).hash


def test_times_are_read_with_their_unit() -> None:
    assert [seconds(text) for text in ("30s", "1.5m", "2h", "1d")] == [30, 90, 7200, 86400]


def test_presets_that_name_each_other_through_their_folders_are_one_clear_error(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one.toml").write_text('preset = "../a/one.toml"')
    with pytest.raises(RecipeError, match="names itself as its preset") as found:
        resolve(str(tmp_path / "a/one.toml"), {})
    assert len(str(found.value)) < 1000


def test_help_says_how_to_list_what_can_be_named_and_suits_pretraining() -> None:
    texts = {option.name: option.help for option in options_of(RunSettings)}
    for name, kind in (("loss", "losses"), ("student", "students"), ("callback", "callbacks")):
        assert f"trainer plugins {kind}" in texts[name] and kind in registry.kinds
    assert "in pre-training, the loss" in texts["held-out"]
