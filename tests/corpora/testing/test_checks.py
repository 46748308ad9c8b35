"""Each check finds the component that breaks its promise, and says what is wrong in one sentence."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from corpora import Document, TextTransform, testing

BROKEN = {
    "Text": {
        "global random": "rewrite draws from the global random or numpy.random; take all randomness from rng",
        "unused draw": "rewrite draws from the global random or numpy.random",
        "own generator": "gave two results for the same input and the same rng",
        "clock": "gave two results for the same input and the same rng.*clock",
        "state": "gave two results.*earlier calls",
        "process": "gave a different result in a worker process",
        "bytes": "rewrite returned bytes; it must return str",
        "surrogate": "gave text that is not valid Unicode",
        "error": "rewrite raised IndexError: string index out of range",
    },
    "Tokens": {
        "rows": "returned .* rows for .*; set origin to the input row that each comes from",
        "dtype": "values are int64 and offsets int64; they must be uint",
        "offsets": "offsets int32",
        "ids": "id 20 is outside the vocabulary of 20",
        "origin": "origin must give a row",
        "view": "offsets|reads values outside the offsets",
        "writes": "read-only; blocks are views of a file, so make a new array",
        "chance": "draws from the global random or numpy.random",
        "list": "apply returned list; it must return Sequences",
    },
    "Selection": {
        "block": "order depends on how rows are divided into blocks",
        "dtype": "order returned int64 .*; it must return uint64",
        "shape": "one key per row",
        "chance": "order gave two results|order depends on how",
    },
    "Scores": {
        "block": "score depends on how rows are divided into blocks",
        "list": "score returned list; it must return an array of numbers",
        "shape": "one per row",
        "chance": "score gave two results|score depends on how",
    },
    "Statistics": {
        "blocks": "the counts of two parts give .* those of the whole",
        "mean": "the counts of two parts give",
        "object": "counts\\['rows'\\] is object; it must be an array of numbers",
        "json": "summarise returned a value that is not JSON",
        "nan": "summarise returned a value that is not JSON",
    },
    "Sentences": {
        "loss": "lost, added or moved characters",
        "empty": "gave an empty sentence",
        "order": "lost, added or moved characters",
        "iterator": "it must return list\\[str\\]",
    },
    "Rejects": {
        "figures": "different reasons, such as .* use the same words for the same cause",
        "bool": "reject returned True; it must return None or a few words",
        "empty": "reject returned ''",
    },
    "Renders": {
        "number": "returned int; it must return str, or None",
        "everything": "for a template that cannot exist; return None",
        "error": "render raised KeyError",
    },
    "Reads": {
        "keys": "two shards have the same key",
        "absolute": "the shard key /home/me/a depends on the source's location",
        "order": "shards gave different shards or another order",
        "line break": "paragraphs must be non-empty text without line breaks",
        "empty": "must be non-empty text",
        "list": "are not a tuple",
        "state": "read depends on earlier calls",
        "metadata": "are not JSON values",
        "none": "read yielded NoneType; it must yield Document or Reject",
        "reject": "has no stage or no reason",
        "ids": "two items have the id same",
        "defaults": "its default filters or splitter do not work: no filter is named no-such-filter",
    },
    "Finds": {"url": "an entry has no url", "ids": "each entry needs a unique id"},
    "Elsewhere": {
        "freeze": "freeze changes a frozen provider",
        "fingerprint": "fingerprint gave two values for the same dataset",
        "chance": "blocks gave different rows the second time",
        "apart": "the rows of document 'd' are not consecutive",
        "column": "a block has no column document",
        "licence": "licence returned None; it must return str",
    },
}
CHECKS = {
    "Text": testing.check_transform,
    "Tokens": testing.check_transform,
    "Selection": testing.check_transform,
    "Scores": testing.check_transform,
    "Statistics": testing.check_statistic,
    "Sentences": testing.check_splitter,
    "Rejects": testing.check_filter,
    "Renders": testing.check_template,
    "Reads": testing.check_source,
    "Finds": testing.check_catalogue,
    "Elsewhere": testing.check_dataset,
}


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    import broken_components

    return broken_components


@pytest.mark.parametrize(("name", "how"), [(name, how) for name, ways in BROKEN.items() for how in ways])
def test_a_broken_promise_is_found(broken: Any, name: str, how: str) -> None:
    with pytest.raises(testing.ContractBroken, match=BROKEN[name][how]):
        CHECKS[name](getattr(broken, name)(how=how))


@pytest.mark.parametrize("name", CHECKS)
def test_the_same_component_passes_when_it_breaks_nothing(broken: Any, name: str) -> None:
    CHECKS[name](getattr(broken, name))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Unchecked", "it accepts -1.0 for rate, beyond its limit; call super"),
        ("Unexplained", "the option rate has no help"),
        ("WrongDefault", "rate is 5.0; .* but that is its default"),
        ("Required", "table has no default; check a component instead of its class"),
    ],
)
def test_options_are_checked(broken: Any, name: str, message: str) -> None:
    with pytest.raises(testing.ContractBroken, match=message):
        testing.check_transform(getattr(broken, name))


def test_a_class_of_another_kind_is_told_what_to_derive_from(broken: Any) -> None:
    with pytest.raises(testing.ContractBroken, match="it is not a Splitter; derive it from corpora.Splitter"):
        testing.check_splitter(broken.Text)


def test_a_class_inside_a_function_cannot_reach_a_worker() -> None:
    @dataclass(frozen=True)
    class Local(TextTransform):
        """Nobody can import it."""

        name: ClassVar[str] = "local"

        def rewrite(self, sentence, rng):
            """The sentence."""
            return sentence

    with pytest.raises(testing.ContractBroken, match="cannot be pickled .* at the top level of a module"):
        testing.check_transform(Local)


def test_a_class_without_docstring_or_with_a_plain_field_is_refused() -> None:
    @dataclass(frozen=True)
    class Plain(TextTransform):
        """Has a field that is no option."""

        name: ClassVar[str] = "plain"
        rate: float = 0.5

        def rewrite(self, sentence, rng):
            """The sentence."""
            return sentence

    with pytest.raises(testing.ContractBroken, match="rate is a plain field; make it with option"):
        testing.check_transform(Plain)
    Plain.__doc__ = ""
    with pytest.raises(testing.ContractBroken, match="needs a docstring"):
        testing.check_transform(Plain)


def test_a_broken_contract_is_an_assertion_that_fails() -> None:
    assert issubclass(testing.ContractBroken, AssertionError)


def test_the_documents_of_a_source_come_back(broken: Any) -> None:
    assert testing.check_source(broken.Reads) == [Document("a", ("Text.",)), Document("b", ("Text.",))]


def test_without_hypothesis_the_message_says_what_to_install(broken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(testing.HypothesisMissing, match="need hypothesis; pip install hypothesis"):
        testing.check_transform(broken.Text)


def test_check_dataset_gives_the_rows_that_the_store_would_keep(broken: Any) -> None:
    rows = testing.check_dataset(broken.Elsewhere)
    assert rows[2] == {"text": "a row", "paragraph": 0, "document": "e"}
