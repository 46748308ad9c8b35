"""Names: ships, nations, athletes; citations in sentences; quotation marks, music, parser functions, pronunciations."""

import pytest

from corpora.builtin.sources.wikipedia.wikitext.text import plain_text


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("{{USS|Wasp|CV-7}}", "USS Wasp (CV-7)"),
        ("{{USS|Wasp|CV-7|6}}", "USS Wasp"),
        ("{{HMS|Hood|51|2}}", "Hood"),
        ("{{ship|French ship|Soleil Royal|1669|3}}", "Soleil Royal (1669)"),
        ("{{ship||Vasa}}", "Vasa"),
        ("{{sclass|Essex|aircraft carrier}}", "Essex-class aircraft carrier"),
        ("{{sclass2|Essex|aircraft carrier|3}}", "Essex-class"),
        ("{{sclass|Essex|aircraft carrier|4}}", "Essex class"),
        ("{{sclass|Essex|aircraft carrier|5}}", "Essex"),
        ("Ann Lee, {{post-nominals|country=AUS|AO|QC}}", "Ann Lee, AO, QC"),
        ("Ann Lee, {{postnominals|list=OBE, FRS}}", "Ann Lee, OBE, FRS"),
        ("{{flag|Peru}}", "Peru"),
        ("{{flagcountry|PER}}", "Peru"),
        ("{{PER}}", "Peru"),
        ("{{flagathlete|[[Ann Lee]]|AUS}}", "Ann Lee (AUS)"),
        ("the {{flagicon|PER}} team", "the team"),
        ("{{fb|WAL}}", "Wales"),
        ("Ann Lee, {{post-nominals|post-noms=OBE, FRS}}", "Ann Lee, OBE, FRS"),
        ("{{mpl|2002 AA|29}}", "2002 AA29"),
        ("{{mpl|(4953)|1990 MU|2}}", "(4953) 1990 MU2"),
        ("{{mp|1990 MU|2}}", "1990 MU2"),
        ("{{nuclide|Co|60}}", "60Co"),
        ("{{nuclide|cobalt|60}}", "cobalt-60"),
        ("{{ill|Anna Roth|de|Anna Roth (Malerin)}}", "Anna Roth"),
        ("{{ill|Anna Roth|de|lt=Roth}}", "Roth"),
        ("{{ill|de|Anna Roth}}", "Anna Roth"),
        ("{{etymology|fro|''barge''||la|''barca''|boat}}", "from Old French barge, from Latin barca 'boat'"),
        ("{{rws|Crewe}}", "Crewe"),
        ("{{nihongo|tea|茶|cha|extra=a drink}}", "tea (茶, cha, a drink)"),
        ("{{hms|6|45|9}}", "6h 45m 9s"),
        ("{{unichar|2603}}", "U+2603 ☃ SNOWMAN"),
        ("{{tlx|infobox}}", "{{infobox}}"),
        ("{{wikt-lang|de|Haus|Häuser}}", "Häuser"),
        ("{{sic|wich}}", "wich [sic]"),
        ("{{sic|wich|hide=y}}", "wich"),
        ("{{sic|?}}", "[sic?]"),
        ("a <q>short</q> word", 'a "short" word'),
        ("{{nbay|2010}} and {{nhly|1999}} and {{nfly|1985}}", "2010–11 and 1999–2000 and 1985"),
        ("{{nihongo||弓|yumi}}", "yumi (弓)"),
        ("the {{use American English|date=May 2020}} team", "the team"),
        ("{{chem|PO|4|3-}}", "PO4³⁻"),
        ("{{chem2|CO3(2-)}}", "CO3²⁻"),
        ("{{chem2|N2 + 3H2 <-> 2NH3}}", "N2 + 3H2 ↔ 2NH3"),
        ("{{chem2|2Na + Cl2 -> 2NaCl}}", "2Na + Cl2 → 2NaCl"),
        ("{{chem2|C_{''n''}H_{2''n''+2} }}", "CnH2n+2"),
        ("{{chem|H|3|O|+}}", "H3O+"),
        ("{{native name|cy|Cymru}}", "Cymru"),
        ("{{rtl-lang|he|ירושלים}}", "ירושלים"),
        ("{{vanchor|depth|text=the depth}}", "the depth"),
        ("{{hover title|a hint|seen}}", "seen"),
    ],
)
def test_names_are_shown_in_the_form_that_is_asked_for(wikitext, text):
    assert plain_text(f"It is {wikitext} there.") == f"It is {text} there."


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("{{harvtxt|Noether|1921}}", "Noether (1921)"),
        ("{{bibleverse|Ruth|1:16|text=where you go}}", "where you go"),
        ("{{uspat|2345678}}", "U.S. patent 2,345,678"),
        ("{{ussc|347|483|1954}}", "347 U.S. 483 (1954)"),
        ("{{USStat|12|392}}", "12 Stat. 392"),
        ("{{USPL|107|56}}", "Pub. L. 107–56"),
        ("{{harvtxt|Artin|Tate|1951|p=8}}", "Artin & Tate (1951, p. 8)"),
        ("{{harvtxt|A|B|C|1951}}", "A, B & C (1951)"),
        ("{{harvtxt|A|B|C|D|1951}}", "A et al. (1951)"),
        ("{{harv|Noether|1921|pp=8-9}}", "(Noether 1921, pp. 8–9)"),
        ("{{harvnb|Noether|1921}}", "Noether 1921"),
        ("{{harvs|txt|first=Emmy|last=Noether|year=1921}}", "Emmy Noether (1921)"),
        ("{{harvs|nb|last=Noether|year=1921|year2=1926}}", "Noether 1921, 1926"),
        ("{{bibleverse||Ruth|1:16-17|KJV}}", "Ruth 1:16–17"),
        ("{{bibleverse|2|Samuel|11:1}}", "2 Samuel 11:1"),
        ("{{bibleverse|Ruth|1:16|KJV|her words}}", "her words"),
        ("{{bibleref2|Ruth|1:16}}", "Ruth 1:16"),
        ("{{qref|2|255}}", "Quran 2:255"),
        ("{{US patent|2292387}}", "U.S. patent 2,292,387"),
        ("{{IETF RFC|793}}", "RFC 793"),
        ("{{USC|17|107}}", "17 U.S.C. § 107"),
    ],
)
def test_citations_in_a_sentence_are_text(wikitext, text):
    assert plain_text(f"See {wikitext} there.") == f"See {text} there."


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("{{\"|stay}} and {{'|go}}", "\"stay\" and 'go'"),
        ("''Ulysses''{{'s}} and ''Emma''{{`s}} and [[Iliad|''Iliad'']]{{'s}}", "Ulysses's and Emma's and Iliad's"),
        (
            "''Ulysses''{{'s}} end and ''Emma''{{'s}} start are ''both'' good",
            "Ulysses's end and Emma's start are both good",
        ),
        ("it{{'}}s", "it's"),
        ("A{{flat}} and G{{sharp}}", "A♭ and G♯"),
        ("A{{music|b}} in {{music|time|6|8}}", "A♭ in 6/8"),
        ("{{time signature|5|4}}", "5/4"),
        ("{{#if:x|yes|no}} {{#if: |yes|no}}", "yes no"),
        ("{{#ifeq:2|2.0|same|other}} {{#ifeq:a|b|same|other}}", "same other"),
        ("{{#switch:c|a|b=one|c|d=two|#default=three}}", "two"),
        ("{{#switch:x|a=one|#default=three}} {{#switch:x|a=one|last}}", "three last"),
        ("{{ucfirst:noun}} {{padleft:5|2}}", "Noun 05"),
        ("{{lit|sea dog}}", "lit. 'sea dog'"),
        ("{{citation needed span|text=it fell|date=May 2024}}", "it fell"),
        ("{{clarify span|it fell|date=May 2024}}", "it fell"),
    ],
)
def test_marks_and_functions_are_what_they_show(wikitext, text):
    assert plain_text(f"It is {wikitext} there.") == f"It is {text} there."


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("'''Oslo''' ({{IPAc-en|ˈ|ɒ|z|l|oʊ}}; {{lang-no|Oslo}}) is", "Oslo (Oslo) is"),
        ("'''Oslo''' (pronounced {{IPA-no|ˈuʂluː}}) is", "Oslo is"),
        ("'''Oslo''' (Norwegian: {{IPA|no|ˈuʂluː, ˈuslu}}; older {{lang|no|Opslo}}) is", "Oslo (older Opslo) is"),
        ("'''Oslo''' ({{IPAc-en|ˈ|ɒ|z|l|oʊ}} {{respell|OZ|loh}}) is", "Oslo is"),
        ("the vowel {{IPA|/ø/}} is", "the vowel /ø/ is"),
        ("the sound {{IPAslink|ʃ}} or {{IPAblink|s}} is", "the sound /ʃ/ or [s] is"),
    ],
)
def test_pronunciations_are_text_in_a_sentence_and_gone_in_brackets(wikitext, text):
    assert plain_text(f"{wikitext} here.") == f"{text} here."
