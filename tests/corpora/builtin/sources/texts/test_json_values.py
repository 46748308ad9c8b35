"""JSON files: arrays, values in a row, single objects and lists in them, however they are cut and laid out."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import Document
from corpora.builtin.sources.texts.json_values import json_rows
from corpora.builtin.sources.texts.rows import DamagedRow

ROWS = [{"text": "One [.", "id": 1}, {"text": 'Two, "2".', "id": "b"}]


def told(made):
    return made.paragraphs[0] if isinstance(made, Document) else f"{made.reason}: {made.detail}"


@pytest.fixture
def outcomes(tmp_path, read):
    """What a JSON file gives, as a text or a reason per row."""

    def all_of(content, **options):
        (tmp_path / "a.json").write_text(content, encoding="utf-8")
        return [told(made) for made in read(tmp_path, **options)]

    return all_of


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ROWS), json.dumps(ROWS, indent=2), "\ufeff\n " + json.dumps(ROWS, indent="\t") + "\n",
        "\n".join(map(json.dumps, ROWS)), "\n".join(json.dumps(row, indent=1) for row in ROWS),
        json.dumps({"version": "1.1", "data": ROWS}), json.dumps({"tags": ["a", "b"], "rows": ROWS}, indent=2),
        json.dumps([row["text"] for row in ROWS]), 
        json.dumps({"tags": [1, 2], "texts": [row["text"] for row in ROWS]}),
        f"[{json.dumps(ROWS[0])},{json.dumps(ROWS[1])},]",
    ],
)  # fmt: skip
def test_every_shape_of_json_gives_its_rows(outcomes, content):
    assert outcomes(content) == ["One [.", 'Two, "2".']


def test_an_object_or_a_string_can_be_one_text(outcomes):
    assert outcomes('{"text": ["A.", "B."], "parts": [{"text": "C."}]}') == ["A."]
    assert outcomes('{"meta": {"text": "A."}}', text="meta.text") == ["A."]
    assert outcomes('"A\\nB"') == ["A"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{}", ["no column text: it has nothing; name one with --text COLUMN"]),
        ('{"a": 1, "b": []}', ["no column text: it has a, b; name one with --text COLUMN"]),
        ('{"a": ["x"], "b": ["y"]}', ["no column text: it has a, b; name one with --text COLUMN"]),
        ("[]", ["empty: a header without rows"]),
        (" \n", ["empty: "]),
        ("7", ["not JSON: line 1: not a JSON object or text"]),
        ('\n{"text": "A",', ["not JSON: line 2: Expecting property name enclosed in double quotes"]),
        ('[{"text": "A"}, 7, {"text": "B"}]', ["A", "damaged row: line 1: not a JSON object or text", "B"]),
        ('[{"text": "A"},\n{"text": "B', ["A", "damaged row: line 2: not JSON: Unterminated string starting"]),
        ('[{"text": "A"}\n', ["A", "damaged row: line 2: the file ends inside the array"]),
        ('[{"text": "A"}]\n[1]', ["A", "damaged row: line 2: not JSON: more follows the end of the array"]),
        ('{"text": "A"}\n{"text": oh}\n{"text": "B"}', ["A", "damaged row: line 2: not JSON: Expecting value", "B"]),
        ('[\n{"text": "A"},\n{"text": oh},\n{"text": "B"}\n]',
         ["A", "damaged row: line 3: not JSON: Expecting value", "B"]),
        ('[{"text": "A"}, {oh}, {"text": "B"}]',
         ["A", "damaged row: line 1: not JSON: Expecting property name enclosed in double quotes"]),
        ('[{"text": "A", "text": "B"}, {"text": "C"}]',
         ["damaged row: line 1: not JSON: the key 'text' occurs twice", "C"]),
        ('[{"text": "A"}, {"body": "B"}]', ["A", "no text: line 1: it has body"]),
        ('[{"text": "A"}, ' + "9" * 5000 + "]",
         ["A", "damaged row: line 1: not JSON: Exceeds the limit (4300 digits) for integer string conversion: value "
          "has 5000 digits"]),
        ('[{"text": "A"}, ' + "[" * 100_000, ["A", "damaged row: line 1: not JSON: nested too deep"]),
    ],
)  # fmt: skip
def test_what_is_damaged_costs_as_little_as_can_be(outcomes, content, expected):
    assert outcomes(content) == expected


@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=9) | st.integers(), max_size=3)), st.integers(1, 9)
)
def test_rows_do_not_depend_on_where_the_file_is_cut_into_pieces(rows, size):
    class Slow(io.StringIO):
        def read(self, _=-1):
            return super().read(size)

    content = json.dumps([*rows, {"text": "end"}], ensure_ascii=False)
    assert [row.values for row in json_rows(Slow(content), "text")] == [*rows, {"text": "end"}]


class Endless(io.StringIO):
    """A string that begins in an array and never ends."""

    def read(self, size=-1):
        begun, self.begun = getattr(self, "begun", False), True
        return "x" * size if begun else '[{"text": "'


def test_a_value_too_large_for_memory_is_one_reject():
    (row,) = json_rows(Endless(), "text")
    assert row.values == DamagedRow("row too long", "more than 67 M characters")
