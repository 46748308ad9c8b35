"""The model card: a README.md with metadata for the hub, scores, and a code snippet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from corpora import without_places
from corpora.errors import counted
from trainer.models.files.sentence_files import is_sentence_encoder
from trainer.runtime import parse_json

HUB_COPY = re.compile(r"(?:.*/)?[0-9a-f]{40}/?")
"""A folder in the hub's cache, which is named after its commit."""


@dataclass(frozen=True)
class Score:
    """One figure on a model card."""

    task: str
    """The dev set, such as SST-2."""
    metric: str
    value: float
    """In points (times 100)."""
    low: float | None
    """The lower end of the 95 % interval; None if the metric has none."""
    high: float | None
    rows: int
    """Number of examples in the dev set."""
    how: str
    """How the model was used, such as `fine-tuned, median of 5 seeds`."""
    problem: str = "text-classification"
    """The hub's name for the kind of task."""


@dataclass(frozen=True)
class Declared:
    """The licence and languages declared in a model's own card."""

    licence: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelFacts:
    """The facts in the card of a trained model."""

    made: str
    """How the model was made, such as `distilled from`, to be followed by its sources."""
    kind: str
    """The command that made it: `distill` or `pretrain`."""
    student: str
    """The class of the model."""
    sources: tuple[str, ...] = ()
    """Names of the models it was made from."""
    base_models: tuple[str, ...] = ()
    """Hub ids of the sources that are on the hub."""
    parameters: int = 0
    preset: str = ""
    updates: int = 0
    sequences: int = 0
    losses: tuple[str, ...] = ()
    dataset: str = ""
    """NAME@FINGERPRINT."""
    rows: int = 0
    tokens: int = 0
    datasets: tuple[str, ...] = ()
    licence: str = ""
    languages: tuple[str, ...] = ()
    text_licences: Mapping[str, int] = field(default_factory=dict)
    """Number of documents in the dataset under each licence."""
    selected: str = ""
    """How the weights were selected, if they are not those of the last update."""
    scores: tuple[Score, ...] = ()


@dataclass(frozen=True)
class Use:
    """The purpose of a model, in the hub's terms, with a Python snippet."""

    pipeline: str
    library: str
    snippet: str


def declared_by(folder: Path) -> Declared:
    """The licence and languages in a model folder's card; empty if there is no readable card."""
    from huggingface_hub import ModelCard
    from yaml import YAMLError

    try:
        data = ModelCard.load(folder / "README.md", ignore_metadata_errors=True).data
    except (OSError, ValueError, TypeError, YAMLError):
        return Declared()
    spoken = [data.language] if isinstance(data.language, str) else data.language or []
    named = data.license if isinstance(data.license, str) else ""
    return Declared(named, tuple(str(language) for language in spoken))


def hub_id(model: str, folder: str) -> str | None:
    """The hub id of a downloaded model; None for a local folder.

    Args:
        model: as given by the user, `OWNER/NAME@REVISION` or a folder.
        folder: where it was read from.
    """
    return model.partition("@")[0] if HUB_COPY.fullmatch(folder) and not model.startswith(("/", "~", ".")) else None


def use_of(folder: Path, place: str, *, sentences: bool = False) -> Use:
    """The purpose of the model in a folder, with a code snippet.

    Args:
        folder: of the model.
        place: the argument of the snippet: the folder's name, or a hub id.
        sentences: whether the model was trained on sentence vectors.
    """
    config = _json(folder / "config.json")
    classes = config.get("architectures")
    head = str(classes[0]) if isinstance(classes, list) and classes else ""
    if "MaskedLM" in head:
        token = _json(folder / "tokenizer_config.json").get("mask_token")
        mask = str(token.get("content")) if isinstance(token, dict) else str(token or "[MASK]")
        return Use("fill-mask", "transformers", _snippet(FILL_MASK, place, mask=mask))
    if is_sentence_encoder(folder) or sentences:
        return Use("sentence-similarity", "sentence-transformers", _snippet(SENTENCES, place))
    return Use("feature-extraction", "transformers", _snippet(FEATURES, place))


FILL_MASK = """\
from transformers import pipeline

fill = pipeline("fill-mask", model="$place")
for answer in fill("This is a $mask.", top_k=3):
    print(answer["token_str"], round(answer["score"], 3))"""
