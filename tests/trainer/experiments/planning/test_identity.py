"""What makes two short runs the same: every deciding setting, and the code of plugins."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from trainer.distillation import resolve
from trainer.experiments.planning.short_runs import identity_of

CODE = """
from dataclasses import dataclass
from typing import ClassVar
from trainer import LogitsLoss, hookimpl

@dataclass(frozen=True)
class Mine(LogitsLoss):
    "A loss of a plan."
    name: ClassVar[str] = "planned"

    def build(self, teacher, student):
        raise NotImplementedError

@hookimpl
def trainer_losses():
    return [Mine]
"""


def identity(preset: str = "study", **options: object) -> dict[str, Any]:
    held_out = SimpleNamespace(fingerprint="held-out")
    base = SimpleNamespace(start=SimpleNamespace(teachers=("a",), held_out=held_out))
    dataset: Any = SimpleNamespace(fingerprint="rows")
    given = {key.replace("_", "-"): value for key, value in options.items()}
    return identity_of(base, dataset, resolve(preset, given))  # type: ignore[arg-type]


def test_a_deciding_setting_makes_another_run_and_logging_does_not() -> None:
    assert identity(clip=1.0) != identity() == identity(log_every=3, checkpoint_every="2")
    assert "plugins" not in identity()


def test_an_edited_loss_makes_another_run(tmp_path: Path) -> None:
    codes = []
    (tmp_path / "mine.toml").write_text(
        'plugins = ["loss.py"]\npreset = "study"\nloss = ["planned"]\n', encoding="utf-8"
    )
    for edit in ("", "# edited\n"):
        (tmp_path / "loss.py").write_text(CODE + edit, encoding="utf-8")
        codes.append(identity(str(tmp_path / "mine.toml"))["plugins"]["losses planned"])
    assert len({*codes}) == 2
