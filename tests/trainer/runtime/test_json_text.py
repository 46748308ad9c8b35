"""JSON from strangers: whatever is wrong with it is a ValueError of one line."""

import pytest

from trainer.runtime import parse_json


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[" * 100_000, "nested too deeply"),
        ("9" * 5000, "4300 digits"),
        (r'{"a": ["\ud800"]}', r"lone surrogate, .ud800"),
        (r'{"\udc00": 1}', r"lone surrogate, .udc00"),
        (b'"\xff"', "can't decode"),
        ("{", "Expecting"),
    ],
)
def test_json_that_cannot_be_used_is_a_value_error(content, said):
    with pytest.raises(ValueError, match=said) as found:
        parse_json(content)
    assert "\n" not in str(found.value)


def test_pairs_of_surrogates_and_a_byte_order_mark_are_read():
    assert parse_json(r'["\ud83d\ude00", "\\ud800"]') == ["\U0001f600", "\\ud800"]
    assert parse_json('\ufeff{"a": 1}'.encode()) == {"a": 1}
