"""The dataset card of a version: a README.md with YAML for the Hugging Face Hub, written from the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import shorten

from corpora.store import Manifest, write_text


def write_card(folder: Path, manifest: Manifest) -> None:
    """Write `README.md` for a version."""
    write_text(folder / "README.md", card(manifest))


def card(manifest: Manifest) -> str:
    """The text of the card."""
    sections = [_yaml(manifest), f"# {manifest.name}", _opening(manifest), _figures(manifest), _accounting(manifest)]
    sections += [_licences(manifest), _provenance(manifest)]
    return "\n\n".join(section for section in sections if section) + "\n"


def _yaml(manifest: Manifest) -> str:
    licence = next(iter(manifest.licences), "unknown") if len(manifest.licences) == 1 else "other"
    size = next(label for bound, label in SIZES if manifest.rows < bound)
    lines = [
        "---",
        f"pretty_name: {manifest.name}",
        f"license: {_licence_id(licence)}",
        "task_categories:",
        "- fill-mask",
    ]
    lines += ["size_categories:", f"- {size}", "tags:", "- transferset", f"- {manifest.kind}", "---"]
    return "\n".join(lines)


SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
    (float("inf"), "n>1B"),
)
"""The hub's size categories, each with its exclusive upper bound in rows."""


HUB_LICENCES = {
    "cc0 1.0": "cc0-1.0",
    "cc by 4.0": "cc-by-4.0",
    "cc by-sa 3.0": "cc-by-sa-3.0",
    "cc by-sa 4.0": "cc-by-sa-4.0",
    "mit": "mit",
    "unknown": "unknown",
}
"""The hub's licence ids, by the names that sources record, in lower case."""


def _licence_id(licence: str) -> str:
    return HUB_LICENCES.get(licence.lower().replace("cc0-", "cc0 "), "other")


def _opening(manifest: Manifest) -> str:
    noun = "one sentence per row" if manifest.kind == "sentences" else "one sequence of token ids per row"
    notes = "".join(f"\n\n> {note}" for note in manifest.notes)
    return f"A dataset of {manifest.kind}, {noun}, made by transferset.{notes}"


def _figures(manifest: Manifest) -> str:
    rows: list[tuple[str, int | float | None]] = [("rows", manifest.rows), ("documents", manifest.documents)]
    rows += [("tokens", manifest.tokens), ("bytes of text", manifest.text_bytes), *_flat(manifest.statistics)]
    lines = [f"| {key.replace('_', ' ')} | {_number(value)} |" for key, value in rows if value is not None]
    return "\n".join(["## Figures", "", "| | |", "|---|---|", *dict.fromkeys(lines)])


def _flat(statistics: Mapping[str, Mapping[str, object]]) -> list[tuple[str, int | float]]:
    return [
        (key, value)
        for summary in statistics.values()
        for key, value in summary.items()
        if isinstance(value, int | float) and key not in ("rows", "documents", "tokens", "text_bytes")
    ]


def _number(value: object) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"


def _accounting(manifest: Manifest) -> str:
    counts = manifest.accounting
    if "found" not in counts:
        return ""
    lines = ["## Where documents went", "", "| | documents |", "|---|---|", f"| found | {counts['found']:,} |"]
    lines += [f"| {reason} | {number:,} |" for reason, number in (counts["rejected"] | counts["failures"]).items()]
    lines.append(f"| **written** | **{counts['written']:,}** |")
    for what, numbers in counts.get("counts", {}).items():
        title = what.replace("_", " ").capitalize()
        lines += ["", f"### {title}, the most frequent", "", "| | times |", "|---|---|"]
        lines += [f"| {name.replace('|', '/')} | {number:,} |" for name, number in list(numbers.items())[:20]]
    return "\n".join(lines)


def _licences(manifest: Manifest) -> str:
    if not manifest.licences:
        return ""
    lines = [
        f"| {shorten(licence or 'unknown', 100, placeholder=' …').replace('|', '/')} | {number:,} |"
        for licence, number in list(manifest.licences.items())[:20]
    ]
    return "\n".join(["## Licences", "", "| licence | documents |", "|---|---|", *lines])


def _provenance(manifest: Manifest) -> str:
    parents = "".join(f"\n- made from `{parent}`" for parent in manifest.parents)
    command = f"\n- command `{manifest.command}`" if manifest.command else ""
    return (
        f"## Provenance\n\n- fingerprint `{manifest.fingerprint}`{parents}{command}\n"
        f"- created {manifest.created}, with {', '.join(f'{k} {v}' for k, v in manifest.versions.items())}"
    )
