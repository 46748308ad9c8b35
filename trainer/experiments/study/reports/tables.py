"""The report's other tables: scores, tasks, transfer datasets, training runs and networks."""

from __future__ import annotations

from collections.abc import Sequence

from trainer.evaluation import Column, Measurements, glue_score
from trainer.experiments.study.reports import quoted
from trainer.experiments.study.reports.formats import ReportTable
from trainer.experiments.study.reports.measures import AGREEMENT, EXACT, F1, GLUE, KL, NOTHING
from trainer.experiments.study.run_results import MASKED_LM, STUDENT, RunResults


def score_table(outcomes: Sequence[RunResults], preset: str) -> ReportTable:
    """Fidelity, GLUE and SQuAD by network and transfer dataset: the study's Tables 6, 7, 9 and 10."""
    scored = [run.evaluations["glue"] for run in outcomes if "glue" in run.evaluations]
    named = sorted({glue_score(dict.fromkeys(made.columns, 0.0), preset).name for made in scored})
    measures = [m for m in (KL, AGREEMENT, GLUE, EXACT, F1) if any(run.scores(m.name, preset) for run in outcomes)]
    table = ReportTable(
        "scores", "Fidelity and scores", ("network", "transfer dataset", "tokens", *(m.title for m in measures))
    )
    for run in outcomes:
        cells = [m.spread(run.scores(m.name, preset), run.mean(m.name, preset)) for m in measures]
        if any(cell != NOTHING for cell in cells):
            table.add(*_network(run), *cells)
    if not table.rows:
        return table
    downstream = [m for m in (GLUE, EXACT, F1) if m in measures]
    for score in quoted.STUDY_SCORES if downstream else ():
        mark = "quoted, superseded" if score.superseded else "quoted"
        figures = (f"{score.of(m.name):.1f}" if m in downstream else NOTHING for m in measures)
        table.add(f"{score.network} ({mark})", score.transfer or NOTHING, NOTHING, *figures, quoted=True)
    if KL in measures:
        table.notes += [
            "On held-out text: KL in nats per token, lower is closer; agreement on the likeliest word in percent."
        ]
    table.notes += ["Means over runs and fine-tuning seeds, with the range of several; scores in percent."]
    if named:
        table.notes += [
            f"GLUE ({'; '.join(named)}) is the mean over the evaluated tasks; quoted scores are means over all nine."
        ]
    if downstream:
        sources = "; ".join(dict.fromkeys(score.source for score in quoted.STUDY_SCORES))
        table.notes += [f"Quoted from: {sources}."]
    return table


def task_table(outcomes: Sequence[RunResults]) -> ReportTable:
    """The score of every task, and that of always giving the most frequent answer."""
    titles = list(dict.fromkeys(name for run in outcomes for name in run.columns if name != "SQuAD"))
    table = ReportTable("tasks", "GLUE by task", ("network", "transfer dataset", *titles))
    if not titles:
        return table
    for run in outcomes:
        if any(name in run.columns for name in titles):
            table.add(*_network(run)[:2], *(_task_cell(run.columns.get(name)) for name in titles))
    majority = {name: column for run in outcomes for name, column in run.columns.items() if column.majority}
    cells = [_mean(majority[name].majority) if name in majority else NOTHING for name in titles]
    table.add("always the most frequent answer", NOTHING, *cells)
    for line in quoted.GLUE_TASKS:
        mark = "quoted, superseded" if line.superseded else "quoted"
        cells = [f"{line.tasks[name]:.1f}" if name in line.tasks else NOTHING for name in titles]
        table.add(f"{line.network} ({mark})", NOTHING, *cells, quoted=True)
    metrics = {name: " and ".join(column.metrics) for run in outcomes for name, column in run.columns.items()}
    said = ", ".join(f"{name} {metrics[name]}" for name in titles)
    table.notes += [f"Metrics: {said}; pairs are averaged. An asterisk marks a collapse to one answer."]
    return table


