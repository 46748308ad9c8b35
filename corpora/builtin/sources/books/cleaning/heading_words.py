"""The vocabulary of headings: divisions and their numbers, named parts, and sections of front and back matter."""

from __future__ import annotations

import re
from typing import NamedTuple

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
            "twelfth", "last")  # fmt: skip
CARDINALS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
             "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy")
ORDINAL = rf"(?:the )?(?:{'|'.join(ORDINALS)}|\d{{1,3}}(?:st|nd|rd|th))"
NUMBER = rf"(?:\d{{1,4}}|[ivxlcdm]{{1,9}}|{'|'.join(reversed(CARDINALS))}|(?:{'|'.join(TENS)})(?:[- ]\w+)?|{ORDINAL})"
FOREIGN_NUMBERS = (
    "erstes eins premier première un une primero primera uno primo prima primeiro primeira um pierwszy pierwsza"
    " první первый первая eerste een første första",
    "zweites zwei deuxième second seconde deux segundo segunda dos secondo seconda due dois drugi druga druhý druhá"
    " второй вторая tweede twee anden andra",
    "drittes drei troisième trois tercero tercera tres terzo terza tre terceiro terceira três trzeci trzecia třetí"
    " третий третья derde drie tredje",
    "viertes vier quatrième quatre cuarto cuarta cuatro quarto quarta quattro czwarty czwarta čtvrtý четвертый"
    " четвёртый четвертая четвёртая vierde fjerde fjärde",
    "fünftes fünf cinquième cinq quinto quinta cinco cinque piąty piąta pátý пятый пятая vijfde vijf femte",
    "sechstes sechs sixième sexto sexta seis sesto sesta sei szósty szósta šestý шестой шестая zesde zes",
    "siebtes sieben septième sept séptimo séptima siete settimo settima sette sétimo siódmy siódma седьмой седьмая"
    " zevende zeven",
    "achtes acht huitième huit octavo octava ocho ottavo ottava otto oitavo ósmy ósma восьмой восьмая achtste",
    "neuntes neun neuvième neuf noveno novena nueve nono nona nove dziewiąty dziewiąta девятый девятая negende negen",
    "zehntes zehn dixième dix décimo décima diez decimo decima dieci dez dziesiąty dziesiąta десятый десятая tiende",
    "elftes elf onzième onze undécimo undicesimo undici jedenasty jedenasta одиннадцатый одиннадцатая elfde",
    "zwölftes zwölf douzième douze duodécimo doce dodicesimo dodici dwunasty dwunasta двенадцатый двенадцатая twaalfde",
)
"""The numbers from 1 to 12 after a division, as `Capítulo primero`, in several languages."""
FOREIGN = {word: value for value, words in enumerate(FOREIGN_NUMBERS, 1) for word in words.split()}
FIRM_DIVISION = (
    r"chapter|chap\.|ch\.|book|part|volume|vol\.|canto|section|stave"
    r"|kapitel|teil|buch|chapitre|livre|partie|tome|cap[íi]tulo|parte|libro|capitolo|hoofdstuk|deel"
    r"|kapittel|luku|osa|rozdział|część|kapitola|глава|часть|книга|розділ|κεφάλαιο"
)
LOOSE_DIVISION = r"act|scene|letter|episode|day|phase|week|night"
"""Words that can also begin sentences and log entries: `Day 5. We ran out of water.`"""
NUMBERED = re.compile(
    rf"(?:the )?(?:(?P<word>{FIRM_DIVISION})|(?P<loose>{LOOSE_DIVISION}))[\s.:]*(?:no\.? ?)?"
    rf"(?P<number>{NUMBER}|(?<=\s)(?:{'|'.join(FOREIGN)}))\b"
    r"(?P<rest>.*)"
    rf"|(?P<ordinal>{ORDINAL})\s+(?P<after_word>{FIRM_DIVISION}|act|scene|letter|episode|phase)\b(?P<after>.*)",
    re.I,
)
EAST_ASIAN = re.compile(
    r"(?:(?:正文|[☆★]、?|[卷巻][\d一二三四五六七八九十]{1,3})[\s、]*)?"
    r"(?:第 ?(?P<number>[\d０-９〇零一二三四五六七八九十百千两兩壱弐参]{1,8}) ?"
    r"(?P<word>[章回節节話话部卷巻集幕篇編编册冊場])"
    r"|(?:제 ?|(?=\d+ ?[장부권화막편회](?:[\s:.]|$)[^.!?…]*+$))(?P<korean>\d{1,4}) ?(?P<unit>[장부권화막편회])"
    r"|(?P<thai>บทที่|ตอนที่|ภาคที่) ?(?P<digits>[\d๐-๙]{1,4}))"
    r"(?P<rest>(?:[\s:：.、．·—–-].*|[「『【《（(].*)?)"
)
EAST_ASIAN_NAMED = re.compile(
    r"その[一二三四五六七八九十\d]{1,3}|序章|序言|序幕|序|自序|前言|引子|楔子|尾[声聲]|[终終]章|后记|後記"
    r"|番外篇?|番外编|あとがき|まえがき|はじめに|おわりに"
    r"|プロローグ|エピローグ|幕間|間章|프롤로그|에필로그|작가의 말|บทนำ|บทส่งท้าย|คำนำ"
)
EAST_ASIAN_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {
    "零": 0, "两": 2, "兩": 2, "壱": 1, "弐": 2, "参": 3,
}  # fmt: skip
EAST_ASIAN_FIRST = "\u0e00"
EAST_ASIAN_UNITS = {"十": 10, "百": 100, "千": 1000}
GERMAN = re.compile(r"\w+(?:tes|ter|te|er|ème|ième) (?:kapitel|buch|teil|chapitre|partie|livre)\b.*", re.I)
ALONE = re.compile(r"([IVXLC]{1,8}|\d{1,3})[.:]?")
SPELLED = re.compile(
    rf"((?:{'|'.join(TENS)})(?:[- ](?:{'|'.join(CARDINALS[:9])}))?|{'|'.join(reversed(CARDINALS))})", re.I
)
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
ENTRY = re.compile(
    r"(\d{1,3}|[IVXLC]{1,8})(?:[.:)] +([A-Z“\"‘À-Þ].*)"
    r"|[.:)、．\s] ?([\u2e80-\u9fff\uac00-\ud7a3][^。！？.!?…：:]{0,30}))"
)
NAMED = re.compile(
    r"(?:prologue?|epilogue?|preface|introduction|foreword|afterword|interlude|dedication|acknowledge?ments?"
    r"|conclusion|appendix|finale|contents|table of contents|author['’]?s note|about the author|copyright|postscript"
    r"|vorwort|nachwort|einleitung|inhalt(?:sverzeichnis)?|pr[oó]logo|ep[íi]logo|introducci[oó]n|[íi]ndice|pr[ée]face"
    r"|avant-propos|table des mati[èe]res|пролог|эпилог|предисловие)[\s.:—–-]*",
    re.I,
)
ENDING = re.compile(
    r"\W*(?:(?:THE )?END|(?:The )End|F[Ii][Nn](?:[Ii][Ss])?|FINE|E[Nn][Dd][Ee]|К[Оо][Нн][Ее][Цц])[\W_]*"
    r"|\[THE END OF .{1,80}\]|[（(【]?(?:全[文书書]?)?(?:完|终|終|おわり|終わり|끝|จบ)[）)】]?|[（(【]了[）)】]"
)
"""A line that ends a book. `Fine.` and `The end.` are sentences instead."""
SENTENCE_ENDING = re.compile(r"[a-z][.!?]\W*$")
MATTER = re.compile(
    r"[^\w\"'“‘«]*(?:(?:a )?(?:note |few words |word )?about (?:the (?:authors?|publisher|translator)|me)"
    r"|(?:also|(?:other |more )?(?:books|titles|works|novels|stories)) (?:available )?(?:by|from)\b.{0,60}"
    r"|acknowledge?ments?|copyright(?: (?:page|notice|information))?|dedication"
    r"|bibliograph(?:y|ie)|bibliograf[ií]a|works cited|literaturverzeichnis|further reading"
    r"|index|colophon|imprint|credits|newsletter|coming (?:soon|next)|connect with .{0,40}"
    r"|contact (?:me|us|the author|information)"
    r"|(?:discussion|study|book club|reading group|reader['’]?s['’]?) (?:questions|guide)"
    r"|(?:advance )?praise for\b.{0,60}|questions for (?:discussion|reading groups|book clubs)"
    r"|(?:a )?(?:sneak )?(?:preview|peek|excerpt|sample)\b.{0,60}|transcriber['’]?s['’]? notes?|uncopyright"
    r"|about this (?:digital |electronic )?(?:edition|e-?book)|à propos de cette édition(?: électronique)?"
    r"|anmerkung(?:en)? (?:zur|des) (?:transkription|bearbeiters?)|notes? (?:de |du |sur la )transcri\w+"
    r"|notas? del? transcri\w+|nota del trascrittore|opmerking(?:en)? van de bewerker"
    r"|über (?:den autor|die autorin)|danksagung|impressum|remerciements|(?:à propos|au sujet) de l['’]auteure?"
    r"|sobre (?:el|la|o|a) autora?|agradecimientos|agradecimentos|ringraziamenti|l['’]aut(?:ore|rice)"
    r"|об авторе|благодарности"
    r"|выражение благодарности|podziękowania|o aut(?:orze|orce|orach)|dankwoord|over de auteur|colofon|tack(?: till)?"
    r"|om författaren|takk?|om forfatteren|poděkování|poďakovanie|o autor(?:ovi|ce|ke)|kiitokset|kirjailijasta"
    r"|köszönetnyilvánítás|a szerzőről|mulțumiri|despre aut(?:or|oare)|подяки|про автор(?:а|ку)|за автора"
    r"|zahvale?|o autoru"
    r"|teşekkür(?:ler)?|yazar hakkında|ευχαριστίες|για τ(?:ον|ην?) συγγραφέα|agraïments|sobre l['’]autora?"
    r"|cảm ơn|lời cảm ơn"
    r"|về tác giả|谢辞|謝辞|致[谢謝]|鸣谢|著者について|作者について|감사의 (?:말|글)|지은이 소개"
    r"|옮긴이 소개|작가 소개|شكر(?: وتقدير)?|תודות"
    r"|作者简介|作者簡介|关于作者|關於作者|版权信息|版權頁|著者紹介|著者略歴|奥付|저자 소개|판권)\W*",
    re.I,
)
CONTENTS = re.compile(
    r"\W*(?:(?:table of )?contents|(?:list of )?illustrations|inhalt(?:sverzeichnis)?|table des mati[èe]res|sommaire"
    r"|[íi]ndice|índex|sommario|sumário|spis treści|inhoud(?:sopgave)?|innehåll(?:sförteckning)?|indhold"
    r"|innhold|obsah"
    r"|sisällys(?:luettelo)?|tartalom(?:jegyzék)?|cuprins|зміст|съдържание|садржај|sadržaj|kazalo"
    r"|içindekiler|περιεχόμενα"
    r"|mục lục|содержание|оглавление|目[录錄次]|もくじ|차례|목차|สารบัญ)\W*",
    re.I,
)
TRANSCRIBER = re.compile(r"\W*(?:transcri|anmerkung|notes? (?:de|du|sur)|notas? del?|nota del|opmerking)", re.I)
ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


