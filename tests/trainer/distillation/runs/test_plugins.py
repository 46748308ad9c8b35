"""Plugin files that a preset names: found beside it, recorded by the hash of their code, and asked for on a resume."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import pytest

from corpora import RecipeError
from trainer.distillation import RunFolder, distill, resolve
from trainer.distillation.runs.plugins import student_plugins
from trainer.errors import OtherRecipe

LOSS = """
from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from trainer import LogitsLoss, hookimpl


class Apart(nn.Module):
    def forward(self, given):
        return (given.student["logits"] - given.teacher["logits"]).pow(2).mean(-1)


@dataclass(frozen=True)
class Squares(LogitsLoss):
    "Squares of differences of the logits."

    name: ClassVar[str] = "NAME"

    def build(self, teacher, student):
        return Apart()


@hookimpl
def trainer_losses():
    return [Squares]
"""
OPTIONS: dict[str, Any] = {"sequences": 16, "budget": "updates=2", "student": "distilbert:1", "checkpoint-every": "1"}


def preset(folder: Path, name: str, code: str | None = None) -> Path:
    """A preset whose loss is in the file beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "my_loss.py").write_text(code or LOSS.replace("NAME", name), encoding="utf-8")
    file = folder / "mine.toml"
    file.write_text(f'preset = "study"\nplugins = ["my_loss.py"]\nloss = ["{name}"]\n', encoding="utf-8")
    return file


def test_a_preset_brings_its_plugin_and_the_card_has_its_hash(
    tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = preset(tmp_path / "recipes", "squares-of-a-preset")
    monkeypatch.chdir(tmp_path)
    teacher, out = make.teacher_folder(tmp_path / "teacher"), tmp_path / "run"
    distill(make.rows(60), teacher, out, preset="recipes/mine.toml", options=OPTIONS, stop_after="0s")
    (entry,) = RunFolder(out).card().plugins or []
    code = (mine.parent / "my_loss.py").read_bytes()
    assert (entry.kind, entry.name, entry.sha256) == (
        "losses", "squares-of-a-preset", hashlib.sha256(code).hexdigest(),
    )  # fmt: skip
    assert distill(make.rows(60), teacher, out, resume=True).status == "finished"


def test_a_resume_with_other_code_is_refused(tmp_path: Path, make: Any) -> None:
    mine = preset(tmp_path / "recipes", "changed-squares")
    teacher, out = make.teacher_folder(tmp_path / "teacher"), tmp_path / "run"
    distill(make.rows(60), teacher, out, preset=str(mine), options=OPTIONS, stop_after="0s")
    card = out / "run.json"
    card.write_text(card.read_text(encoding="utf-8").replace('"sha256": "', '"sha256": "0'), encoding="utf-8")
    with pytest.raises(
        OtherRecipe, match=r"the code of changed-squares in .*my_loss.py has changed since the run started"
    ):
        distill(make.rows(60), teacher, out, resume=True)


def test_a_resume_without_the_plugin_says_how_to_bring_it_and_loads_nothing_by_itself(
    tmp_path: Path, make: Any
) -> None:
    mine = preset(tmp_path / "recipes", "squares-to-lose")
    teacher, out = make.teacher_folder(tmp_path / "teacher"), tmp_path / "run"
    distill(make.rows(60), teacher, out, preset=str(mine), options=OPTIONS, stop_after="0s")
    card = out / "run.json"
    card.write_text(card.read_text(encoding="utf-8").replace("squares-to-lose", "squares-lost"), encoding="utf-8")
    with pytest.raises(OtherRecipe, match=r"uses squares-lost from .*my_loss.py; resume it with --preset .*mine.toml"):
        distill(make.rows(60), teacher, out, resume=True)


@pytest.mark.parametrize(
    ("plugins", "message"),
    [
        ('["gone.py"]', r"mine.toml: plugin file .*gone.py cannot be read: No such file or directory"),
        ('["broken.py"]', r"mine.toml: plugin .*broken.py did not load: SyntaxError"),
        ('"my_loss.py"', r"mine.toml: plugins is 'my_loss.py'; it must be a list of files"),
        ("[3]", r"mine.toml: plugins is \[3\]; it must be a list of files"),
    ],
)
def test_a_plugin_that_is_not_there_is_one_line_before_anything_loads(
    plugins: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("def :\n", encoding="utf-8")
    (tmp_path / "mine.toml").write_text(f'preset = "study"\nplugins = {plugins}\n', encoding="utf-8")
    before = set(sys.modules)
    with pytest.raises(RecipeError, match=message):
        distill("no-dataset", tmp_path / "no-teacher", tmp_path / "run", preset=str(tmp_path / "mine.toml"))
    assert not {name for name in set(sys.modules) - before if name.startswith("corpora_plugin_")}
    assert not (tmp_path / "run").exists()


def test_a_preset_of_a_preset_is_found_beside_it(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text('preset = "sanh"\nclip = 2.5\n', encoding="utf-8")
    (tmp_path / "mine.toml").write_text('preset = "base.toml"\nseed = 3\n', encoding="utf-8")
    recipe = resolve(str(tmp_path / "mine.toml"), {})
    assert (recipe.clip, recipe.seed, recipe.beta2) == (2.5, 3, 0.98)


def test_only_what_decides_the_student_makes_another_run() -> None:
    from trainer.distillation.runs.run_card import PluginEntry

    entries = [PluginEntry("losses", "mine", "a 1.0", "12"), PluginEntry("callbacks", "watch", "b.py", "34")]
    assert student_plugins(entries) == {"losses mine": "12"}
