"""The splitter `rules`. Each list is one paragraph, cut where the rules must cut it."""

import json
import time
from pathlib import Path

import pytest

from corpora import OptionError
from corpora.builtin.splitters import rules
from corpora.builtin.splitters.rules import Rules
from corpora.builtin.splitters.rules.language import sections_of

FICTION = [
    ['"Stop!" he said.', "Then he ran."],
    ['"Is he in?', 'How efficient."'],
    ['"Is he in?', 'How efficient," she said.'],
    ["“Is he in?", "How efficient.”", "“Quite.”"],
    ["He opened the door.", '"Who is there?"', "Nobody spoke."],
    ["'You too?' she asked.", "'Yes.'", "He nodded."],
    ["‘Why not?’ cried the boy.", "‘Because I’m tired.’", "’Twas late."],
    ["“He told me, ‘Go home!’ and I went.”", "“Did he?”"],
    ["“He told me, ‘Go home.’ ”", "She sighed."],
    ['"Stop!" Mr. Weller shouted, and the coach stood still.', "It rained."],
    ['"Stop!" I said.', '"Why?" Aunt Clara asked sharply.', '"Look!" Tom whispered.'],
    ['"Stop!"', "Weller turned round.", '"Now?"', "I laughed the fear away."],
    ['"Why?" She asked.', '"Why not?"', "He asked her to sit."],
    ["“Wait!” Tom’s mother called after him.", "“Wait!”", "Tom’s mother called the dog."],
    ['"You knew—"', '"Never."', '"—and said nothing."'],
    ['"Ready?"', "Then Weller said nothing."],
    ['"Well?"', 'Weller said: "I saw a light."'],
    ['"Oh!" Clara began, and blushed.', '"Oh!"', "Clara began to blush."],
    ['"But I thought—"', "He broke off.", '"Go on—" Clara begged.'],
    ['"What does it—" he asked.', "She sat down."],
    ["“I…”", "She stopped.", "“You…” he said."],
    ["Alas! what could he do?", "Oh! how cold it was."],
    ['"I... I cannot," he said.', "So...", "He left."],
    ["He waited . . . and waited . . . .", "Nobody came."],
    ["What!—you here?", "I thought—well, no."],
    ['She had read "Where Now?" twice.', "It was dull."],
    ['"No.', "I won't.", 'Not for Mr. and Mrs. Pym."'],
    ["“What . . . ?” he asked.", "“If only . . . !” she cried.", "He weighed 4 lb. in his socks.", "So."],
    ["“I’m . . . I’m sorry.”", "Chap. iv. begins here.", "He read Gen. i. 3 aloud."],
]

PROSE = [
    ["J. R. R. Tolkien met Dr. Lewis at St. Mary's at 9 a.m. on Monday.", "They talked."],
    ["He came from the U.S. embassy."],
    ["He came from the U.S.", "The flight was long."],
    ["It rose by 3.5 percent in 1999.", "In 2001 it fell to 2.", "Nobody knew why."],
    ["See No. 5, Fig. 3 and pp. 12-14 of vol. IV of the ed. by Smith et al.", "It helps."],
    ["Books, pens, etc. were sold.", "The shop (est. 1905) closed at 5 p.m.", "He left."],
    ["Visit www.example.com or mail a.b@example.org today.", "Use node.js 1.2.3 for it."],
    ["He left (it was late).", "(Nobody saw him.)", "Then it rained [sic].", "He slept."],
    ["1. Take the cup.", "2. Fill it.", "3. Drink."],
    ["a) The cup", "b) The plate"],
    ["4. Only one item stands here.", "It has two sentences."],
    ["It grew in May. [12] [13]", "It died in June. [citation needed]", "It was green.4", "Even so, it grew."],
    ["i went home. ", "it was nice. ", "why not? ", "ask me."],
    ["Nice place!! :-)", "We will be back :)"],
    ["It closed early.", "There was no time."],
    ["Fly with Yahoo! and see.", "The end."],
    ["It cost $5.99. ", "Really?"],
    ["Vitamin C is fine.", "So is plan B.", "They work."],
    ["You and I.", "Henry I. Jones went.", "Who else but I?"],
    ["His wife, Mrs. K., and J.-P. Sartre, Ph.D., came by.", "They sat."],
]

