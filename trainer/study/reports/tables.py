"""The report's tables: scores, tasks, transfer datasets, distillations, networks."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from trainer.study.reports import quoted
from trainer.study.reports.formats import Sheet
from trainer.study.run_results import FIDELITY, MEASURES, Scored

NOTHING = "–"
FIDELITY_TITLES = {"kl": "KL to the teacher", "top1_agreement": "agrees with the teacher"}


def score_sheet(outcomes: Sequence[Scored], preset: str) -> Sheet:
    """GLUE and SQuAD by network and transfer dataset: the study's Tables 6, 7, 9 and 10."""
    named = sorted({run.evaluations["glue"]["scores"][preset]["name"] for run in outcomes if "glue" in run.evaluations})
    title = f"Scores: GLUE ({'; '.join(named) or preset}) and SQuAD v1.1"
    header = ("network", "transfer dataset", "tokens", "GLUE", "SQuAD EM", "SQuAD F1")
    fidelity = [name for name in FIDELITY if any(name in run.held_out for run in outcomes)]
    sheet = Sheet("scores", title, (*header, *(FIDELITY_TITLES[name] for name in fidelity)))
    for run in outcomes:
        if run.evaluations:
            scores = (_spread(run.scores(m, preset), run.score(m, preset)) for m in MEASURES)
            sheet.add(*_network(run), *scores, *(_fidelity(run.held_out.get(name)) for name in fidelity))
    if sheet.rows:
        for score in quoted.STUDY_SCORES:
            mark = "quoted, superseded" if score.superseded else "quoted"
            name = f"{score.network} ({mark})"
            figures = (f"{value:.1f}" for value in (score.glue, score.exact_match, score.f1))
            sheet.add(name, score.transfer or NOTHING, NOTHING, *figures, *(NOTHING for _ in fidelity), quoted=True)
        sheet.notes += [f"GLUE is the plain mean over the tasks named, preset {preset}; quoted ones are sanh9."]
        if fidelity:
            sheet.notes += ["KL (nats a token) and agreement on the likeliest word (rate) are on held-out text."]
        sheet.notes += ["Percent; the median over fine-tuning seeds, with its range where there are several."]
        sheet.notes += [f"Quoted from: {'; '.join(dict.fromkeys(score.source for score in quoted.STUDY_SCORES))}."]
    return sheet


def task_sheet(outcomes: Sequence[Scored]) -> Sheet:
    """Every task's own score, with what always giving the most frequent answer would score."""
    titles = list(dict.fromkeys(name for run in outcomes for name in run.columns if name != "SQuAD"))
    sheet = Sheet("tasks", "GLUE by task", ("network", "transfer dataset", *titles))
    if not titles:
        return sheet
    for run in outcomes:
        if any(name in run.columns for name in titles):
            sheet.add(*_network(run)[:2], *(_task_cell(run.columns.get(name)) for name in titles))
    majority = {name: column for run in outcomes for name, column in run.columns.items() if column["majority"]}
    cells = [_mean(majority[name]["majority"]) if name in majority else NOTHING for name in titles]
    sheet.add("always the most frequent answer", NOTHING, *cells)
    for line in quoted.GLUE_TASKS:
        mark = "quoted, superseded" if line.superseded else "quoted"
        cells = [f"{line.tasks[name]:.1f}" if name in line.tasks else NOTHING for name in titles]
        sheet.add(f"{line.network} ({mark})", NOTHING, *cells, quoted=True)
    metrics = {name: " and ".join(column["metrics"]) for run in outcomes for name, column in run.columns.items()}
    said = ", ".join(f"{name} {metrics[name]}" for name in titles)
    sheet.notes += [f"Metrics: {said}; pairs are averaged. An asterisk marks a collapse to one answer."]
    return sheet


def dataset_sheet(outcomes: Sequence[Scored]) -> Sheet:
    """The transfer datasets: the study's Tables 5 and 8."""
    header = ("transfer dataset", "composition", "size", "sequences", "tokens", "fingerprint")
    sheet = Sheet("datasets", "Transfer datasets", header)
    for transfer in dict.fromkeys(run.transfer for run in outcomes if run.transfer):
        size = NOTHING if transfer.size_bytes is None else f"{transfer.size_bytes / 1e6:,.1f} MB"
        figures = (size, f"{transfer.rows:,}", f"{transfer.tokens:,}", transfer.fingerprint[:12])
        sheet.add(transfer.name, transfer.composition, *figures)
    if sheet.rows:
        for line in quoted.DATASETS:
            sheet.add(f"{line.name} (quoted)", NOTHING, line.size, line.sequences, line.tokens, NOTHING, quoted=True)
        sheet.notes += [f"Quoted from: {quoted.DATASETS[0].source}."]
    return sheet


