"""Every built-in keeps the contract of its kind: the checks that plugin authors run, on what comes with the package."""

from pathlib import Path
from typing import Any

import pytest

from corpora import options_of, registry, testing
from corpora.plugin.discovery.code import is_builtin

CHECKS = {
    "transforms": testing.check_transform,
    "statistics": testing.check_statistic,
    "filters": testing.check_filter,
    "splitters": testing.check_splitter,
    "templates": testing.check_template,
}
VARIANTS = {
    "transforms": [
        "shuffle:unit=word",
        "shuffle:unit=ngram,n=3",
        "shuffle:within=document",
        "generate:draw=bigram",
        "generate:draw=uniform,lengths=kept",
        "generate:draw=zipf",
        "by-length:first=long",
        "by-rarity:first=rare",
        "by-score:column=score",
        "dsir:target=other",
        "resample:column=score",
        "by-score:column=score,first=high",
        "replace:rate=1.0",
        "drop:rate=1.0",
    ],
    "filters": ["words:min=5,max=6"],
}


SLOW = ("spacy", "hashed-ngrams")


def offered() -> list[Any]:
    names = [
        (kind, name)
        for kind in CHECKS
        for name, cls in registry.offered(kind).items()
        if is_builtin(cls) and not any(option.required for option in options_of(cls))
    ]
    names += [(kind, text) for kind, texts in VARIANTS.items() for text in texts]
    return [pytest.param(*pair, marks=[pytest.mark.slow] if pair[1] in SLOW else []) for pair in names]


@pytest.mark.parametrize(("kind", "text"), offered())
def test_every_built_in_keeps_its_contract(kind: str, text: str) -> None:
    CHECKS[kind](registry.make(kind, text))


@pytest.fixture
def inputs(tmp_path: Path, texts: Path) -> dict[str, str]:
    dump = tmp_path / "dump.xml"
    page = "<page><title>{0}</title><ns>0</ns><id>{0}</id><revision><id>{0}</id><text>{1}</text></revision></page>"
    pages = "".join(page.format(number, f"The '''page''' {number} [[says]] so. " * 30) for number in range(3))
    dump.write_text(f'<mediawiki xml:lang="en">{pages}</mediawiki>', encoding="utf-8")
    options = {"toy": "books=2,articles=2", "wikipedia": f"dump={dump}"}
    return {name: f"{name}:{options.get(name, f'folder={texts}')}" for name in registry.offered("sources")}


ONLINE = "hub"
"""Reads the net: its tests have a hub of their own."""


@pytest.mark.parametrize(
    "name", [name for name, cls in registry.offered("sources").items() if is_builtin(cls) and name != ONLINE]
)
def test_every_source_keeps_its_contract(name: str, inputs: dict[str, str]) -> None:
    assert testing.check_source(registry.make("sources", inputs[name])) or name in ("books", "tbc")