REFERENCES = [
    ["He cited Matt. 6:9, 1 Pet. 2:5 and 2 Tim. iv. 7.", "In Gen. 3:1 and Mic. 6:8 we read it.", "Mark 4:3 agrees."],
    ["I told Matt.", "5 people left with Dan.", "Nobody sang the Song.", "She asked Phil.", "He knew."],
    ["In Doe v. Roe, 311 U.S. 44 (1940), it lost.", "See 28 U.S.C. § 1331; Fed. R. Civ. P. 56(c).", "So it ended."],
    ["Under Art. I, sec. 9 it may.", "Compare 12 S. Ct. 345 and 98 F. Supp. 2d 17.", "Id. at 5.", "See vol. II of it."],
    ["He loved art.", "I did not.", "“No.", "I never did.”"],
]

UNITS_AND_NAMES = [
    ["She was 5 ft. 9 in. tall and weighed 9 st. 4 lb. then.", "He was six ft. two.", "It came in.", "They stayed in."],
    ["It covers 40 sq. mi. of moor, pop. 12,400, alt. 900 ft. above it.", "The boat made 12 kts.", "Nobody cheered."],
    ["Mentha spp. are herbs, as are Salvia sp. and M. spicata var. crispa.", "We grew Thymus spp.", "They died."],
    ["They said St. Just was there.", "In St. Even it rained.", "It is in Main St.", "The door is red."],
    [
        "He rose at 5 a.m.",
        "Mr. Hale rose at 6 a.m. Monday.",
        "The 9 a.m. Dover train left.",
        "It was 3 p.m.",
        "Ann sat.",
    ],
    ["“M-Mr. Hale!", "W-what?”", "“D-Dr. Low is h-here.”", "“I. . . I know.”"],
    ["The J. Am. Chem. Soc. printed it.", "Rep. Moss read it in the Encyc. Brit. of 1911."],
    ["“Indeed! - it seemed to be the custom,” he said.", "Is it so? – perhaps.", "It was late! — and cold."],
    ["It was [John F. K.] Moss, and then (P. Q.) Ward.", "They ate."],
    ["Ask Yahoo! Mail for it.", "I use Yahoo!", "It works.", "A Democracy Now! Hour began.", "Westward Ho! Pier shut."],
    ["“Tom! Ned! Amy!” she called.", "“Stop!", "I say stop!”"],
    ["She won in Viva Rosa! (1961) and left."],
    ["Jean-J. Roux came.", "Anna-M. Lenz did not."],
    [
        "At 4 a.m. Hugo got up.",
        "By about 7 p.m. Rosa was home.",
        "At noon he was up.",
        "She left at 4 p.m.",
        "Hugo slept.",
    ],
    ["Use 3 tbsp. flour and 250 ml. of milk.", "See id. at 40.", "It made $7 mil. in May."],
]
REFERENCES += [
    ["He preached on II Chr. 17.", "Few came."],
    ["The wreck lies in lat. 47° N., long. 8° W. or so.", "Nobody dives there."],
    ["In State ex rel. Lowe v. Pym, cmt. b was quoted.", "It helped."],
    ["The dean, the “Rev.” Bumble, bowed.", "We did not."],
    ["N.B. The gate is shut.", "Ring twice."],
    ["The sp. gr. is low, the max. is nine and the min. is two.", "Stir."],
    ["Flt. Lt. Moss and Asst. Supt. Crane met Sec. Lund.", "They ate."],
    ["Open Mon.-Fri. 8-4 at most.", "Sun. we rest."],
    ["Bake it at 180° C.", "Serve it warm."],
    ["Who Has Seen the Quiet Giant? was shown twice.", "I slept."],
    ["She met P.M. Lowe at 5 p.m.", "The crowd grew."],
]

