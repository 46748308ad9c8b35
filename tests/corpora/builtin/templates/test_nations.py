"""Nations by their codes, in the language of the wiki."""

import pytest

from corpora.builtin.sources.wikipedia.wikitext.text import plain_text


@pytest.mark.parametrize(
    ("language", "wikitext", "text"),
    [
        ("fr", "{{POR}} bat {{DEU}} ici", "Portugal bat Allemagne ici"),
        ("fr", "{{NOR-d}} [[Oslo]] et {{Norvège}} ici", "Oslo et Norvège ici"),
        ("de", "{{NLD}} und {{NLD|#}} {{ESP|die Spanier}} hier", "Niederlande und die Spanier hier"),
        ("es", "{{sel|URY}} y {{CHI}} juegan", "Uruguay y Chile juegan"),
        ("it", "{{bandiera|PRT}} Porto, {{bandiera|PRT|nome}} e {{Naz|CA|SWE}} qui", "Porto, Portogallo e Svezia qui"),
        ("pt", "{{ESPf}} venceu {{DNK}} e {{SUIb}} Berna aqui", "Espanha venceu Dinamarca e Berna aqui"),
        ("nl", "{{DNK}} en {{BEL-VLAG}} Gent hier", "Denemarken en Gent hier"),
        ("ru", "{{NOR}} и {{Флагификация|Дания}} тут", "Норвегия и Дания тут"),
        ("pl", "{{DNK}} i {{Państwo|NOR}} tu", "Dania i Norwegia tu"),
        ("sv", "{{DNK}} och {{landsnamn|Norge}} här", "Danmark och Norge här"),
        ("ja", "{{NOR}}は{{flag|DNK}}に", "ノルウェーはデンマークに"),
        ("fi", "{{NOR}} ja {{Lippu|Tanska}} täällä", "Norja ja Tanska täällä"),
        ("hu", "{{DNK}} és {{URS}} itt", "Dánia és Szovjetunió itt"),
        ("cs", "{{DNK}} a {{TCH}} tady", "Dánsko a Československo tady"),
        ("tr", "{{DNK}} ve {{bayrak|NOR}} burada", "Danimarka ve Norveç burada"),
        ("en", "{{URS}} and {{flag|DNK}} there", "Soviet Union and Denmark there"),
    ],
)
def test_code_is_the_name_in_the_language_of_the_wiki(language, wikitext, text):
    assert plain_text(f"{wikitext}.", language=language) == f"{text}."


def test_template_that_only_begins_like_a_code_is_not_a_nation():
    assert plain_text("Voir {{lien|Anna Roth}} ici.", language="fr") == "Voir Anna Roth ici."
