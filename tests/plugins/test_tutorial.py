"""The tutorial: every command runs, every file in it is written, in the order of the page."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-noise-plugin.md"
BLOCK = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<language>sh|python)\n(?P<text>.*?)```", re.DOTALL)


@pytest.mark.slow
def test_the_tutorial_runs_as_it_stands(clean, tmp_path):
    printed = []
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if block["language"] == "sh":
            printed.append(clean(block["text"]))
        else:
            (tmp_path / block["file"]).write_text(block["text"], encoding="utf-8")
    assert len(printed) == 8 and "toy-tokens-swap-words@" in printed[-1]


def test_what_the_tutorial_says_of_global_chance_is_what_is_said(tmp_path, monkeypatch):
    from corpora import testing

    text = BLOCK.search(PAGE.read_text(encoding="utf-8"), PAGE.read_text(encoding="utf-8").index("<!-- file:"))["text"]
    module = text.replace("rng.random(len(words))", "np.random.random(len(words))").replace(
        "from typing", "import numpy as np\nfrom typing"
    )
    (tmp_path / "tutorial_swap_words.py").write_text(module, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import tutorial_swap_words

    with pytest.raises(testing.ContractBroken) as raised:
        testing.check_transform(tutorial_swap_words.SwapWords)
    assert str(raised.value) in PAGE.read_text(encoding="utf-8")
