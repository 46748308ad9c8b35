"""A plan as tables, as JSON, and as one self-contained page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from trainer.experiments.planning.charts import plan_picture
from trainer.experiments.planning.choice import EvaluatedForm
from trainer.experiments.planning.planner import Plan
from trainer.experiments.planning.predictions import Estimate, Prediction, data_needed
from trainer.experiments.planning.wording import hours_in_words, in_words, sentences
from trainer.experiments.study import ReportTable, page_style, rendered
from trainer.runtime import write_whole


def plan_tables(plan: Plan) -> list[ReportTable]:
    """The tables of a plan: the outlook, the forms that were compared, and the short runs."""
    return [_prediction_table(plan), _form_table(plan), _run_table(plan)]


def _prediction_table(plan: Plan) -> ReportTable:
    measure = plan.prepared.measure
    made = ReportTable(
        "outlook", f"The planned run: {measure.title}", ("data", "updates", "epochs", measure.name, "time")
    )

    def add(each: Prediction) -> None:
        made.add(
            f"{each.multiple:g}×", f"{each.updates:,}", f"{each.epochs:,.1f}", in_words(each.loss, measure),
            hours_in_words(each.hours),
        )  # fmt: skip

    for each in plan.same_updates:
        add(each)
    for each in plan.same_epochs[1:]:
        add(each)
    return made


def _form_table(plan: Plan) -> ReportTable:
    made = ReportTable(
        "forms", "Forms, the chosen one first", ("form", "role", "formula", "error on runs left out", "parameters")
    )
    for tried in plan.forms:
        form = tried.fitted.form
        values = ", ".join(f"{name} = {value:.3g}" for name, value in tried.fitted.parameters.items())
        role = plan.role(tried)
        made.add(form.name, "" if role == "other" else role, form.formula, f"{tried.error:.1%}", values)
    made.notes.append("D and u are relative to the largest sample and the longest short run.")
    made.notes.append("Intervals include the rivals, which the short runs do not tell apart from the chosen form.")
    return made


def _run_table(plan: Plan) -> ReportTable:
    measure, form = plan.prepared.measure, plan.forms[0].fitted
    header = ("rows", "tokens", "updates", "epochs", "seed", measure.name, "fitted", "tokens/s")
    made = ReportTable("runs", "Short runs", header)
    for run in plan.runs:
        made.add(
            f"{run.rows:,}", f"{run.tokens:,}", f"{run.updates:,}", f"{run.epochs:,.1f}", f"{run.seed}",
            f"{run.fidelity[measure.key]:.4f}", f"{measure.value(form.loss(run.tokens, run.updates)):.4f}",
            f"{run.tokens_per_second:,.0f}" if run.tokens_per_second else "",
        )  # fmt: skip
    return made


def as_json(plan: Plan) -> str:
    """The plan as JSON. Losses are converted to the measurement, and `low` is the lower end of that."""
    measure, start = plan.prepared.measure, plan.prepared.start

    def values(predictions: Sequence[Prediction]) -> list[dict[str, object]]:
        return [{**_plain(each), "loss": None, measure.name: _measured(plan, each.loss)} for each in predictions]

    content = {
        "dataset": start.dataset, "rows": start.rows, "tokens": start.tokens,
        "held_out": _plain(start.held_out), "teachers": list(start.teachers), "measure": measure.name,
        "start": start.fidelity, "planned_updates": start.updates, "sequences": plan.prepared.sequences,
        "same_updates": values(plan.same_updates), "same_epochs": values(plan.same_epochs),
        "crossover_updates": _plain(plan.crossover),
        "target": _target(plan),
        "forms": [_form(plan, tried) for tried in plan.forms],
        "runs": [_plain(run) for run in plan.runs],
        "sentences": sentences(plan),
    }  # fmt: skip
    for outlook in (*content["same_updates"], *content["same_epochs"]):  # type: ignore[misc]
        del outlook["loss"]
    return json.dumps(content, indent=1, ensure_ascii=False)


def _target(plan: Plan) -> dict[str, object] | None:
    target, need = plan.prepared.target, plan.need
    if target is None or need is None:
        return None
    return {
        "value": target.value, "verdict": "reached" if plan.reached_by else need.verdict,
        "updates": _plain(need.updates), "times_the_data": _plain(need.multiple), "floor": _measured(plan, need.floor),
        "floor_of_data": _measured(plan, need.floor_of_data),
    }  # fmt: skip


def _form(plan: Plan, tried: EvaluatedForm) -> dict[str, object]:
    """A form with its role; with a target, also the data that it needs: null is never."""
    form, target = tried.fitted.form, plan.prepared.target
    made: dict[str, object] = {
        "name": form.name, "role": plan.role(tried), "formula": form.formula, "source": form.source,
        "error": tried.error, "parameters": tried.fitted.parameters,
    }  # fmt: skip
    if target is not None:
        made["times_the_data"] = data_needed(tried.fitted, plan.prepared.scale, target.loss)
    return made


def _plain(value: object) -> dict[str, object]:
    made: dict[str, object] = msgspec.to_builtins(value)
    return made


def _measured(plan: Plan, loss: Estimate) -> dict[str, object]:
    measure = plan.prepared.measure
    value, low, high = (None if end is None else measure.value(end) for end in (loss.value, loss.low, loss.high))
    return {"value": value, "low": high if measure.rises else low, "high": low if measure.rises else high}


def write_plan(plan: Plan, folder: Path) -> Path:
    """Write a plan as `plan.json`, `plan.svg` and the page `plan.html`.

    Args:
        plan: with its predictions.
        folder: where to write the three files.

    Returns:
        The path of the page.

    Raises:
        StorageError: a file cannot be written.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("trainer.experiments.planning"), undefined=StrictUndefined, autoescape=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    style, script = page_style()
    made = plan_picture(plan)
    text = environment.get_template("plan.html.j2").render(
        dataset=plan.prepared.start.dataset.partition("@")[0], sentences=sentences(plan), figure=rendered(made),
        tables=plan_tables(plan), style=style, script=script, written=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )  # fmt: skip
    write_whole(folder / "plan.json", as_json(plan) + "\n")
    write_whole(folder / "plan.svg", made.svg)
    write_whole(folder / "plan.html", text)
    return folder / "plan.html"
