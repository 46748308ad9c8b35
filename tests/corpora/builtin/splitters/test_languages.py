"""Sentences of languages with a short file of abbreviations, and what the short files may contain."""

from pathlib import Path

import pytest

from corpora.builtin.splitters import rules
from corpora.builtin.splitters.rules import Rules
from corpora.builtin.splitters.rules.language import ALIKE, sections_of

SHORT = Path(rules.__file__).parent / "data" / "short"


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("pl", ["Zob. rys. 4 w rozdz. 7, m.in. kpt. Mol przyszedł o godz. 9.", "Ok. 30 osób spało."]),
        ("cs", ["Např. r. 1910 žil na nám. Míru č. 4.", "Srov. str. 9, tj. kap. 2."]),
        ("sk", ["Narodil sa r. 1910 na ul. Dlhej.", "Viď str. 4."]),
        ("uk", ["Проф. Коваль жив у м. Львові на вул. Зеленій.", "Він пішов."]),
        ("uk", ["Яма мала 4 м.", "Вона зникла."]),
        ("bg", ["Инж. Петров живее на ул. Шипка, бл. 4.", "Виж стр. 9."]),
        ("sv", ["Hon åt bl.a. sill kl. 9.", "Jfr s. 4."]),
        ("da", ["Hun kom f.eks. kl. 9.", "Hr. Mol sov."]),
        ("nb", ["Han fisket bl.a. sild, jf. s. 4.", "Hun sov."]),
        ("fi", ["Ks. s. 4, esim. Molin talo.", "Hän nukkui."]),
        ("et", ["Vt. lk. 4.", "Ta magas."]),
        ("hu", ["Ld. Mol könyvét, kb. 30 oldal.", "Özv. Molné aludt."]),
        ("ro", ["Dl. Mol stă pe str. Lungă nr. 4.", "Vezi fig. 9."]),
        ("ca", ["La Sra. Mol viu a l'av. Nova.", "Vegeu pàg. 4."]),
        ("tr", ["Doç. Dr. Mol bkz. s. 4 dedi.", "Uyudu."]),
        ("lt", ["Žr. p. 4, pvz. Moliūno.", "Jis miegojo."]),
        ("hr", ["Vidi str. 4, npr. Mol.", "Ona spava."]),
        ("sr", ["Проф. Мол је, нпр. на стр. 4, рекао.", "Она спава."]),
        ("vi", ["PGS. TS. Lê Mai ở TP. Huế.", "Bà ngủ."]),
    ],
)
def test_abbreviations_of_the_language_end_no_sentence(language: str, sentences: list[str]) -> None:
    assert Rules(language=language).split(" ".join(sentences)) == sentences


def test_short_files_hold_groups_of_abbreviations_without_their_last_full_stop() -> None:
    assert {*ALIKE.values()} <= {file.stem for file in SHORT.glob("*.txt")}
    for file in sorted(SHORT.glob("*.txt")):
        sections = sections_of(file.stem)
        assert set(sections) <= {"never", "numbered", "may", "small", "starters"}, file.name
        assert [word for words in sections.values() for word in words if word.endswith(".")] == [], file.name
