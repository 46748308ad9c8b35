"""Check the contract of a probe, on a tiny model or one of yours."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import torch

from corpora.testing import called, check_component, require
from trainer.evaluation.probes import LoadedModel, find_model
from trainer.plugin import Findings, Probe, Stratum
from trainer.runtime import precision_for
from trainer.testing.tiny import tiny_model_folder


def check_probe(
    given: type[Probe] | Probe, *, model: Path | str | None = None, teacher: Path | str | None = None
) -> Findings:
    """Check the contract of a probe.

    It identifies its inputs by content, measures the same twice, gives every stratum a finite value inside its
    interval for every metric, and the strata of a split contain each example once.

    Args:
        given: the class, or a component with its options, such as the file that it reads.
        model: the folder of a masked-language model; by default a tiny one that spells words letter by letter.
        teacher: the folder of the teacher; by default another tiny model.

    Returns:
        The probe's findings.

    Raises:
        ContractBroken: the check failed; the message says how.
    """
    component = check_component(given, Probe, travels=False)
    with tempfile.TemporaryDirectory() as scratch:
        taught = _subject(teacher or tiny_model_folder(Path(scratch) / "teacher", layers=3, seed=1), None)
        subject = _subject(model or tiny_model_folder(Path(scratch) / "model"), taught)
        _check_inputs(component, subject)
        findings: Findings = called(component, "measure", component.measure, subject)
        require(
            isinstance(findings, Findings), component, f"measure returned {type(findings).__name__}; return Findings"
        )
        _check_findings(component, findings)
        again = called(component, "measure", component.measure, subject)
    require(
        list(again.strata) == list(findings.strata), component, "measure returned different findings the second time"
    )
    return findings


def _subject(model: Path | str, teacher: LoadedModel | None) -> LoadedModel:
    found, device = find_model(model), torch.device("cpu")
    return LoadedModel(
        found.name, found.folder, found.load, found.longest, found.vocabulary, device,
        precision_for("fp32", device), teacher,
    )  # fmt: skip


def _check_inputs(component: Probe, subject: LoadedModel) -> None:
    inputs = called(component, "inputs", component.inputs, subject)
    texts = isinstance(inputs, Mapping) and all(isinstance(value, str) for value in inputs.values())
    require(texts, component, f"inputs returned {inputs!r}; return the hash of each input by name")
    again = called(component, "inputs", component.inputs, subject)
    require(
        again == inputs, component, "inputs returned different hashes the second time; hash content, not times or paths"
    )


def _check_findings(component: Probe, findings: Findings) -> None:
    require(bool(findings.metrics), component, "it has no metrics")
    first = next(iter(findings.strata), None)
    require(
        first is not None and first.split == "all",
        component,
        "its first stratum must cover all examples, with split 'all'",
    )
    named = Counter((stratum.split, stratum.name, stratum.within) for stratum in findings.strata)
    twice = [key for key, times in named.items() if times > 1]
    require(not twice, component, f"two strata are named {twice[:1]}")
    counts: Counter[str] = Counter()
    for stratum in findings.strata:
        counts[stratum.split] += stratum.count
        _check_stratum(component, findings, stratum)
    for split, count in counts.items():
        total = counts["all"]
        require(count == total, component, f"the strata of {split} have {count:,} {findings.counted} of {total:,}")
    units, total = findings.units, counts["all"]
    sizes = {len(units.groups), len(units.counts), *(len(sums) for sums in units.sums.values())}
    require(
        len(sizes) == 1, component, f"its units have arrays of {sorted(sizes)} values; all must have the same length"
    )
    held = float(units.counts.sum())
    require(held == total, component, f"its units have {held:,.0f} {findings.counted}, its strata {total:,}")
    require(set(units.sums) == set(findings.metrics), component, "its units need a sum for each metric")


def _check_stratum(component: Probe, findings: Findings, stratum: Stratum) -> None:
    where = f"{stratum.split} {stratum.name}"
    require(stratum.count > 0, component, f"{where} is empty; leave it out")
    require(set(stratum.estimates) == set(findings.metrics), component, f"{where} needs a value for each metric")
    for metric, found in stratum.estimates.items():
        figures = (found.low, found.value, found.high)
        require(all(map(math.isfinite, figures)), component, f"{where} has a {metric} that is not finite")
        slack = 1e-9 * max(1.0, *map(abs, figures))
        inside = found.low - slack <= found.value <= found.high + slack
        require(inside, component, f"{where}: {metric} {found.value:g} is outside its interval")
        rate = findings.metrics[metric].unit != "rate" or -slack <= found.value <= 1 + slack
        require(rate, component, f"{where}: {metric} is {found.value:g}; a rate is from 0 to 1")
