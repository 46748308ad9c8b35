"""Score predictions by the benchmarks' rules: SQuAD v1.1's for answers, and GLUE scores for tables."""

from __future__ import annotations

import json
import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpora.errors import counted, unknown_name
from trainer.errors import TaskError
from trainer.runtime import parse_json

PUNCTUATION = str.maketrans("", "", string.punctuation)
ARTICLE = re.compile(r"\b(?:a|an|the)\b")


@dataclass(frozen=True)
class SquadScore:
    """Exact match and F1 over a SQuAD v1.1 file, in percent as SQuAD prints them."""

    exact_match: float
    f1: float
    questions: int
    unanswered: int
    """Number of questions without a prediction, each counted as 0."""
    unknown: int
    """Number of predictions for questions that are not in the file; these are ignored."""


def score_squad(predictions: Path, dev: Path) -> SquadScore:
    """Exact match and F1 of a predictions file, digit for digit as by SQuAD v1.1's script.

    Args:
        predictions: a JSON object that maps question ids to answer texts.
        dev: SQuAD v1.1's JSON file.

    Raises:
        TaskError: a file is missing, is not JSON, or has another layout, such as that of version 2; or no prediction is
            for a question of the file.
    """
    references = [(id, [text for _, text in answers]) for id, _, _, answers in squad_questions(dev)]
    answered = read_json(predictions)
    if not isinstance(answered, dict):
        raise TaskError(f"{predictions}: predictions must be a JSON object that maps question ids to answer texts")
    if answered and not any(id in answered for id, _ in references):
        raise TaskError(
            f"{predictions}: none of its {counted(len(answered), 'prediction')} is for a question of {dev}; "
            "predictions are a JSON object that maps question ids to answer texts"
        )
    for id, _ in references:  # other keys are ignored, whatever their values
        if not isinstance(answered.get(id, ""), str):
            raise TaskError(f"{predictions}: the answer to {id} is {_short(answered[id])}; it must be text")
    return score_answers(answered, references)


def _short(value: object) -> str:
    told = json.dumps(value)
    return told if len(told) <= 60 else told[:57] + "..."


def score_answers(predicted: Mapping[str, str], references: Sequence[tuple[str, Sequence[str]]]) -> SquadScore:
    """Exact match and F1 of answers by question id.

    Args:
        predicted: answer texts by question id.
        references: each question's id and all right answers, at least one; the order decides F1's last digit.

    Raises:
        TaskError: no questions are given.
    """
    if not references:
        raise TaskError("there are no questions to score")
    # Plain additions in file order, as in the official script: since Python 3.12, `sum` compensates rounding.
    exact, overlap = 0, 0.0
    for id, answers in references:
        if id in predicted:
            exact += max(exact_match(predicted[id], answer) for answer in answers)
            overlap += max(token_f1(predicted[id], answer) for answer in answers)
    return SquadScore(
        exact_match=100.0 * exact / len(references),
        f1=100.0 * overlap / len(references),
        questions=len(references),
        unanswered=sum(id not in predicted for id, _ in references),
        unknown=len(predicted.keys() - {id for id, _ in references}),
    )


@lru_cache(maxsize=1 << 16)
def normalised(answer: str) -> str:
    """An answer in the form that SQuAD compares: lower case, no ASCII punctuation, no a/an/the, single spaces."""
    return " ".join(ARTICLE.sub(" ", answer.lower().translate(PUNCTUATION)).split())


def exact_match(predicted: str, reference: str) -> bool:
    """Whether two answers are the same once normalised, even if both are then empty.

    Args:
        predicted: the model's answer.
        reference: a right answer.
    """
    return normalised(predicted) == normalised(reference)


def token_f1(predicted: str, reference: str) -> float:
    """F1 over the words that two normalised answers share, 0 to 1; 0 if either has no words.

    Args:
        predicted: the model's answer.
        reference: a right answer.
    """
    ours, theirs = normalised(predicted).split(), normalised(reference).split()
    shared = sum((Counter(ours) & Counter(theirs)).values())
    if not shared:
        return 0.0
    precision, recall = shared / len(ours), shared / len(theirs)
    return 2 * precision * recall / (precision + recall)


