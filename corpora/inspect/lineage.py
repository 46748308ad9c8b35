"""Draw the lineage of datasets from their manifests: versions as boxes, with sources on the left."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corpora.errors import DatasetNotFound
from corpora.store import Dataset, Store
from corpora.store.pages import how

WIDTH, HEIGHT = 232, 66
GAP_X, GAP_Y = 56, 16
LETTERS = (27, 31, 36)
"""Characters of each line in a box."""


@dataclass(frozen=True)
class Node:
    """One version in the drawing."""

    reference: str
    lines: tuple[str, str, str]
    """Its name, how it was made, and its size."""
    parents: tuple[str, ...]
    chosen: bool
    """Whether the report is about this version; otherwise it is only an ancestor."""


def lineage(datasets: Sequence[Dataset], store: Store) -> dict[str, Node]:
    """The versions and all of their ancestors, ancestors first.

    Args:
        datasets: the versions that the report is about.
        store: where ancestors are looked up; one that was removed is shown without its own parents.

    Returns:
        Nodes by reference.
    """
    nodes: dict[str, Node] = {}
    chosen = {dataset.reference for dataset in datasets}
    for dataset in datasets:
        _collect(dataset, store, chosen, nodes)
    return nodes


def _collect(dataset: Dataset, store: Store, chosen: set[str], nodes: dict[str, Node]) -> None:
    if dataset.reference in nodes:
        return
    for parent in dataset.manifest.parents:
        try:
            _collect(store.find(parent), store, chosen, nodes)
        except DatasetNotFound:
            nodes[parent] = Node(parent, (parent.partition("@")[0], "no longer in the store", ""), (), False)
    made = how({key: value for key, value in dataset.manifest.plan["recipe"].items() if key != "seed"})
    lines = (dataset.name, made, _amount(dataset))
    nodes[dataset.reference] = Node(dataset.reference, lines, dataset.manifest.parents, dataset.reference in chosen)


def _amount(dataset: Dataset) -> str:
    noun = "sentences" if dataset.kind == "sentences" else "sequences"
    tokens = f", {short(dataset.tokens)} tokens" if dataset.tokens is not None else ""
    return f"{short(dataset.rows)} {noun}{tokens}"


def short(number: int) -> str:
    """A count with three significant digits and a unit, such as 109 M.

    Args:
        number: not negative.
    """
    for unit, size in (("B", 10**9), ("M", 10**6), ("k", 10**3)):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return str(number)


def draw(nodes: Mapping[str, Node]) -> str:
    """The drawing as an SVG element for a page.

    Args:
        nodes: as `lineage` returns them, ancestors first.
    """
    places = _places(nodes)
    width = max((x for x, _ in places.values()), default=0) + WIDTH + 2
    height = max((y for _, y in places.values()), default=0) + HEIGHT + 2
    pairs = [(parent, node.reference) for node in nodes.values() for parent in dict.fromkeys(node.parents)]
    edges = [_edge(places[parent], places[child]) for parent, child in pairs]
    boxes = [_box(node, *places[node.reference]) for node in nodes.values()]
    told = html.escape("Lineage: " + "; ".join(_told(node) for node in nodes.values()), quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{told}" width="{width}" height="{height}" '
        f'viewBox="-1 -1 {width} {height}">{"".join(edges)}{"".join(boxes)}</svg>'
    )


def _told(node: Node) -> str:
    parents = ", ".join(parent.partition("@")[0] for parent in node.parents)
    return f"{node.lines[0]}, {node.lines[1]}" + (f", from {parents}" if parents else "")


def _places(nodes: Mapping[str, Node]) -> dict[str, tuple[int, int]]:
    """Left to right by the longest path from a source; within a column, near the parents."""
    depth: dict[str, int] = {}
    for reference, node in nodes.items():
        depth[reference] = 1 + max((depth[parent] for parent in node.parents), default=-1)
    columns: dict[int, list[str]] = {}
    for reference in nodes:
        columns.setdefault(depth[reference], []).append(reference)
    rank: dict[str, float] = {}
    for column in sorted(columns):
        members = columns[column]
        middle = {m: sum(rank[p] for p in nodes[m].parents) / max(len(nodes[m].parents), 1) for m in members}
        lowest = -1.0
        for member in sorted(members, key=lambda m: middle[m]):
            lowest = rank[member] = max(lowest + 1, middle[member] - (len(members) - 1) / 2 if column else lowest + 1)
    least = min(rank.values(), default=0)
    return {m: (depth[m] * (WIDTH + GAP_X), round((rank[m] - least) * (HEIGHT + GAP_Y))) for m in nodes}


def _edge(start: tuple[int, int], stop: tuple[int, int]) -> str:
    x, y, to_x, to_y = start[0] + WIDTH, start[1] + HEIGHT // 2, stop[0], stop[1] + HEIGHT // 2
    bend = (to_x - x) // 2
    return (
        f'<path d="M{x} {y}C{x + bend} {y} {to_x - bend} {to_y} {to_x - 7} {to_y}" fill="none" stroke="#8a97a6" '
        f'stroke-width="1.5"/><path d="M{to_x} {to_y}l-8 -4v8z" fill="#8a97a6"/>'
    )


def _box(node: Node, x: int, y: int) -> str:
    fill, stroke, width = ("#eef6fb", "#0072b2", 2) if node.chosen else ("#ffffff", "#b6c0cb", 1)
    texts = "".join(
        f'<text x="12" y="{21 + 18 * i}" {style}>{html.escape(_cut(line, LETTERS[i]))}</text>'
        for i, (line, style) in enumerate(zip(node.lines, STYLES, strict=True))
    )
    title = html.escape(f"{node.reference}: {node.lines[1]}")
    return (
        f'<g><title>{title}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="{width}"/>'
        f'<svg x="{x}" y="{y}" width="{WIDTH - 8}" height="{HEIGHT}">{texts}</svg></g>'
    )


STYLES = (
    'font-size="13" font-weight="600" fill="#1d2733"',
    'font-size="11.5" fill="#3c4856"',
    'font-size="11.5" fill="#5a6675"',
)


def _cut(line: str, letters: int) -> str:
    return line if len(line) <= letters else line[: letters - 1] + "…"
