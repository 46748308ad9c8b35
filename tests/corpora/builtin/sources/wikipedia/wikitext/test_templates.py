"""The tables of templates: names, languages, and what a plugin adds."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

import corpora.builtin.templates
from corpora import Template
from corpora.builtin.sources.wikipedia import Wikipedia
from corpora.builtin.sources.wikipedia.wikitext.text import plain_text
from corpora.builtin.templates.prose import shown

TABLES = Path(corpora.builtin.templates.__file__).parent / "tables"


def test_no_name_is_in_two_patterns_of_a_language():
    counts = Counter(
        (language, name)
        for path in TABLES.glob("*.toml")
        for language, table in tomllib.loads(path.read_text(encoding="utf-8")).items()
        for names in table.values()
        for name in names
    )
    assert not [name for name, count in counts.items() if count > 1]


@pytest.mark.parametrize(
    ("pattern", "arguments", "text"),
    [
        ("{1}", {"1": "a"}, "a"),
        ("{2|1}", {"1": "a"}, "a"),
        ("{1}[ ({2}[, {3}])]", {"1": "a"}, "a"),
        ("{1}[ ({2}[, {3}])]", {"1": "a", "2": "b"}, "a (b)"),
        ("{1}[ ({2}[, {3}])]", {"1": "a", "2": "b", "3": "c"}, "a (b, c)"),
        ("{*, }", {"1": "a", "x": "no", "2": "b"}, "a, b"),
        ("{a|1,b,2}", {"1": "x", "b": "x", "2": "y"}, "x, y"),
        ("{1}[ ({2,3})]", {"1": "a", "3": "c"}, "a (c)"),
        ("c. {1}", {}, ""),
        ("[sic]", {}, "[sic]"),
    ],
)
def test_patterns_show_what_their_arguments_allow(pattern, arguments, text):
    assert shown(pattern, arguments) == text


@pytest.mark.parametrize(
    ("language", "wikitext", "text"),
    [
        ("fr", "à {{unité|125|km/h}} le {{date|1|janvier|1900}}", "à 125 km/h le 1er janvier 1900"),
        ("fr", "au {{s|XIX}}", "au XIXe siècle"),
        ("de", "Der {{lang|en|dog}} ist {{Höhe|100|DE-NN}} hoch", "Der dog ist 100 m hoch"),
        ("fr", "entre {{unité|3|à=4|m}} ici", "entre 3 à 4 m ici"),
        ("fr", "avec {{M.|Petit}} ici", "avec M. Petit ici"),
        ("fr", "de l’{{fchim|C|O|2}} pur", "de l’CO2 pur"),
        ("fr", "selon {{lien|Anna Roth|trad=Anna|texte=Roth}} ici", "selon Roth ici"),
        ("de", "das Wort {{arS|كتاب}} heißt Buch", "das Wort كتاب heißt Buch"),
        ("en", "the town ({{langx|bg|Варна|Varna|lit=crow}}) lies", "the town (Варна, Varna, lit. 'crow') lies"),
        ("en", "the town ({{lang-bg|Варна|Varna}}) lies", "the town (Варна, Varna) lies"),
        ("en", "a {{nihongo|bow|弓||also a yumi|or kyu}} bends", "a bow (弓, also a yumi) or kyu bends"),
        ("en", "a {{nihongo|bow||yumi}} bends", "a bow (yumi) bends"),
        ("en", "Xu ({{zh|s=许|t=許|p=Xǔ}}) wrote", "Xu (许, 許, Xǔ) wrote"),
        ("en", "Busan ({{korean|hangul=부산|hanja=釜山}}) lies", "Busan (부산, 釜山) lies"),
        ("en", "wed ({{m.}} 1930) there", "wed (m. 1930) there"),
        ("de", "etwa {{formatnum:12345}} Leute", "etwa 12.345 Leute"),
        ("fr", "environ {{formatnum:12345.5}} gens", "environ 12 345,5 gens"),
        ("es", "en el {{siglo|XIX||s}} era", "en el siglo XIX era"),
        ("ru", "в {{нп5|Город|Town}} {{num|5|км}} от", "в Town 5 км от"),
        ("en", "{{convert|-5|to|-2|C|F}} at night", "−5 to −2 °C at night"),
        ("en", "{{convert|6|by|4|ft}} large", "6 by 4 ft large"),
        ("en", "{{convert|-1/2|in}} off", "−1/2 in off"),
        ("en", "{{track gauge|sg}} and {{track gauge|ussg}} lines", "1,435 mm and 4 ft 8 1/2 in lines"),
        ("en", "{{date|3 June 1950|mdy}} was", "June 3, 1950 was"),
        ("en", "the {{tl|infobox}} box", "the {{infobox}} box"),
        ("en", "the town ({{lang-rus|Омск|Omsk|omsk|Omsk.ogg}}) lies", "the town (Омск, Omsk) lies"),
        ("en", "in {{flag+link|Culture of|Peru}} today", "in Peru today"),
        ("de", "wie {{RS|K}} war", "wie war"),
        ("fr", "à {{unité|1.5e3|m}} et {{unité|9|m|/s}} ici", "à 1,5 × 10^3 m et 9 m/s ici"),
        ("fr", "le mot{{,}}{{refnec|et ceci}} ici", "le motet ceci ici"),
        ("es", "a {{convert|12500|m|ft}} de", "a 12 500 m de"),
        ("es", "con {{edad|5|6|1900|4|6|1950}} años", "con 49 años"),
        ("it", "ma {{senza fonte|era tardi}} qui", "ma era tardi qui"),
        ("sv", "och {{källa behövs|det var sent}} här", "och det var sent här"),
        ("ja", "駅は{{要出典|遠い|date=2020年}}。", "駅は遠い。"),
        ("it", "nella {{Calcio Real Madrid}} qui", "nella Real Madrid qui"),
        ("fr", "la {{3e|fois}} de {{St|Jean}} là", "la 3e fois de St Jean là"),
        ("pt", "com {{fmtn|23456|ha}} de", "com 23 456 ha de"),
        ("pl", "dnia {{data|1950-06-04|mianownik}} tu", "dnia 4 czerwca 1950 tu"),
        ("ru", "в {{возраст|1900|6|5|1950|6|4}} лет", "в 49 лет"),
        ("de", "nach {{Art|20|GG|juris}} GG", "nach Art. 20 GG"),
        ("en", "the {{ordinal|22}} time", "the 22nd time"),
        ("en", "a {{percentage|1|4}} share", "a 25% share"),
        ("en", "{{nowrap|a {{lang|fr|b}} [[c|d]]}} e", "a b d e"),
        ("en", "{{template:lang|fr|b}} e", "b e"),
        ("en", "{{lc:ABC}} and {{uc:abc}}", "abc and ABC"),
    ],
)
def test_each_language_has_its_own(language, wikitext, text):
    assert plain_text(wikitext, language=language) == text


@dataclass(frozen=True)
class Shout(Template):
    """Louder."""

    name: ClassVar[str] = "shout"

    def render(self, name, arguments, language):
        return arguments["1"].upper() if name in ("shout", "lang") else None


def test_template_of_a_plugin_is_asked_before_the_built_in_ones(dumps, offer):
    offer(templates=[Shout])
    path = dumps.write(dumps.xml(dumps.page(1, "I {{shout|say}} {{lang|no}}.")))
    source = Wikipedia(dump=(path,), template=("shout",))
    assert [d.paragraphs for d in source.read(source.shards()[0])] == [("I SAY NO.",)]
