"""The architecture page: every module, class and function that it names exists."""

import importlib
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "architecture.md"
NAMES = sorted(set(re.findall(r"`((?:corpora|trainer)(?:\.\w+)+)`", PAGE.read_text(encoding="utf-8"))))


def found(name: str) -> bool:
    """Whether a dotted name leads to a module, or to something in one."""
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


def test_the_page_has_three_walks_of_functions():
    assert len(NAMES) > 30


@pytest.mark.parametrize("name", NAMES)
def test_what_the_page_names_exists(name):
    assert found(name)


def test_a_name_that_does_not_exist_is_seen():
    assert not found("corpora.ingest.builder.rebuild")