class Division(NamedTuple):
    """A line that may be the heading of a division."""

    word: str
    """Chapter, part, and so on, in lower case; or `roman`, `digits`, `spelled` and `year` for a number alone, `entry`
    for a number with a title, `named` for a named part."""
    number: int | None
    """None without a number that can be read."""
    title: str = ""
    """The text after the number."""
    is_loose: bool = False
    """Whether the word is one of `LOOSE_DIVISION`."""


def division_of(text: str) -> Division | None:
    """The division that a short line names, or None.

    Args:
        text: such as `Chapter 1`, `BOOK THE FIRST`, `XII.` or `Prologue`.
    """
    if match := ALONE.fullmatch(text):
        return Division("roman" if match[1].isalpha() else "digits", number_of(match[1]))
    if text[:1].isupper() and (match := SPELLED.fullmatch(text)):
        return Division("spelled", number_of(match[1]))
    if YEAR.fullmatch(text):
        return Division("year", int(text))
    if match := ENTRY.fullmatch(text):
        return Division("entry", number_of(match[1]), match[2] or match[3])
    if NAMED.fullmatch(text) or GERMAN.fullmatch(text):
        return Division("named", None)
    if text[0] >= EAST_ASIAN_FIRST and EAST_ASIAN_NAMED.fullmatch(text):
        return Division("named", None)
    if (text[0] in "第제正บตภ卷巻☆★" or text[0].isdigit()) and (match := EAST_ASIAN.fullmatch(text)):
        word = match["word"] or match["unit"] or match["thai"]
        number = match["number"] or match["korean"] or match["digits"]
        return Division(word, _east_asian(number), match["rest"].strip(" :：.、．·—–-"))
    match = NUMBERED.fullmatch(text)
    if match is None:
        return None
    rest = (match["rest"] or match["after"] or "").strip()
    if rest and not rest[0].isupper() and (rest[0].isalpha() or rest[0] in ",;"):
        return None
    word = (match["word"] or match["loose"] or match["after_word"]).lower()
    is_loose = match["loose"] is not None or word in LOOSE_DIVISION.split("|")
    return Division(word, number_of(match["number"] or match["ordinal"]), rest.lstrip(".:—–- "), is_loose)