def dataset_table(outcomes: Sequence[RunResults]) -> ReportTable:
    """The transfer datasets: the study's Tables 5 and 8."""
    header = ("transfer dataset", "composition", "size", "sequences", "tokens", "fingerprint")
    table = ReportTable("datasets", "Transfer datasets", header)
    for transfer in dict.fromkeys(run.transfer for run in outcomes if run.transfer):
        size = NOTHING if transfer.size_bytes is None else f"{transfer.size_bytes / 1e6:,.1f} MB"
        figures = (size, f"{transfer.rows:,}", f"{transfer.tokens:,}", transfer.fingerprint[:12])
        table.add(transfer.name, transfer.composition, *figures)
    if table.rows:
        for line in quoted.DATASETS:
            table.add(f"{line.name} (quoted)", NOTHING, line.size, line.sequences, line.tokens, NOTHING, quoted=True)
        table.notes += [f"Quoted from: {quoted.DATASETS[0].source}."]
    return table


def distillation_table(outcomes: Sequence[RunResults]) -> ReportTable:
    """Each run's updates, last losses, fidelity during training, and speed."""
    runs = [run for run in outcomes if run.card]
    losses = list(dict.fromkeys(name for run in runs for name in run.last.get("losses", {})))
    fidelity = list(dict.fromkeys(name for run in runs for name in run.last.get("held_out", {})))
    names = (*(f"{name} loss" for name in losses), *(f"held out: {name}" for name in fidelity))
    header = ("run", "transfer dataset", "preset", "seed", "updates", *names, "tokens/s")
    table = ReportTable("distillations", "Training", header)
    for run in runs:
        last = [run.last.get("losses", {}).get(name) for name in losses]
        held = [run.last.get("held_out", {}).get(name) for name in fidelity]
        speed = run.card.get("speed", run.last).get("tokens_per_second")
        updates = run.card.get("updates", run.last.get("update"))
        table.add(
            run.name, run.transfer.name if run.transfer else NOTHING, str(run.card.get("preset", NOTHING)),
            NOTHING if run.seed is None else str(run.seed), _count(updates),
            *(NOTHING if value is None else f"{value:.3f}" for value in (*last, *held)), _count(speed),
        )  # fmt: skip
    return table


def network_table(measured: Measurements | None) -> ReportTable:
    """Parameters, size and inference time: the study's Table 3."""
    table = ReportTable("networks", "Networks", ("network", "parameters", "size", "inference", "p95 per sentence"))
    if measured is None:
        return table
    for model in measured.models:
        ratios = measured.ratios(model)
        table.add(
            model.name, f"{model.parameters / 1e6:.1f} M ({ratios['parameters']:.2f}×)",
            f"{model.weights_bytes / 2**20:.1f} MB ({ratios['size']:.2f}×)",
            f"{model.inference_seconds:.2f} s ({ratios['speed']:.2f}×)", f"{1000 * model.p95_seconds:.1f} ms",
        )  # fmt: skip
    for line in quoted.NETWORKS:
        table.add(
            f"{line.name} (quoted)", f"{line.parameters_millions} M ({line.parameter_ratio:.2f}×)",
            f"{line.size_mb:g} MB ({line.size_ratio:.2f}×)", f"{line.seconds:.2f} s ({line.speed_ratio:.2f}×)",
            NOTHING, quoted=True,
        )  # fmt: skip
    machine = measured.machine
    table.notes += [
        f"Ours: {measured.rows:,} sentences ({measured.inputs}), batch 1, one CPU thread, the median of "
        f"{measured.passes} passes, on {machine['processor']}, torch {machine['torch']}. "
        f"Quoted from: {quoted.NETWORKS[0].source}, on other hardware: compare the ratios."
    ]
    return table


def _network(run: RunResults) -> tuple[str, str, str]:
    seeds = f", {run.runs} seeds" if run.runs > 1 else ""
    if run.role not in (STUDENT, MASKED_LM) or run.transfer is None:
        return (run.name if run.role == "network" else f"{run.role}{seeds}"), NOTHING, NOTHING
    budget = f", {run.budget}" if run.budget else ""
    return f"{run.role}{budget}{seeds}", run.transfer.name, f"{run.transfer.tokens:,}"


def _task_cell(column: Column | None) -> str:
    if column is None or not column.scores:
        return NOTHING
    scores = column.scores
    return GLUE.spread(scores, sum(scores) / len(scores)) + ("*" if column.collapsed else "")


def _mean(metrics: dict[str, float]) -> str:
    return f"{sum(metrics.values()) / len(metrics):.1f}"


def _count(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.0f}"