Question = tuple[str, str, str, list[tuple[int, str]]]
"""Id, question, context, and the right answers as (first character, text)."""


def squad_questions(path: Path) -> Iterable[Question]:
    """The questions of a SQuAD v1.1 file, in order.

    Args:
        path: the JSON file.

    Raises:
        TaskError: the file is missing, is not JSON, is incomplete, is of version 2, or has a question without an
            answer.
    """
    content = read_json(path)
    version = str(content.get("version", "1.1")) if isinstance(content, dict) else ""
    if version.lstrip("v").startswith("2"):
        raise TaskError(f"{path} is SQuAD {version}, whose questions may have no answer; use version 1.1")
    try:
        for article in content["data"]:
            for paragraph in article["paragraphs"]:
                for asked in paragraph["qas"]:
                    answers = [(int(answer["answer_start"]), answer["text"]) for answer in asked["answers"]]
                    if not answers or asked.get("is_impossible"):
                        raise TaskError(
                            f"{path}: question {asked['id']} has no answer, as in SQuAD v2; use version 1.1"
                        )
                    texts = (asked["question"], paragraph["context"], *(text for _, text in answers))
                    if not all(isinstance(text, str) for text in texts):
                        raise TypeError(f"question {asked['id']} has a value that is not text")
                    yield str(asked["id"]), asked["question"], paragraph["context"], answers
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise TaskError(
            f"{path} does not have the layout of SQuAD v1.1 (data, paragraphs, qas, answers): "
            f"{type(error).__name__} {error}"
        ) from error


def read_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        TaskError: the file is missing, unreadable or not JSON.
    """
    try:
        return parse_json(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise TaskError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    except ValueError as error:
        raise TaskError(f"{path} is not valid JSON: {error}") from error


GLUE_PRESETS: dict[str, tuple[str, ...]] = {
    "sanh9": ("CoLA", "MNLI-m", "MRPC", "QNLI", "QQP", "RTE", "SST-2", "STS-B", "WNLI"),
    "glue8": ("CoLA", "MNLI-m", "MRPC", "QNLI", "QQP", "RTE", "SST-2", "STS-B"),
    "leaderboard": ("CoLA", "MNLI", "MRPC", "QNLI", "QQP", "RTE", "SST-2", "STS-B", "WNLI"),
}
"""The columns that each GLUE score averages. `MNLI` is the mean of MNLI-m and MNLI-mm."""


@dataclass(frozen=True)
class GlueScore:
    """A GLUE score and its tasks."""

    preset: str
    value: float | None
    """In percent; None if no task was scored."""
    tasks: tuple[str, ...]
    missing: tuple[str, ...]
    """Tasks of the preset that were not evaluated; the mean leaves them out and does not count them as 0."""

    @property
    def name(self) -> str:
        """The score's name in tables: the preset, with the number of its tasks if some are missing."""
        total = len(self.tasks) + len(self.missing)
        return self.preset if not self.missing else f"{self.preset}, {len(self.tasks)} of {total} tasks"


def glue_score(columns: Mapping[str, float], preset: str = "sanh9") -> GlueScore:
    """The unweighted mean of a preset's task scores.

    Args:
        columns: percent by column; for a task with two metrics, their mean.
        preset: a key of GLUE_PRESETS.

    Raises:
        UnknownName: no preset has this name.
    """
    if preset not in GLUE_PRESETS:
        raise unknown_name("GLUE score preset", preset, GLUE_PRESETS)
    known = dict(columns)
    if "MNLI-m" in known and "MNLI-mm" in known:
        known["MNLI"] = (known["MNLI-m"] + known["MNLI-mm"]) / 2
    tasks = tuple(task for task in GLUE_PRESETS[preset] if task in known)
    value = sum(known[task] for task in tasks) / len(tasks) if tasks else None
    return GlueScore(preset, value, tasks, tuple(task for task in GLUE_PRESETS[preset] if task not in known))