def number_of(text: str) -> int | None:
    """The value of a number in digits, Roman numerals or English words (`7`, `VII`, `seventh`); None for others."""
    text = text.lower().removeprefix("the ").strip()
    if digits := re.match(r"\d+", text):
        return int(digits[0])
    for words in (CARDINALS, ORDINALS[:-1]):
        if text in words:
            return words.index(text) + 1
    if text in FOREIGN:
        return FOREIGN[text]
    tens, _, ones = text.replace("-", " ").partition(" ")
    if tens in TENS:
        return (TENS.index(tens) + 2) * 10 + (CARDINALS.index(ones) + 1 if ones in CARDINALS else 0)
    return _roman(text) if text and not text.strip("ivxlcdm") else None


def _east_asian(text: str) -> int:
    """The value of a number in digits of any script, or in Chinese numerals: `二十三`, `一〇二`."""
    if text.isdecimal():
        return int(text)
    total = digits = 0
    for sign in text:
        if unit := EAST_ASIAN_UNITS.get(sign):
            total, digits = total + max(digits, 1) * unit, 0
        else:
            digits = digits * 10 + EAST_ASIAN_DIGITS.get(sign, 0)
    return total + digits


def _roman(text: str) -> int:
    values = [ROMAN[letter] for letter in text]
    return sum(-value if value < max(values[n:]) else value for n, value in enumerate(values))
