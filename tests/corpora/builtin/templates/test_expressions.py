"""`{{#expr:}}`: the operators of ParserFunctions, and what is not an expression."""

import pytest

from corpora.builtin.sources.wikipedia.wikitext.text import plain_text
from corpora.builtin.templates.expressions import shown, value_of


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("7 - 2 * 3", "1"),
        ("(7 - 2) * 3", "15"),
        ("22 / 7 round 2", "3.14"),
        ("2.5 round 0", "3"),
        ("-2.5 round 0", "-3"),
        ("1449 round -2", "1400"),
        ("2 ^ 10", "1024"),
        ("-3 ^ 2", "9"),
        ("2e3 + 1", "2001"),
        ("17 mod 5", "2"),
        ("-17 mod 5", "-2"),
        ("5 > 3 and not 0", "1"),
        ("3 <> 3 or 2 >= 3", "0"),
        ("floor(2.7) + ceil 2.1 + trunc -1.5", "4"),
        ("abs(−4)", "4"),
        ("1/3", "0.33333333333333"),
        ("1 / 8000000", "1.25E-7"),
    ],
)
def test_value_is_that_of_the_parser_function(expression, result):
    value = value_of(expression)
    assert value is not None and shown(value) == result


@pytest.mark.parametrize(
    "text", ["", "1/0", "2 +", "1 2", "(3", "3)", "a + 1", "1,000 + 1", "9^9^9^9", "sqrt -1", "1" * 2000, "now"]
)
def test_what_has_no_value_is_none(text):
    assert value_of(text) is None


@pytest.mark.parametrize(
    ("language", "wikitext", "text"),
    [
        ("en", "after {{#expr: 1945-1914 }} years", "after 31 years"),
        ("en", "about {{formatnum:{{#expr: 25 * 500}}}} people", "about 12,500 people"),
        ("de", "rund {{formatnum:{{#expr: 25 * 500}}}} Leute", "rund 12.500 Leute"),
        ("en", "it is {{#ifexpr: 3 > 2 | large | small}} there", "it is large there"),
        ("en", "it is {{#ifexpr: 3 < 2 | large}}there", "it is there"),
        ("en", "by {{#time: j F Y | 1969-07-20}} it was", "by 20 July 1969 it was"),
        ("fr", "le {{#time: j F Y | 1969-07-20}} au soir", "le 20 juillet 1969 au soir"),
        ("en", "on {{#dateformat:1 jun 1950|mdy}} there", "on June 1, 1950 there"),
        ("en", "in {{MONTHNAME|11}} there", "in November there"),
    ],
)
def test_parser_functions_compute_what_is_constant(language, wikitext, text):
    assert plain_text(f"It was {wikitext}.", language=language) == f"It was {text}."


def test_time_without_a_date_is_left_out():
    assert plain_text("In {{#time: Y}} there were two.") == "In there were two."
