"""Numbers, measured values, fractions and sums of money."""

import pytest

from corpora.builtin.sources.wikipedia.wikitext.text import plain_text


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("{{val|20|-|30|u=mm}}", "20–30 mm"),
        ("{{val|20|to|30|ul=mm}}", "20 to 30 mm"),
        ("{{val|4.2|0.3|u=kg}}", "4.2 ± 0.3 kg"),
        ("{{val|4.2|0.3|0.4|u=kg}}", "4.2 +0.3 −0.4 kg"),
        ("{{val|4.2|(3)|u=kg}}", "4.2(3) kg"),
        ("{{val|4.2|e=-7|u=m/s2}}", "4.2×10^−7 m/s²"),
        ("{{val|15000|u=C}}", "15000 C"),
        ("{{val|15000.25|u=C|fmt=commas}}", "15,000.25 C"),
        ("{{val|1,500|0.2|u=C}}", "1,500 ± 0.2 C"),
        ("{{val|90|u=%}}", "90%"),
        ("{{val|p=~|8|u=GHz}}", "~8 GHz"),
        ("{{frac|5|8}}", "5/8"),
        ("2{{frac|5|8}}", "2 5/8"),
        ("2{{sfrac|5|8}}", "2 5/8"),
        ("{{frac|2|5|8}}", "2 5/8"),
        ("{{nts|86400}}", "86,400"),
        ("{{£sd|2|7|6}}", "£2 7s 6d"),
        ("{{nth|42}}", "42nd"),
        ("{{percentage|3|8|1}}", "37.5%"),
        ("{{±|7}}", "±7"),
        ("6{{e|23}}", "6×10^23"),
        ("{{pop density|1000|8|km2}}", "125/km²"),
        ("{{ordinal|113}}", "113th"),
        ("{{INRConvert|45|c}}", "₹45 crore"),
        ("{{INRConvert|45|l}}", "₹45 lakh"),
        ("{{PHPConvert|3|m}}", "₱3 million"),
        ("{{JPY|70 billion}}", "¥70 billion"),
        ("{{US$|85000}}", "US$85,000"),
        ("{{currency|30|EUR}}", "€30"),
        ("10<sup>12</sup>", "10^12"),
        ("10<sup>−3</sup> cm<sup>3</sup>", "10^−3 cm³"),
        ("''n''<sup>4</sup>", "n⁴"),
    ],
)
def test_english_templates_show_numbers_as_the_page_does(wikitext, text):
    assert plain_text(f"It is {wikitext} there.") == f"It is {text} there."


@pytest.mark.parametrize(
    ("language", "wikitext", "text"),
    [
        ("fr", "{{unité|45000|km|2}}", "45 000 km²"),
        ("fr", "{{unité|3|m||s|-1}}", "3 m s⁻¹"),
        ("fr", "{{nombre|45000|habitants}}", "45 000 habitants"),
        ("fr", "{{euro|45000}}", "45 000 €"),
        ("es", "{{unidad|8|cm|3}}", "8 cm³"),
        ("pt", "{{fmtn|45000}}", "45 000"),
        ("de", "{{EUR|9}}", "9 €"),
        ("nl", "{{euro|9}}", "€9"),
        ("ru", "{{num|45000|км}}", "45 000 км"),
        ("it", "{{M|8||km}}", "8 km"),
    ],
)
def test_other_wikis_have_their_own(language, wikitext, text):
    assert plain_text(f"A {wikitext} b.", language=language) == f"A {text} b."
