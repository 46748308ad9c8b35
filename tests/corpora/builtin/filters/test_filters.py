"""What filters turn away, and why."""

import pytest

from corpora import Document, registry

ENGLISH = "She had never seen the sea before, and now that it lay before her she could not find a word to say. " * 20
FRENCH = "Elle n’avait jamais vu la mer, et maintenant qu’elle était devant elle, elle ne trouvait rien à dire. " * 20


def reject(filter, *paragraphs, **fields):
    return registry.make("filters", filter).reject(Document("book", paragraphs, **fields))


def test_words_are_counted_on_the_text():
    assert reject("words:min=3", "two words") == "too short"
    assert reject("words:min=3", "two words", "three") is None
    assert reject("words:max=2", "one two three") == "too long"


def test_the_text_and_not_the_site_says_the_language():
    assert reject("language:en", FRENCH, language="en") == "language fr"
    assert reject("language:en", ENGLISH, language="fr") is None
    assert reject("language:en+fr", FRENCH) is None


def test_a_few_foreign_paragraphs_are_outvoted():
    assert reject("language:en", FRENCH[:300], *[ENGLISH] * 20, FRENCH[:300]) is None


def test_upper_case_is_no_other_language():
    assert reject("language:en", *[ENGLISH.upper()] * 12) is None


def test_a_text_without_letters_has_the_language_that_its_source_says():
    assert reject("language:en", "1 2 3", language="de") == "language de"
    assert reject("language:en", "1 2 3") is None


@pytest.mark.parametrize("broken", ["donâ€™t", "cafÃ©", "\x93Yes\x94", "na\ufffdve"])
def test_mojibake_is_turned_away(broken):
    assert reject("mojibake", *[f"He said {broken} to all of them."] * 5) == "mojibake"


def test_accents_and_quotes_are_no_mojibake():
    assert reject("mojibake", "“Â, Ã and É,” said Zoë — ‘très bien’ …", FRENCH) is None
