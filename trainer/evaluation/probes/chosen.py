"""The probes chosen on a command line or in a recipe."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from corpora import OptionError
from trainer.plugin import Probe, registry


def chosen_probes(
    *,
    pairs: Path | None = None,
    pairs_per_paradigm: int | None = None,
    held_out: str | None = None,
    rows: int | None = None,
    others: Sequence[str] = (),
) -> list[Probe]:
    """The built-in probes whose inputs are given, followed by others.

    Args:
        pairs: a JSONL file of minimal pairs, or a folder of them.
        pairs_per_paradigm: use only this many pairs of each paradigm, the first ones.
        held_out: the dataset for fidelity.
        rows: how many of its rows to use.
        others: in short form, NAME:key=value,….

    Raises:
        OptionError: nothing is chosen, or an option is given without its probe.
        UnknownName: no plugin has a probe with this name.
    """
    if pairs is None and pairs_per_paradigm is not None:
        raise OptionError("pairs-per-paradigm needs pairs: --pairs FILE")
    if held_out is None and rows is not None:
        raise OptionError("rows needs a held-out dataset: --held-out NAME")
    made: list[Probe] = []
    if pairs is not None:
        options: dict[str, object] = {"pairs": pairs}
        if pairs_per_paradigm is not None:
            options["pairs-per-paradigm"] = pairs_per_paradigm
        made.append(cast(Probe, registry.find("probes", "minimal-pairs").from_options(options)))
    if held_out is not None:
        options = {"held-out": held_out, **({"rows": rows} if rows is not None else {})}
        made.append(cast(Probe, registry.find("probes", "fidelity").from_options(options)))
    made += [registry.make("probes", text) for text in others]
    if not made:
        raise OptionError("nothing to measure: give --pairs FILE, --held-out NAME, or --probe NAME")
    return made
