"""The facts in a run's card that go into the student's model card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from corpora import without_places
from trainer.distillation.runs.run_card import RunCard, StartEntry, TeacherEntry
from trainer.models import ModelFacts, Score, hub_id

MADE = {"distill": "distilled from", "start": "initialised from"}


def facts_of(card: RunCard, scores: Sequence[Score] = ()) -> ModelFacts:
    """The facts for a student's model card.

    Args:
        card: of the run.
        scores: of the student; empty if it has not been evaluated.
    """
    sources: list[TeacherEntry | StartEntry] = [*card.all_teachers, *([card.start] if card.start else [])]
    ids = [hub_id(source.model, source.folder or "") for source in sources]
    names = [known or Path(source.model).name for known, source in zip(ids, sources, strict=True)]
    dataset, lineage = card.dataset, card.dataset.lineage
    losses = card.recipe.get("loss")
    sequences = card.recipe.get("sequences")
    return ModelFacts(
        made=MADE.get(card.kind, "pre-training continued from" if card.start else "pre-trained from random weights"),
        kind=card.kind,
        student=card.student["class"] if card.student else "Student",
        sources=tuple(names),
        base_models=tuple(known for known in ids if known),
        parameters=card.student["parameters"] if card.student else 0,
        preset=Path(card.preset).name,
        updates=card.plan.updates if card.plan else 0,
        sequences=sequences if isinstance(sequences, int) else 0,
        losses=tuple(map(str, losses)) if isinstance(losses, list | tuple) else (),
        dataset=str(without_places(f"{dataset.name}@{dataset.fingerprint[:12]}")),
        rows=dataset.rows,
        tokens=dataset.tokens,
        datasets=_datasets(card),
        licence=_agreed([source.licence for source in sources]),
        languages=_languages(card) or tuple(dict.fromkeys(each for source in sources for each in source.languages)),
        text_licences=dict(lineage.licences) if lineage else {},
        selected=f"The weights are those of update {card.best.update:,}, with the lowest held-out "
        f"{card.best.metric} ({card.best.value:.4g})" if card.best else "",
        scores=tuple(scores),
    )  # fmt: skip


def _agreed(licences: Sequence[str]) -> str:
    """The licence that all sources share; empty if they differ or one is unknown."""
    return licences[0] if len(set(licences)) == 1 else ""


def _datasets(card: RunCard) -> tuple[str, ...]:
    """The hub datasets that the text comes from; if there are none, the name of the registered dataset."""
    found = [
        str(options.get("repository", "")).partition("@")[0]
        for component, options in _components(card)
        if component == ("datasets", "hub")
    ]
    return tuple(dict.fromkeys(found)) or (str(without_places(card.dataset.name)),)


def _languages(card: RunCard) -> tuple[str, ...]:
    """The languages that the text was selected by: the source's, or those that a language filter allows."""
    found: list[str] = []
    for (kind, name), options in _components(card):
        said = options.get("language") if kind == "sources" else None
        allowed = options.get("allow") if (kind, name) == ("filters", "language") else None
        found += [said] if isinstance(said, str) and 2 <= len(said) <= 3 else []
        found += [str(each) for each in allowed] if isinstance(allowed, list | tuple) else []
    return tuple(dict.fromkeys(found))


def _components(card: RunCard) -> Iterator[tuple[tuple[str, str], Mapping[str, object]]]:
    """The components that made the dataset and the versions before it, with their options."""
    lineage = card.dataset.lineage
    for origin in [lineage, *lineage.ancestors.values()] if lineage else []:
        components = origin.made_by.get("components") if origin else None
        for each in components if isinstance(components, list | tuple) else ():
            if isinstance(each, Mapping) and isinstance(options := each.get("options"), Mapping):
                yield (str(each.get("kind")), str(each.get("name"))), options
