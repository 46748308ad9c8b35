import re

from hypothesis import given
from hypothesis import strategies as st

from corpora.builtin.sources.wikipedia.wikitext.lines import with_changed_lines

MARK = re.compile("x")


@given(st.text("ax\n"))
def test_exactly_the_lines_with_the_pattern_are_changed(text: str) -> None:
    expected = "\n".join(line.upper() if "x" in line else line for line in text.split("\n"))
    assert with_changed_lines(text, MARK, str.upper) == expected


def test_each_line_is_changed_once_however_often_the_pattern_occurs() -> None:
    seen: list[str] = []
    assert with_changed_lines("xx\na\nx x", MARK, lambda line: seen.append(line) or "-") == "-\na\n-"  # type: ignore[func-returns-value]
    assert seen == ["xx", "x x"]
