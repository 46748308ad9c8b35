"""Published figures with their sources; the report always marks them as quoted."""

from __future__ import annotations

from dataclasses import dataclass, field

STUDY = "S. van de Graaf, Distilling BERT: Transfer Dataset Size and Composition Effects (slides, 26 July 2021)"
README_2020 = "transformers' distillation README of January 2020"
README_TODAY = "transformers' distillation README since replaced"
BANDY = "Bandy and Vincent 2021, arXiv 2105.05241"


@dataclass(frozen=True)
class QuotedScore:
    """Published scores of a student or a network, in percent."""

    network: str
    transfer: str
    """The transfer dataset: `10%`, `1%`, `0.1%`, `Rand.`, `Gen.`; empty for networks that are not students."""
    glue: float
    exact_match: float
    f1: float
    source: str
    superseded: bool = False

    def of(self, measure: str) -> float:
        """The score by a measure.

        Args:
            measure: `glue`, `exact match` or `f1`.
        """
        return {"glue": self.glue, "exact match": self.exact_match, "f1": self.f1}[measure]


STUDY_SCORES = (
    QuotedScore("student", "10%", 72.5, 56.9, 68.5, f"{STUDY}, Tables 6, 7, 9, 10"),
    QuotedScore("student", "1%", 72.4, 54.7, 66.4, f"{STUDY}, Tables 6 and 7"),
    QuotedScore("student", "0.1%", 70.0, 45.0, 56.5, f"{STUDY}, Tables 6 and 7"),
    QuotedScore("student", "Rand.", 64.8, 8.7, 16.2, f"{STUDY}, Tables 9 and 10"),
    QuotedScore("student", "Gen.", 59.2, 27.0, 37.3, f"{STUDY}, Tables 9 and 10"),
    QuotedScore("BERT_BASE", "", 74.9, 73.9, 82.3, f"{STUDY}, from {README_2020}", superseded=True),
    QuotedScore("DistilBERT", "", 74.3, 69.6, 78.7, f"{STUDY}, from {README_2020}", superseded=True),
    QuotedScore("BERT_BASE", "", 79.5, 81.2, 88.5, README_TODAY),
    QuotedScore("DistilBERT", "", 77.0, 77.7, 85.8, README_TODAY),
)
"""GLUE (sanh9), SQuAD exact match and F1."""


@dataclass(frozen=True)
class QuotedTasks:
    """One network's GLUE scores by task, in percent."""

    network: str
    tasks: dict[str, float]
    source: str
    superseded: bool = False


def _by_task(figures: str) -> dict[str, float]:
    names = ("CoLA", "MNLI-m", "MRPC", "QNLI", "QQP", "RTE", "SST-2", "STS-B", "WNLI")
    return dict(zip(names, map(float, figures.split()), strict=True))


GLUE_TASKS = (
    QuotedTasks("BERT_BASE", _by_task("49.2 80.8 87.4 87.5 86.4 61.7 92.0 83.8 45.1"), README_2020, superseded=True),
    QuotedTasks("DistilBERT", _by_task("43.6 79.0 87.5 85.3 84.9 59.9 90.7 81.2 56.3"), README_2020, superseded=True),
    QuotedTasks("BERT_BASE", _by_task("56.3 84.7 88.6 91.8 89.6 69.3 92.7 89.0 53.5"), README_TODAY),
    QuotedTasks("DistilBERT", _by_task("51.3 82.1 87.5 89.2 88.5 59.9 91.3 86.9 56.3"), README_TODAY),
)


@dataclass(frozen=True)
class QuotedNetwork:
    """A network of the study's Table 3."""

    name: str
    layers: int
    parameters_millions: float
    size_mb: float
    seconds: float
    parameter_ratio: float = 1.0
    size_ratio: float = 1.0
    speed_ratio: float = 1.0
    source: str = f"{STUDY}, Table 3"


NETWORKS = (
    QuotedNetwork("BERT_BASE", 12, 109.5, 417, 1.47),
    QuotedNetwork("BERT_STUDENT", 6, 66.4, 253, 0.80, 1.65, 1.65, 1.83),
)


@dataclass(frozen=True)
class QuotedDataset:
    """A corpus or transfer dataset of the study's Tables 5 and 8."""

    name: str
    size: str
    sequences: str
    tokens: str
    source: str = f"{STUDY}, Tables 5 and 8"


DATASETS = (
    QuotedDataset("D_Corpus (TBC replica + Wikipedia)", "20.0 GB", "109.3 M", "4.0 B"),
    QuotedDataset("D_T^10%", "2.0 GB", "10.9 M", "402.6 M"),
    QuotedDataset("D_T^1%", "204.8 MB", "1.1 M", "40.3 M"),
    QuotedDataset("D_T^0.1%", "20.6 MB", "109.4 k", "4.0 M"),
    QuotedDataset("D_T^Rand.", "2.0 GB", "10.9 M", "402.6 M"),
    QuotedDataset("D_T^Gen.", "2.0 GB", "10.9 M", "402.6 M"),
)


@dataclass(frozen=True)
class Claim:
    """A finding of the study, which our figures can confirm or contradict."""

    text: str
    measure: str
    """`glue`, `exact match` or `f1`."""
    more: str
    """The study's transfer dataset whose student scores higher."""
    less: str
    sources: tuple[str, ...] = field(default=(STUDY,))


CLAIMS = (
    Claim("more data helps GLUE", "glue", "10%", "0.1%"),
    Claim("more data helps SQuAD", "f1", "10%", "0.1%"),
    Claim("natural text beats shuffled text on GLUE", "glue", "10%", "Rand."),
    Claim("shuffled text beats generated text on GLUE", "glue", "Rand.", "Gen."),
    Claim("natural text beats generated text on SQuAD", "f1", "10%", "Gen."),
    Claim("generated text beats shuffled text on SQuAD", "f1", "Gen.", "Rand."),
)


def study_score(transfer: str) -> QuotedScore | None:
    """The study's scores for one of its transfer datasets; None if it has none of this name."""
    return next((score for score in STUDY_SCORES if score.transfer == transfer), None)


def quoted_difference(more: str, less: str, measure: str) -> float | None:
    """How many points the study's student on one transfer dataset scores above that on another.

    Args:
        more: the transfer dataset of the first student, such as `10%`.
        less: the transfer dataset of the second student.
        measure: `glue`, `exact match` or `f1`.

    Returns:
        None if the study has no such scores.
    """
    one, other = study_score(more), study_score(less)
    if one is None or other is None or measure not in ("glue", "exact match", "f1"):
        return None
    return one.of(measure) - other.of(measure)
