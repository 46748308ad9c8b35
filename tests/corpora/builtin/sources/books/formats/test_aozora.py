"""Texts of Aozora Bunko: readings and notes on type go, missing characters are read by their code, frames are apart."""

import time

import pytest

from corpora.builtin.sources.books.formats.aozora import character, without_readings
from corpora.builtin.sources.books.formats.reader import book_of_text

TEXT = """浜の家
海野波子

-------------------------------------------------------
【テキスト中に現れる記号について】

《》：ルビ
（例）灯《ひ》

［＃］：入力者注
-------------------------------------------------------

［＃３字下げ］上［＃「上」は中見出し］

　祖母《そぼ》は｜浜辺《はまべ》の家に住んでいた。
「だれか来たの」
　風が※［＃「口＋阿」、第4水準2-4-5］と鳴った［＃「鳴った」に傍点］。
［＃ここから２字下げ］
元気です。
［＃ここで字下げ終わり］

底本：「海野波子集」波書房
　　　1950（昭和25）年1月1日発行
入力：浜田
青空文庫作成ファイル：
この本は有志が作りました。
"""


def test_the_text_is_read_without_readings_notes_and_frame():
    book = book_of_text(TEXT)
    text = [block.text for block in book.blocks if not (block.rule or block.level)]
    assert text == [
        "祖母は浜辺の家に住んでいた。",
        "「だれか来たの」",
        f"風が{character('※［＃「口＋阿」、第4水準2-4-5］')}と鳴った。",
        "元気です。",
    ]
    assert [block.text for block in book.blocks if block.level] == ["上"]
    assert (book.title, book.author, book.language) == ("浜の家", "海野波子", "ja")
    assert book.blocks[-1].rule == "another library"


@pytest.mark.parametrize(
    ("note", "sign"),
    [
        ("※［＃「てへん＋劣」、第3水準1-84-77］", "挘"),
        ("※［＃「火＋（稲－禾）」、第4水準2-79-87］", "㷔"),
        ("※［＃ローマ数字2、1-13-22］", "Ⅱ"),
        ("※［＃「よ」の字、U+3088、12-3］", "よ"),
        ("※［＃判読できない字］", "〓"),
    ],
)
def test_a_missing_character_is_found_by_its_code(note, sign):
    assert character(note) == sign


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ("灯台《とうだい》の｜Light《ひかり》。", "灯台のLight。"),
        ("彼は《火球》を放った。", "彼は《火球》を放った。"),
        ("《はい》と言った。", "《はい》と言った。"),
    ],
)
def test_readings_stand_behind_characters(marked, text):
    assert without_readings(marked) == text


@pytest.mark.parametrize("sign", ["※［＃", "［＃［", "｜", "漢《"])
def test_unclosed_signs_take_linear_time(sign):
    began = time.process_time()
    book_of_text(f"海\n\n底本：《》\n{sign * 100_000}")
    assert time.process_time() - began < 5