BREAKS = [
    ["“Who’s there?—”", "No one spoke.", "“Oh!—well!—good-bye.”"],
    ["We won! 🎉🎉", "What a day.", "See you! 👍🏽", "Bye. 😀", "He said hi :) Then left."],
    ["Fine! :)", "thanks a lot"],
    ["He slept.", "* * *", "Day came.", "***", "She rose."],
    ["You could just —", "Well, never mind.", "It was he -- the boy."],
    ["See https://example.org/a?b=1", "The map is there, at www.example.org for now."],
    ["Best regards,", "Nora Hale"],
    ["Nora Hale 03/04/2001 10:15 AM", "Please call me.", "Ned Low 11/04/2001 09:00 AM", "I did."],
    ["Two men found a boat", "Tuesday, March 4, 2014"],
    ["Do this first:", "1. Open the box.", "2. Read the card.", "3. Rest."],
    ["Note.", "==========", "The rest is here."],
]

LANGUAGES = [
    ("de", ["Die Fa. Roth GmbH sitzt in der Gartenstr. 7.", "Sie baut Uhren.", "Dipl.-Ing. Beck nicht."]),
    ("de", ["Im 18. Jh. kostete es ca. 3 Mio. Mark inkl. MwSt. pro Jahr.", "Prof. Dr. h. c. Lenz lachte."]),
    ("de", ["Vgl. Bd. 3.", "Siehe oben."]),
    ("es", ["Vive en Bs. As. y no sale.", "Tiene gatos."]),
    ("it", ["Ved. fig. 4.", "È chiaro."]),
    ("nl", ["Zij woont in de Molenstr. 9 te Breda.", "Hij niet."]),
    ("pt", ["Mora no apt. 8.", "Cf. pág. 3 e segs. do vol. 1."]),
    ("ru", ["Он жил в кв. 8.", "Т. е. рядом.", "По 5 руб. за шт. и выше."]),
    ("de", ["Am 3. Mai kam z. B. Hr. Dr. Maier.", "„Halt!“, rief er.", "»Wer da?«", "Er ging."]),
    ("fr", ["« Halte ! » dit-il à M. Petit.", "— Qui est là ?", "— Moi."]),
    ("fr", ["M. Roy et Mme. Low vivent bd. Foch, c.-à-d. ici.", "Voir p. ex. l'art. 5 al. 2, chap. III.", "Il vint."]),
    ("fr", ["Né en 40 av. J.-C. à Rome, il y mourut.", "Le bourg a 900 hab. en 1999.", "Il est né le 3 janv. 1900."]),
    ("es", ["¿Quién es?", "¡No sé!", "El Sr. Ruiz vino.", "—¿Vienes? —preguntó ella."]),
    ("it", ["Il sig. Bruni venne alle 8.30.", "«Chi è?» chiese.", "«Nessuno.»"]),
    ("nl", ["Dhr. Kuiper kwam om b.v. tien uur.", "'Wie is daar?' vroeg hij.", "Niemand."]),
    (
        "nl",
        [
            "Mevr. Smit kwam i.v.m. de regen o.l.v. ds. Mol.",
            "Zie blz. 12 en art. 5.",
            "'t Was laat.",
            "'s Avonds niet.",
        ],
    ),
    ("nl", ["Hij stierf in 44 v.Chr. te Rome.", "Men at brood, enz.", "Daarna sliep men a.u.b. niet."]),
    ("pt", ["O Sr. Lopes veio.", "— Quem é? — perguntou ela.", "Nada."]),
    ("ru", ["А. Б. Иванов родился в 1799 г. в Туле.", "«Стой!» — сказал он.", "Он ушёл."]),
    ("el", ["Τι είναι;", "Ο κ. Νίκου δεν ξέρει."]),
    ("zh", ["他走了。", "“你好！”他说。", "再见！"]),
    ("ja", ["「行くの？」と彼は言った。", "雨だ。"]),
    ("ar", ["هل أنت هنا؟", "نعم.", "اذهب الآن."]),
    ("ur", ["وہ آیا۔", "کیا تم ہو؟"]),
    ("hi", ["वह आया।", "क्या तुम हो?"]),
    ("hi", ["डॉ. वर्मा और पं. राव आए।", "के. एल. सहगल और ए. पी. जे. कलाम नहीं आए।", "मूल्य रु. 500 है।"]),
    ("hi", ["वह घर गया.", "उसने खाना खाया.", "नं. 5 बस आई.", "वह 300 ई. पू. की बात है."]),
    ("hy", ["Նա եկավ։", "Նա գնաց։"]),
    ("am", ["እሱ መጣ።", "ማን ነው፧"]),
    ("my", ["သူလာသည်။", "ဘယ်သူလဲ။"]),
    ("en-GB", ["Mr. Pym came.", "He sat."]),
    ("de", ["Acer campestre subsp. leiocarpum wächst hier.", "Er blüht."]),
    ("de", ["Er starb 12 n. Chr. in Trier.", "Die Fa. Moll u. Co. und Karl d. Gr. auch, hrsg. v. Beck."]),
    ("fr", ["Voir p. 9 et suiv. du livre de Ch. Petit.", "C'est court."]),
    ("es", ["Véase pág. 9 y ss. del tomo.", "Es corto."]),
    ("ru", ["Он род. в 1900 г. в с. Ивановка.", "Там тихо."]),
    ("pl", ["Mieszka przy ul. Polnej, w tzw. domu św. Anny.", "Tam cicho."]),
    ("lv", ["Tas bija XVIII gs. beigās.", "Tad viss."]),
    ("hi", ['"तुम कौन हो?" उसने पूछा।', '"मैं।"']),
    ("ko", ['그는 "누구세요?" 하고 물었다.', "답이 없었다."]),
    ("zh", ["她问：“谁？”", "没人回答。", "她说：“走！”说完就走了。"]),
    ("zh", ["《救命！》是一部电影。", "我看过。"]),
    ("fr", ["L'art. 9 du Code civ. français le dit.", "Il est clair."]),
]

