"""Check that a transform meets its contract, whether it rewrites text or token ids, scores or selects rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from corpora.errors import PluginError
from corpora.operations import check_block, check_scores
from corpora.plugin import (
    Array,
    Counts,
    Score,
    Selection,
    Sequences,
    TextTransform,
    TokenTransform,
    Transform,
    generator,
)
from corpora.testing import inputs
from corpora.testing.chance import check_order, check_repeats
from corpora.testing.checking import ContractBroken, called, check_component, require, searched, strategies


def check_transform(given: type[Transform] | Transform) -> None:
    """Check that a transform meets its contract.

    All transforms: options, pickling, the same result for the same input and `rng`, in any order and in any process.
    `TextTransform`: text that can be encoded as UTF-8. `TokenTransform`: valid offsets, dtype, ids and origins, even if
    a block begins in the middle of its values. `Score`: one number per row, and `Selection`: one uint64 key per row,
    which depend only on the row and its number.

    Args:
        given: the class, or a component with the options to be tried.

    Raises:
        ContractBroken: it does not meet the contract.
    """
    component = check_component(given, Transform)
    if isinstance(component, TextTransform):
        _check_text(component)
    elif isinstance(component, TokenTransform):
        _check_tokens(component)
    elif isinstance(component, Selection):
        _check_selection(component)
    elif isinstance(component, Score):
        _check_score(component)
    else:
        require(False, component, "derive it from TextTransform, TokenTransform, Score or Selection")


def rewritten(component: TextTransform, sentence: str) -> str:
    """A sentence after the transform, with a generator derived from the sentence."""
    return component.rewrite(sentence, generator(1, sentence))


def applied(component: TokenTransform, block: Sequences) -> object:
    """A block after the transform, as lists, which can be compared."""
    return _lists(_apply(component, block))


def ordered(component: Selection, block: Sequences) -> list[int]:
    """The keys of a block's rows, as integers."""
    return [int(key) for key in _order(component, block, block, 0)]


def scored(component: Score, block: Sequences) -> list[str]:
    """The scores of a block's rows as text, so that NaN is equal to itself."""
    return [str(score) for score in np.asarray(_score(component, block, block, 0), np.float32)]


def _check_text(component: TextTransform) -> None:
    def _check(sentence: str) -> None:
        result = called(component, "rewrite", rewritten, component, sentence)
        require(isinstance(result, str), component, f"rewrite returned {type(result).__name__}; it must return str")
        try:
            result.encode()
        except UnicodeEncodeError as error:
            raise ContractBroken(
                f"{component.name}: rewrite({sentence!r}) gave text that is not valid Unicode"
            ) from error
        check_repeats(component, "rewrite", rewritten, sentence)

    searched(_check, inputs.sentences())
    check_order(component, "rewrite", rewritten, list(inputs.SENTENCES))


def _check_tokens(component: TokenTransform) -> None:
    def _check(rows: list[list[int]], wide: bool, before: int) -> None:
        dtype = np.uint32 if wide else np.uint16
        block = inputs.id_block(rows, dtype, before=before)
        result = called(component, "apply", _apply, component, block)
        try:
            check_block(result, block, len(inputs.PIECES))
        except PluginError as error:
            raise ContractBroken(f"{component.name}: {error}") from error
        check_repeats(component, "apply", applied, block)
        whole = called(component, "apply", applied, component, inputs.id_block(rows, dtype))
        require(_lists(result) == whole, component, "apply reads values outside the offsets; use block.tight() first")

    st = strategies()
    searched(_check, inputs.id_rows(), st.booleans(), st.integers(0, 3))
    blocks = [inputs.id_block(inputs.ROWS[start:]) for start in range(3)]
    check_order(component, "apply", applied, blocks)


def _check_selection(component: Selection) -> None:
    def _check(rows: list[list[int]], cut: int, before: int) -> None:
        block = inputs.id_block(rows, before=before)
        keys = called(component, "order", _order, component, block, block, 0)
        right = isinstance(keys, np.ndarray) and keys.dtype == np.uint64 and keys.shape == (len(block),)
        require(
            right, component, f"order returned {_shape(keys)}; it must return uint64 [{len(block)}], one key per row"
        )
        check_repeats(component, "order", ordered, block)
        _check_cut(component, "order", _order, block, cut)

    st = strategies()
    searched(_check, inputs.id_rows(), st.integers(0, 9), st.integers(0, 3))
    check_order(component, "order", ordered, [inputs.id_block(inputs.ROWS[start:]) for start in range(3)])


def _check_score(component: Score) -> None:
    texts = component.of == "sentences"
    make: Callable[..., Sequences] = inputs.text_block if texts else inputs.id_block

    def _check(rows: list[object], cut: int, before: int) -> None:
        block = make(rows, before=before)
        scores = called(component, "score", _score, component, block, block, 0)
        try:
            check_scores(scores, len(block))
        except PluginError as error:
            raise ContractBroken(f"{component.name}: {error}") from error
        check_repeats(component, "score", scored, block)
        _check_cut(component, "score", _score, block, cut)

    st = strategies()
    rows = st.lists(inputs.sentences(), max_size=6) if texts else inputs.id_rows()
    searched(_check, rows, st.integers(0, 9), st.integers(0, 3))
    examples = list(inputs.SENTENCES if texts else inputs.ROWS)
    check_order(component, "score", scored, [make(examples[start:]) for start in range(3)])


def _check_cut(component: Any, method: str, call: Any, block: Sequences, cut: int) -> None:
    """Check that a row's result does not depend, except for rounding, on how rows are divided into blocks."""
    cut = min(cut, len(block))
    parts = [inputs.part(block, 0, cut), inputs.part(block, cut, len(block))]
    apart = np.concatenate([call(component, parts[0], block, 0), call(component, parts[1], block, cut)])
    whole = call(component, block, block, 0)
    same = np.array_equal(apart, whole) if apart.dtype.kind == "u" else np.allclose(apart, whole, 1e-3, equal_nan=True)
    require(
        same,
        component,
        f"{method} depends on how rows are divided into blocks; it must depend only on the row and its number "
        "(context.first_row and up)",
    )


def _apply(component: TokenTransform, block: Sequences) -> Sequences:
    context = inputs.context_for(block, statistics=inputs.counted(component.needs, block))
    return component.apply(block, context, generator(1))


def _order(component: Selection, block: Sequences, whole: Sequences, first_row: int) -> Array:
    statistics = _statistics(component, whole)
    return component.order(block, inputs.context_for(block, first_row=first_row, statistics=statistics), 7)


def _score(component: Score, block: Sequences, whole: Sequences, first_row: int) -> object:
    statistics = _statistics(component, whole)
    return component.score(block, inputs.context_for(block, first_row=first_row, statistics=statistics))


def _statistics(component: Transform, block: Sequences) -> dict[str, Counts]:
    """The statistics that it needs, of its dataset and of those that it reads (here the same)."""
    counts = inputs.counted(component.needs, block)
    others = [component.options()[option] for option in component.reads]
    return counts | {f"{name} of {other}": counts[name] for other in others for name in component.needs}


def _lists(block: Sequences) -> object:
    origin = None if block.origin is None else block.origin.tolist()
    return [block.row(row).tolist() for row in range(len(block))], origin


def _shape(value: object) -> str:
    return f"{value.dtype} {list(value.shape)}" if isinstance(value, np.ndarray) else type(value).__name__