def distillation_sheet(outcomes: Sequence[Scored]) -> Sheet:
    """How each run went: updates, last losses, fidelity to the teacher, speed."""
    runs = [run for run in outcomes if run.card]
    losses = list(dict.fromkeys(name for run in runs for name in run.last.get("losses", {})))
    fidelity = list(dict.fromkeys(name for run in runs for name in run.last.get("held_out", {})))
    names = (*(f"{name} loss" for name in losses), *(f"held out: {name}" for name in fidelity))
    header = ("run", "transfer dataset", "preset", "seed", "updates", *names, "tokens/s")
    sheet = Sheet("distillations", "Training", header)
    for run in runs:
        last = [run.last.get("losses", {}).get(name) for name in losses]
        held = [run.last.get("held_out", {}).get(name) for name in fidelity]
        speed = run.card.get("speed", run.last).get("tokens_per_second")
        updates = run.card.get("updates", run.last.get("update"))
        sheet.add(
            run.name, run.transfer.name if run.transfer else NOTHING, str(run.card.get("preset", NOTHING)),
            NOTHING if run.seed is None else str(run.seed), _count(updates),
            *(NOTHING if value is None else f"{value:.3f}" for value in (*last, *held)), _count(speed),
        )  # fmt: skip
    return sheet


def network_sheet(measured: dict[str, Any] | None) -> Sheet:
    """Parameters, size and inference time: the study's Table 3."""
    sheet = Sheet("networks", "Networks", ("network", "parameters", "size", "inference", "p95 a sentence"))
    if measured is None:
        return sheet
    for model in measured["models"]:
        ratios = model["ratios"]
        sheet.add(
            model["name"], f"{model['parameters'] / 1e6:.1f} M ({ratios['parameters']:.2f}×)",
            f"{model['weights_bytes'] / 2**20:.1f} MB ({ratios['size']:.2f}×)",
            f"{model['inference_seconds']:.2f} s ({ratios['speed']:.2f}×)", f"{1000 * model['p95_seconds']:.1f} ms",
        )  # fmt: skip
    for line in quoted.NETWORKS:
        sheet.add(
            f"{line.name} (quoted)", f"{line.parameters_millions} M ({line.parameter_ratio:.2f}×)",
            f"{line.size_mb:g} MB ({line.size_ratio:.2f}×)", f"{line.seconds:.2f} s ({line.speed_ratio:.2f}×)",
            NOTHING, quoted=True,
        )  # fmt: skip
    machine = measured["machine"]
    sheet.notes += [
        f"Ours: {measured['rows']:,} sentences ({measured['inputs']}), batch 1, one CPU thread, the median of "
        f"{measured['passes']} passes, on {machine['processor']}, torch {machine['torch']}. "
        f"Quoted from: {quoted.NETWORKS[0].source}, on other hardware: compare the ratios."
    ]
    return sheet


def _network(run: Scored) -> tuple[str, str, str]:
    seeds = f", {run.runs} seeds" if run.runs > 1 else ""
    if run.role not in ("student", "masked-LM only") or run.transfer is None:
        return (run.name if run.role == "network" else f"{run.role}{seeds}"), NOTHING, NOTHING
    budget = f", {run.budget}" if run.budget else ""
    return f"{run.role}{budget}{seeds}", run.transfer.name, f"{run.transfer.tokens:,}"


def _spread(scores: Sequence[float], median: float | None) -> str:
    if median is None:
        return NOTHING
    return f"{median:.1f}" if len(scores) < 2 else f"{median:.1f} ({min(scores):.1f}–{max(scores):.1f})"


def _task_cell(column: dict[str, Any] | None) -> str:
    if column is None:
        return NOTHING
    return _spread(column["scores"], column["score"]) + ("*" if column["collapsed"] else "")


def _mean(metrics: dict[str, float]) -> str:
    return f"{sum(metrics.values()) / len(metrics):.1f}"


def _fidelity(values: Sequence[float] | None) -> str:
    if not values:
        return NOTHING
    middle = f"{statistics.median(values):.3f}"
    return middle if len(values) < 2 else f"{middle} ({min(values):.3f}–{max(values):.3f})"


def _count(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.0f}"