HOSTILE = [
    "." * 500_000,
    '"' * 500_000,
    ". " * 250_000,
    "!" * 500_000,
    "." + " " * 500_000 + "a",
    "a" * 500_000 + ". B",
    "—” " * 170_000,
    "\n " * 250_000,
    "a@b " * 125_000,
    "* " * 250_000,
    "=" * 500_000,
    " ======== " * 50_000,
    "/1/11 1:11 " * 45_000,
    "Yahoo! Ab" * 50_000,
    "a — Well, " * 50_000,
    "!😀" * 250_000,
    "M-" * 250_000 + "Mr. A",
    "Thanks, A" * 50_000,
]
HOSTILE_AND_SLOW = [
    '." ' * 170_000,
    "Mr.\n" * 125_000,
    "J. " * 170_000,
    "1. " * 170_000,
    ". [1" * 125_000,
    '!" Ab ' * 90_000,
    "。」a" * 170_000,
    "://" * 170_000,
    "@" * 500_000,
    "Tom! " * 100_000,
    ": 1. A" * 80_000,
    "St. Even " * 50_000,
]


def joined(sentences: list[str]) -> str:
    """The sentences as one paragraph; Chinese and Japanese have no space between sentences."""
    wide = any(sentence.strip()[-1] in "。！？」" for sentence in sentences)
    return ("" if wide else " ").join(sentences)


@pytest.mark.parametrize("sentences", FICTION, ids=lambda s: s[0][:24])
def test_sentences_of_novels(sentences: list[str]) -> None:
    assert Rules().split(joined(sentences)) == sentences


@pytest.mark.parametrize("sentences", PROSE, ids=lambda s: s[0][:24])
def test_sentences_of_other_prose(sentences: list[str]) -> None:
    assert Rules().split(joined(sentences)) == [sentence.strip() for sentence in sentences]


@pytest.mark.parametrize("sentences", REFERENCES + UNITS_AND_NAMES, ids=lambda s: s[0][:24])
def test_references_units_and_names_do_not_end_a_sentence(sentences: list[str]) -> None:
    assert Rules().split(joined(sentences)) == sentences


