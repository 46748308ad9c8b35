"""SECURITY.md names tests that exist."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_each_test_that_the_threat_model_names_exists():
    text = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not re.search(rf"^def {name}\(", (REPOSITORY / file).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert len(named) >= 20 and not missing


def test_each_threat_has_a_guard_and_a_test():
    text = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8").partition("## Threats")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")][1:]
    assert rows and all(len(row) == 3 and "::test_" in row[2] for row in rows)
