"""Dates, lifespans, centuries and hours, in the languages whose templates are known."""

import pytest

from corpora.builtin.sources.wikipedia.wikitext.text import plain_text
from corpora.builtin.templates.numbers.numerals import in_words


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("{{birth date|1912|6|23}}", "June 23, 1912"),
        ("{{birth date|1912|June|23|df=yes}}", "23 June 1912"),
        ("{{birth date|df=y|1912|06|03}}", "3 June 1912"),
        ("{{birth date|1912|6}}", "June 1912"),
        ("{{birth date and age|1982|6|23|mf=y}}", "June 23, 1982"),
        ("{{birth-date and age|23 June 1982}}", "23 June 1982"),
        ("{{birth year and age|1982}}", "1982"),
        ("{{birth year and age|1982|6}}", "June 1982"),
        ("{{death date and age|1954|6|7|1912|6|23|df=y}}", "7 June 1954"),
        ("{{death year and age|1954|1912}}", "1954"),
        ("{{start date|1990|12|1}}", "December 1, 1990"),
        ("{{date|1990-12-01}}", "1 December 1990"),
        ("{{as of|1990|12|lc=y}}", "as of December 1990"),
        ("{{age|1912|6|23|1954|6|7}}", "41"),
        ("{{OldStyleDate|3 March|1790|20 February}}", "3 March [O.S. 20 February] 1790"),
        ("{{OldStyleDateDY|3 January|1790|23 December 1789}}", "3 January 1790 [O.S. 23 December 1789]"),
        ("{{OldStyleDateNY|3 March|20 February}}", "3 March [O.S. 20 February]"),
        ("{{circa}} 1300", "c. 1300"),
        ("{{ca.|1300|1340}}", "c. 1300 – c. 1340"),
        ("{{floruit}} 1300", "fl. 1300"),
        ("{{fl.|1300|1340}}", "fl. 1300–1340"),
        ("{{reign|1300|1340}}", "r. 1300–1340"),
        ("{{reign|3 May 1300|1340}}", "r. 3 May 1300 – 1340"),
        ("{{nee|Olsen}}", "née Olsen"),
        ("{{né|Olsen}}", "né Olsen"),
        ("{{marriage|Bo Olsen|1930|1941|end=div}}", "Bo Olsen (m. 1930; div. 1941)"),
        ("{{marriage|Bo Olsen|1930}}", "Bo Olsen (m. 1930)"),
    ],
)
def test_english_dates_in_any_form_of_arguments(wikitext, text):
    assert plain_text(f"It is {wikitext} there.") == f"It is {text} there."


@pytest.mark.parametrize(
    ("language", "wikitext", "text"),
    [
        ("fr", "{{date de naissance|1|avril|1888}}", "1er avril 1888"),
        ("fr", "{{date de décès|9|4|1960|1|4|1888}}", "9 avril 1960"),
        ("fr", "{{date||avril|1888}}", "avril 1888"),
        ("fr", "{{date|9 avril 1888}}", "9 avril 1888"),
        ("es", "{{fecha de nacimiento|9|4|1888}}", "9 de abril de 1888"),
        ("es", "{{fecha de fallecimiento|9|abril|1960|1|4|1888}}", "9 de abril de 1960"),
        ("es", "{{birth date|1888|4|9}}", "9 de abril de 1888"),
        ("it", "{{data di nascita|1|4|1888}}", "1º aprile 1888"),
        ("pt", "{{dni|9|4|1888|sem idade}}", "9 de abril de 1888"),
        ("pt", "{{nascimento e idade|9|4|1988|si}}", "9 de abril de 1988"),
        ("de", "{{Geburtsdatum|9|4|1888}}", "9. April 1888"),
        ("de", "{{JULGREGDATUM|14|2|1743}}", "14. Februar jul. / 25. Februar 1743 greg."),
        ("nl", "{{geboortedatum|9|4|1888}}", "9 april 1888"),
        ("ru", "{{дата рождения|9|4|1888}}", "9 апреля 1888"),
        ("ru", "{{OldStyleDate|13 февраля|1878|1 февраля}}", "1 [13] февраля 1878"),
        ("ca", "{{data naixement|9|4|1888}}", "9 de abril de 1888"),
        ("sv", "{{födelsedatum och ålder|1988|4|9}}", "9 april 1988"),
        ("fr", "{{Ier siècle}}", "Ier siècle"),
        ("fr", "{{VIIIe siècle av. J.-C.}}", "VIIIe siècle av. J.-C."),
        ("fr", "{{s-|XII|e}}", "XIIe siècle"),
        ("fr", "{{sp-|XII|e|et|XIII|e}}", "XIIe et XIIIe siècles"),
        ("fr", "{{-s|IV|e}}", "IVe siècle av. J.-C."),
        ("fr", "{{Henri IV}}", "Henri IV"),
        ("fr", "{{heure|9|5}}", "9 h 05"),
        ("fr", "{{durée|2|15|30}}", "2 h 15 min 30 s"),
        ("fr", "{{Mlle|Roy}} et {{n°|7}}", "Mlle Roy et n° 7"),
        ("es", "{{siglo|XII||s}}", "siglo XII"),
        ("es", "{{siglo|II|a|s}}", "siglo II a. C."),
        ("es", "{{AC|31}}", "31 a. C."),
        ("pt", "{{séc|XII}}", "século XII"),
    ],
)
def test_other_languages_have_their_own(language, wikitext, text):
    assert plain_text(f"A {wikitext} b.", language=language) == f"A {text} b."


def test_an_age_of_today_has_no_text():
    assert plain_text("She is {{age|1990|1|1}} now.") == "She is now."


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (17, "seventeen"),
        (42, "forty-two"),
        (105, "one hundred and five"),
        (3020, "three thousand and twenty"),
    ],
)
def test_numbers_are_spelled_out(number, words):
    assert in_words(number) == words


@pytest.mark.parametrize(
    ("language", "wikitext", "text"),
    [
        ("en", "in 79 {{BC}}", "in 79 BC"),
        ("en", "in {{BCE|79}}", "in 79 BCE"),
        ("en", "in {{CE|79}}", "in 79 CE"),
        ("en", "some {{ce|NaCl}}", "some NaCl"),
        ("fr", "en {{ap JC|79}}", "en 79 apr. J.-C."),
        ("nl", "in de {{eeuw|5}}", "in de 5e eeuw"),
        ("nl", "in 79 {{n. Chr.}}", "in 79 n.Chr."),
        ("pt", "os {{secs|V|VI}}", "os séculos V e VI"),
        ("pt", "no {{séc.|V}}", "no século V"),
        ("ru", "в 79 году {{н. э.}}", "в 79 году н. э."),
        ("el", "το 79 {{μ.Χ.}}", "το 79 μ.Χ."),
        ("vi", "{{thế kỷ|5}} {{TCN}}", "thế kỷ 5 TCN"),
    ],
)
def test_eras_and_centuries_are_shown_in_the_language_of_the_wiki(language, wikitext, text):
    assert plain_text(f"Left {wikitext} right.", language=language) == f"Left {text} right."
