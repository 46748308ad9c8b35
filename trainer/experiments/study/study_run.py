"""A study whose datasets are built, with its teacher and the folders of its students."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from corpora import Dataset, Json, sha256_of
from corpora import open as open_dataset
from trainer.distillation import plugins_of, student_plugins
from trainer.errors import ResultDamaged
from trainer.evaluation import read_sealed
from trainer.experiments.study.grid import Student, Study
from trainer.models import model_fingerprint
from trainer.runtime import Workers


@dataclass
class StudyRun:
    """A study whose datasets are built and whose teacher is available."""

    study: Study
    datasets: dict[str, Dataset]
    teacher: Path
    workers: Workers = field(init=False)
    """The processes that train and fine-tune its models side by side."""

    def __post_init__(self) -> None:
        self.workers = Workers(self.study.workers)

    @property
    def out(self) -> Path:
        """The folder of the study."""
        return self.study.table.out

    def dataset(self, name: str) -> Dataset:
        """A dataset of the recipe, or one that was registered before.

        Args:
            name: as in the recipe, or in the store.

        Raises:
            DatasetNotFound: there is none.
        """
        return self.datasets[name] if name in self.datasets else open_dataset(name)

    def identity(self, student: Student) -> dict[str, Json]:
        """Everything that affects a student, by content."""
        recipe = self.study.distillation(student)
        plugins = student_plugins(plugins_of(recipe))
        return {
            "role": student.role,
            "dataset": self.dataset(student.transfer).fingerprint if student.transfer else None,
            "teacher": model_fingerprint(self.teacher),
            "recipe": recipe.options(deciding=True),
            **({"plugins": plugins} if plugins else {}),
        }

    def folder(self, student: Student) -> Path:
        """A student's run folder; its name has a hash of everything that affects the student."""
        return self.out / "runs" / f"{student.name}-{sha256_of(self.identity(student))[:8]}"

    def done(self, student: Student) -> bool:
        """Whether a student is trained.

        Args:
            student: of the grid.

        Raises:
            ResultDamaged: its card or its weights were changed afterwards.
        """
        folder = self.folder(student)
        if not (folder / "student.json").is_file():
            return False
        sealed = read_sealed(folder / "student.json")
        if not (folder / "student").is_dir() or model_fingerprint(folder / "student") != sealed["model"]:
            raise ResultDamaged(
                f"{folder / 'student'} was changed after it was trained; delete {folder} to train it again"
            )
        return True
