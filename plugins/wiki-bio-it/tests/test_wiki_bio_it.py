"""First sentences of Italian biographies."""

import importlib.util
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location("wiki_bio_it", Path(__file__).parents[1] / "wiki_bio_it.py")
assert spec and spec.loader
wiki_bio_it = importlib.util.module_from_spec(spec)
spec.loader.exec_module(wiki_bio_it)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"nome": "Ada", "cognome": "Rossi", "sesso": "F", "luogonascita": "Roma", "annonascita": "1900",
             "luogomorte": "Milano", "annomorte": "1980", "attività": "attrice", "nazionalità": "italiana"},
            "Ada Rossi (Roma, 1900 – Milano, 1980) è stata un'attrice italiana.",
        ),
        (
            {"nome": "Ugo", "cognome": "Bo", "sesso": "M", "annonascita": "1950", "attività": "scrittore",
             "attività2": "poeta", "nazionalità": "svizzero", "postnazionalità": ", autore di romanzi"},
            "Ugo Bo (1950) è uno scrittore e poeta svizzero, autore di romanzi.",
        ),
    ],
)  # fmt: skip
def test_sentence_is_what_the_template_shows(arguments, sentence):
    assert wiki_bio_it.BioIt().render("bio", arguments, "it").strip() == sentence


def test_other_templates_and_other_wikis_are_not_its_business():
    assert wiki_bio_it.BioIt().render("infobox", {}, "it") is None
    assert wiki_bio_it.BioIt().render("bio", {"nome": "X"}, "en") is None