@pytest.mark.parametrize("sentences", BREAKS, ids=lambda s: s[0][:24])
def test_breaks_without_a_plain_full_stop(sentences: list[str]) -> None:
    assert Rules().split(joined(sentences)) == sentences


@pytest.mark.parametrize(
    ("language", "sentences"), LANGUAGES, ids=[f"{language}-{number}" for number, (language, _) in enumerate(LANGUAGES)]
)
def test_sentences_of_other_languages(language: str, sentences: list[str]) -> None:
    assert Rules(language=language).split(joined(sentences)) == sentences


def test_hard_wrapped_lines_are_white_space() -> None:
    assert Rules().split('He met\nMr. Pym.\n"Who?"\nhe said.') == ["He met\nMr. Pym.", '"Who?"\nhe said.']


def test_a_chapter_number_is_not_the_start_of_the_first_sentence() -> None:
    assert Rules().split("Chapter 1 It was late.") == ["Chapter 1", "It was late."]
    assert Rules().split("CHAPTER IV. The wind blew.") == ["CHAPTER IV.", "The wind blew."]
    assert Rules().split("Chapter 1 was late. He slept.") == ["Chapter 1 was late.", "He slept."]


def test_a_blank_line_ends_a_sentence() -> None:
    assert Rules().split("A title\n \nThe text.") == ["A title", "The text."]


def test_a_forgotten_space_does_not_hide_a_sentence() -> None:
    assert Rules().split("It was cheap.There was more.") == ["It was cheap.", "There was more."]


@pytest.mark.parametrize(
    "text",
    [*HOSTILE, *(pytest.param(text, marks=pytest.mark.slow) for text in HOSTILE_AND_SLOW)],
    ids=lambda t: repr(t[:6]),
)
def test_hostile_text_is_split_in_linear_time(text: str) -> None:
    began = time.process_time()
    sentences = Rules().split(text)
    assert time.process_time() - began < 10
    assert "".join("".join(sentences).split()) == "".join(text.split())


def test_an_invalid_language_code_is_refused() -> None:
    with pytest.raises(OptionError, match=r"invalid language '\.\./en'; use auto or a code"):
        Rules(language="../en")


def test_data_files_hold_known_sections_and_words_without_their_last_full_stop() -> None:
    known = {"never", "numbered", "ordinals", "may", "small", "starters", "terminals"}
    known |= {"joiners", "pronouns", "speech", "speech-or-deed", "restarts", "dashes", "exclaimed"}
    known |= {"units", "numbers", "verses", "clock", "dated", "saints", "initials"}
    for file in sorted((Path(rules.__file__).parent / "data").glob("*.txt")):
        sections = sections_of(file.stem)
        assert set(sections) <= known, file.name
        assert [word for words in sections.values() for word in words if word.endswith(".")] == [], file.name


GOLD = Path(__file__).parents[5] / "shared" / "data" / "sentences"


@pytest.mark.real_data
@pytest.mark.parametrize(("gold", "least"), [("gum-dev", 0.975), ("ewt-dev", 0.91)])
def test_f1_over_gold_boundaries(gold: str, least: float) -> None:
    if not GOLD.is_dir():
        pytest.skip(f"{GOLD} does not exist")
    hits = found = wanted = 0
    for line in (GOLD / f"{gold}.jsonl").read_text(encoding="utf-8").splitlines():
        for paragraph in json.loads(line)["paragraphs"]:
            gold_starts = {start for start, _ in paragraph["sents"] if start}
            starts = starts_of(paragraph["text"], Rules().split(paragraph["text"]))
            hits, found, wanted = hits + len(gold_starts & starts), found + len(starts), wanted + len(gold_starts)
    assert 2 * hits / (found + wanted) >= least


def starts_of(text: str, sentences: list[str]) -> set[int]:
    """Where each sentence after the first begins in the text."""
    starts, at = set(), 0
    for sentence in sentences:
        at = text.index(sentence, at)
        starts.add(at)
        at += len(sentence)
    return starts - {0}
