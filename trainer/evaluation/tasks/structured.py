"""Rows of tagging and span tasks: words with their tags, questions with their answers in a context."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard

from trainer.evaluation.tasks.examples import label_text
from trainer.runtime import parse_json


class Row(NamedTuple):
    """One example."""

    first: str
    second: str
    gold: list[Any]


class Rejected(NamedTuple):
    """A row that cannot be read."""

    reason: str
    label: str = ""
    """The unknown label, if that is the reason."""


def tagging_row(words: object, tags: object, classes: Mapping[str, int]) -> Row | Rejected:
    """The words, separated by spaces, and the numbers of their classes.

    Spaces within a word become no-break spaces.

    Args:
        words: a list, or a text with spaces between them; JSON lists as text only if the tags are one as well.
        tags: one per word, in the same forms.
        classes: the number of each class.
    """
    if _is_list_text(tags) and _is_list_text(words):
        words = _json_list(words)
    found, labels = listed(words), [label_text(tag) for tag in tags_in(tags)]
    if not labels and _is_list_text(tags):
        return Rejected("with lists that are not JSON; write JSON lists, or words with spaces between them")
    if not found or len(found) != len(labels):
        return Rejected("words and tags differ in number")
    if unknown := [label for label in labels if label not in classes]:
        return Rejected("with an empty tag", unknown[0])
    text = " ".join(str(word).replace(" ", "\u00a0") for word in found)
    return Row(text, "", [classes[label] for label in labels])


def span_row(question: object, answer: object, context: object) -> Row | Rejected:
    """The question, the context, and where the answers are in it: [(first character, text)]."""
    answers = _answers(answer)
    if not (isinstance(question, str) and isinstance(context, str) and answers is not None):
        return Rejected("text missing")
    if not context.strip() or not any(text.strip() for _, text in answers):
        return Rejected("context or answer empty")
    placed = [(start if context.startswith(text, start) else context.find(text), text) for start, text in answers]
    gold = [(start, text) for start, text in placed if start >= 0 and text.strip()]
    return Row(question, context, gold) if gold else Rejected("answer not in context")


def _answers(cell: object) -> list[tuple[int, str]] | None:
    """The answers of a text, or of SQuAD's `{"text": [...], "answer_start": [...]}`; None for anything else."""
    if isinstance(cell, str):
        return [(0, cell)]
    if not isinstance(cell, dict) or not isinstance(texts := cell.get("text"), list):
        return None
    starts = cell.get("answer_start", [0] * len(texts))
    whole = isinstance(starts, list) and len(starts) == len(texts) and all(isinstance(start, int) for start in starts)
    if not whole or not all(isinstance(text, str) for text in texts):
        return None
    return [(max(start, 0), text) for start, text in zip(starts, texts, strict=True)]


def tags_in(cell: object) -> list[object]:
    """The tags of a row: a list, a JSON list as text, or a text with spaces between them; none for anything else."""
    return listed(_json_list(cell) if _is_list_text(cell) else cell)


def listed(cell: object) -> list[object]:
    """The items of a list, or the words of a text with spaces between them; none for anything else."""
    if isinstance(cell, str):
        return list(cell.split())
    return cell if isinstance(cell, list) and all(isinstance(each, str | int | float) for each in cell) else []


def _is_list_text(cell: object) -> TypeGuard[str]:
    """Whether a cell of a CSV or TSV file has a list as text, such as `["O", "N"]`, `[0 1]` or `['O', 'N']`."""
    return isinstance(cell, str) and cell.strip().startswith("[") and cell.strip().endswith("]")


def _json_list(text: str) -> object:
    try:
        return parse_json(text)
    except ValueError:
        return None