SENTENCES = """\
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("$place")
vectors = model.encode(["A cat sits on the mat.", "A dog runs in the park."])
print(model.similarity(vectors, vectors))"""
FEATURES = """\
from transformers import pipeline

vectors = pipeline("feature-extraction", model="$place")
print(vectors("A cat sits on the mat.", return_tensors=True).shape)"""


def model_card_text(facts: ModelFacts, folder: Path, *, place: str | None = None) -> str:
    """A model card in Markdown, without local paths.

    Args:
        facts: how the model was made, and its scores.
        folder: of the model; its config and tokenizer decide the purpose on the card.
        place: the argument of the snippet; by default the folder's name.
    """
    use = use_of(folder, place or folder.name, sentences=any(each.startswith("embedding") for each in facts.losses))
    text = "\n\n".join(part for part in _sections(facts, use) if part)
    return f"---\n{_metadata(facts, use, (place or facts.student).rpartition('/')[2])}\n---\n{text}\n"


def _metadata(facts: ModelFacts, use: Use, name: str) -> str:
    from huggingface_hub import EvalResult, ModelCardData

    results = [
        EvalResult(
            task_type=score.problem, dataset_type=score.task.lower(), dataset_name=score.task,
            dataset_split="validation", metric_type=score.metric, metric_name=f"{score.metric} ({score.how})",
            metric_value=round(score.value, 2),
        )
        for score in facts.scores
    ]  # fmt: skip
    data = ModelCardData(
        base_model=_one_or_many(facts.base_models), datasets=list(facts.datasets) or None,
        language=_one_or_many(facts.languages), library_name=use.library, license=facts.licence or "unknown",
        pipeline_tag=use.pipeline, tags=["transferset", facts.kind], eval_results=results or None,
        model_name=name if results else None,
    )  # fmt: skip
    return str(data.to_yaml())


def _one_or_many(names: tuple[str, ...]) -> str | list[str] | None:
    return names[0] if len(names) == 1 else list(names) or None


def _sections(facts: ModelFacts, use: Use) -> Iterator[str]:
    sources = " and ".join(f"`{source}`" for source in facts.sources)
    yield f"# {facts.student}, {facts.made}{' ' if sources else ''}{sources}"
    yield f"## Use\n\n```python\n{use.snippet}\n```"
    yield _scores(facts.scores)
    lines, how = [], f"trainer {facts.kind} --preset {facts.preset}"
    if facts.updates:
        lines = [
            f"- Trained on `{facts.dataset}`: {counted(facts.rows, 'sequence')}, {counted(facts.tokens, 'token')}",
            f"- By `{how}`: {counted(facts.updates, 'update')} of {counted(facts.sequences, 'sequence')}",
        ]
    lines += [f"- {facts.selected}"] if facts.selected else []
    lines += [f"- Parameters: {facts.parameters:,}"] if facts.parameters else []
    lines += [f"- Loss: {', '.join(f'`{loss}`' for loss in facts.losses)}"] if facts.losses else []
    yield without_places("## Training\n\n" + "\n".join(lines))
    if facts.text_licences:
        listed = "\n".join(f"- {name or 'unknown'}: {count:,} documents" for name, count in facts.text_licences.items())
        yield f"## Licences of the training texts\n\n{listed}"
    yield "Every setting, the dataset's lineage, hardware and versions are in `run.json`."


def _scores(scores: tuple[Score, ...]) -> str:
    if not scores:
        return ""
    lines = [
        f"| {score.task} | {score.metric} | {score.value:.1f} | {_interval(score)} | {score.rows:,} | {score.how} |"
        for score in scores
    ]
    head = "| task | metric | score | 95 % interval | dev examples | how |\n|---|---|---|---|---|---|"
    return "## Scores\n\n" + "\n".join([head, *lines])


def _interval(score: Score) -> str:
    return "" if score.low is None or score.high is None else f"{score.low:.1f} to {score.high:.1f}"


def _snippet(text: str, place: str, **words: str) -> str:
    return Template(text).substitute(place=place, **words)


def _json(path: Path) -> dict[str, object]:
    try:
        found = parse_json(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
