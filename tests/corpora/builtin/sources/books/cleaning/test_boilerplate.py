"""Boilerplate goes where it belongs: at the ends of a book, in a page of it, or where it is repeated."""

import pytest

from corpora.builtin.sources.books.cleaning.cleaner import document_of
from corpora.builtin.sources.books.formats.blocks import Block, ParsedBook

STORY = [
    "The harbour lay quite still that morning, and not a soul was to be seen on the long grey mole.",
    "“You are late,” said the ferryman, without looking up from the rope that he was splicing.",
    "She sat down beside him and said nothing, for there was nothing that could have been said.",
] * 4


def paragraphs(*texts):
    return document_of(ParsedBook(tuple(Block(text) for text in texts)), "book").paragraphs


NOTICES = [
    "Smashwords Edition",
    "Published by Ada Moor at Smashwords",
    "This ebook is licensed for your personal enjoyment only, and may not be resold or given away.",
    "If you did not purchase it, please buy your own copy. Thank you for respecting the hard work of this author.",
    "Copyright 2014 Ada Moor",
    "© 2014 by Ada Moor. All rights reserved.",
    "No part of this book may be copied in any form without permission.",
    "This is a work of fiction. Names, places and characters are invented by the author.",
    "Any resemblance to actual persons, living or dead, is a coincidence.",
    "ISBN: 978-1-234-56789-7",
    "The scanning, uploading and distribution of this book without permission is illegal.",
    "Printed in the United States of America",
    "First printing, June 2011",
    "10 9 8 7 6 5 4 3 2 1",
    "Here is a sneak peek at my next novel, THE MOLE:",
    "Coming in 2014 from a bookseller near you",
    "Thank you for reading!",
    "Cover design by A. N. Other",
    "If you enjoyed this book, please leave a review at your favorite retailer.",
    "Discover other titles by Ada Moor:",
    "The moral rights of the author have been asserted.",
    "Ada Moor has asserted her right to be identified as the author of this work.",
    "This book may not be copied or sold in whole or in part.",
    "Dieses Werk ist urheberrechtlich geschützt.",
    "Prohibida la reproducción de esta obra por cualquier medio.",
    "A catalogue record for this title is available from the British Library.",
    "Dépôt légal : juin 2016",
    "This novel is licensed under a Creative Commons Attribution licence.",
    "All names and characters in these pages are fictitious.",
    "Typeset in Garamond by A. N. Other",
    "Diseño de portada: A. N. Other",
    "Version 2.3, corrected by a friend",
    "Unauthorised copying of this recording of the tale is forbidden.",
    "This e-book is sold subject to the condition that it is not lent or hired out.",
    "Mole House is an imprint of the Mole Press",
    "Cette histoire est une œuvre de fiction.",
    "Todos los nombres son producto de la imaginación de la autora.",
    "Die Handlung ist frei erfunden.",
    "Interior design by A. N. Other",
    "If you loved The Ferry, you might also like The Mole.",
    "Gracias por leer esta historia.",
    "WARNING: adult language and mature themes.",
    "Reviews help other readers to find a book.",
    "First published in Ireland in 2009 by the Mole Press",
    "Also available from the Mole Press",
    "By the same author",
    "Follow me on Twitter: http://twitter.com/adamoor",
    "www.adamoor.com",
    "Produced by A. Volunteer and the Online Distributed Proofreading Team at https://www.pgdp.net",
]


@pytest.mark.parametrize("line", NOTICES)
@pytest.mark.parametrize("place", [0, 24])
def test_a_notice_at_either_end_goes(line, place):
    texts = [*STORY, *STORY]
    texts.insert(place, line)
    assert paragraphs(*texts) == (*STORY, *STORY)


FOREIGN_NOTICES = [
    "Wszelkie prawa są zastrzeżone.",
    "Redaktorka: Ada Mor",
    "Wydanie II, Gdynia 2011",
    "Все права защищены, включая права на перевод.",
    "УДК 82-31",
    "Знак информационной продукции 18+",
    "Вы скачали роман с сайта Royallib.com",
    "2. Auflage 2015",
    "Niets uit deze uitgave mag worden gekopieerd.",
    "È vietata la riproduzione di ogni parte del libro.",
    "Omslag: Ada Mol",
    "Všechna práva vyhrazena.",
    "Děkuji, že jste knihu dočetli a koupili.",
    "Bu romanı okuduğunuz için çok teşekkürler.",
    "Kaikki oikeudet pidätetään.",
    "Με επιφύλαξη παντός νόμιμου δικαιώματος.",
    "本書の無断転載を固く禁じます。",
    "この作品はフィクションです。",
    "版权所有，侵权必究。",
    "초판 2쇄 발행 2011년 6월 3일",
    "Cet ouvrage est publié par la Bibliothèque électronique du Québec.",
    "Tekst pochodzi z serwisu Wolne Lektury.",
    "Rendered into HTML by A. Volunteer",
    "Cover: Mole and Daughter",
]


@pytest.mark.parametrize("line", FOREIGN_NOTICES)
@pytest.mark.parametrize("place", [0, 24])
def test_a_notice_in_another_language_at_either_end_goes(line, place):
    texts = [*STORY, *STORY]
    texts.insert(place, line)
    assert paragraphs(*texts) == (*STORY, *STORY)


@pytest.mark.parametrize(
    "line",
    [
        "Redaktor: stary wilk, pomyślała i zgasiła lampę.",
        "Wydarzenia tej nocy nie były przypadkowe.",
        "Спасибо, что вы приехали.",
        "События того лета были не случайны.",
        "Niets hier berust op toeval.",
        "Cette ressemblance n’était pas une coïncidence.",
        "Bu olay bir tesadüf değildi.",
        "Děkuji, že jste přišli.",
        "彼女は無断で船に乗った。",
    ],
)
@pytest.mark.parametrize("place", [0, 24])
def test_a_story_in_another_language_may_begin_and_end_with_such_words(line, place):
    texts = [*STORY, *STORY]
    texts.insert(place, line)
    assert line in paragraphs("Smashwords Edition", "Chapter 1", *texts)


def test_short_lines_between_notices_go_in_any_language():
    page = ["© 2014 Ada Moor", "Trykt i Bergen", "Skrift og papir fra Mol", "All rights reserved."]
    assert paragraphs("Ferja", *page, "Chapter 1", *STORY) == tuple(STORY)


def test_what_a_library_adds_behind_its_name_goes():
    tail = [
        "This e-book comes from the online library Wikisource.",
        "We thank all who typed it in.",
        "The users were:",
        "Mole",
    ]
    assert paragraphs("Chapter 1", *STORY * 4, "About this digital edition", *tail) == tuple(STORY * 4)


def test_a_title_in_small_letters_goes_with_the_title_page():
    assert paragraphs("Ada Moro", "La via del sale", "Milano 1903", "Capitolo 1", *STORY) == tuple(STORY)


@pytest.mark.parametrize("line", ["www.adamoor.com", "ISBN: 978-1-234-56789-7", "Thank you for reading!"])
def test_one_sign_amid_the_book_is_not_enough(line):
    assert line in paragraphs("Smashwords Edition", "Chapter 1", *STORY * 4, line, *STORY * 4)


@pytest.mark.parametrize(
    "line",
    [
        "Dear reader, I stayed.",
        "Also available in red, the label on the oar said.",
        "Version 2.0 of the plan had no oars in it.",
        "Thanks for reading it to me. My eyes are gone.",
        "Warning: the adult swans bite.",
        "Did you love her? She asked it of the rope.",
        "Production of salt was forbidden on the quay.",
        "It was not a coincidence.",
        "Praise for the dead came easily.",
        "The names are fictitious, of course, but the wreck was real.",
        "The moral right of the author to a second cup was settled.",
    ],
)
def test_a_story_may_end_in_words_that_notices_use(line):
    assert line in paragraphs("Smashwords Edition", "Chapter 1", *STORY * 4, line)


def test_lines_about_the_edition_go_with_the_notices_around_them():
    page = ["Copyright 2014 Ada Moor", "Every trademark in this novel belongs to its owner.", "Smashwords Edition"]
    page += ["The author thanks the printers of the first copies."]
    assert paragraphs("The Ferry", *page, "Chapter 1", *STORY) == tuple(STORY)
    assert "A novel is a boat with no oars." in paragraphs(
        *page, "Chapter 1", "A novel is a boat with no oars.", *STORY
    )


def test_a_paragraph_that_two_rules_mark_goes_anywhere():
    line = "Discover other titles by Ada Moor at Smashwords.com"
    assert paragraphs("Smashwords Edition", "Chapter 1", *STORY * 4, line, *STORY * 4) == tuple(STORY * 8)


def test_a_page_of_notices_amid_a_box_set_goes():
    page = ["Copyright 2014 Ada Moor", "ISBN: 978-1-234-56789-7", "This is a work of fiction. The names are invented."]
    assert paragraphs("Smashwords Edition", "Chapter 1", *STORY * 4, *page, "Chapter 1", *STORY * 4) == tuple(STORY * 8)


def test_a_notice_that_is_repeated_goes():
    foot = "The Ferry, copyright 2013 Ada Moor"
    assert paragraphs("Chapter 1", *STORY * 4, foot, "Chapter 2", *STORY * 4, foot, "Chapter 3", *STORY * 4) == tuple(
        STORY * 12
    )


PROSE = [
    "“Go to findthecat.com,” she said, “and type in his name.”",
    "“Did you find him on Facebook?” asked Dora, leaning over the table.",
    "He was writing a long review of the ferry for Amazon, and he was not kind.",
    "She owned the copyright in 1923, and she never sold it, not even when the roof fell in.",
    "“That report is a work of fiction,” said Cole. “You made up half of the names.”",
    "He copied ISBN 0123456789 from the back cover onto his palm and went to the library.",
    "Published by a small press in York, his first poems had sold eleven copies.",
    "First published in Leeds, the pamphlet had ruined two marriages and a bishop.",
    "Edited by his sister, the diaries were shorter and kinder than the man.",
    "Coming soon, said the board on the pier, and it had said so since the war.",
    "This ebook is licensed to Carl Weems, said the first screen, and Carl had been dead since March.",
    "Also by the door there stood a bicycle with no wheels.",
    "The card read: www.harbour-lights.com, ask for Bea.",
    "From: Ida Hale <ida@halemarine.com>",
    "Under U.S. copyright law, Cole told the class, a recipe is not protected.",
    "If you liked the story, my uncle used to say, you should have met the liar.",
    "They said that no part of this work may be shown, and Dora showed it anyway.",
    "The names were products of the author’s imagination, but Ivo knew the kitchen.",
    "The review in the Times was kind, and he kept it in his pocket for a year.",
    "She had the copyright of the song, he said, and would not part with it for money.",
    "All his rights he had reserved, and the captain knew it.",
    "“Thanks for reading to me,” she said. “You were always good at that.”",
    "The edition was small, and it sold within a week.",
    "The letter was printed in the United States, as far as anybody knew.",
    "Coming home in the evening, she saw the lamp.",
    "He was the author of our misfortune, and we followed him on foot to the licensed house.",
]


@pytest.mark.parametrize("line", PROSE)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_dialogue_and_narration_stay_wherever_they_stand(line, place):
    notices = ["Smashwords Edition", "Copyright 2014 Ada Moor", "All rights reserved."]
    texts = {"first": [line, *STORY, *STORY], "middle": [*STORY, line, *STORY], "last": [*STORY, *STORY, line]}[place]
    requests = ["Thank you for reading my book.", "www.adamoor.com"]
    assert paragraphs(*notices, "Chapter 1", *texts, *requests) == tuple(texts)


@pytest.mark.parametrize("line", PROSE)
def test_prose_next_to_other_prose_with_signs_stays(line):
    texts = [*STORY, *PROSE[:6], line, *PROSE[6:], *STORY]
    assert paragraphs("Smashwords Edition", "Chapter 1", *texts) == tuple(texts)


FOREIGN = [
    "Er besaß das Copyright seit 1987 und gab es nie her.",
    "„Alle Rechte vorbehalten“, las sie vom Schild am Kai.",
    "Ich schrieb an ida@hafen.de, aber niemand antwortete.",
    "Elle avait gardé le copyright de 1923, même après l’incendie.",
    "« Tous droits réservés », lut-il sur la porte du bac.",
    "Ella guardaba el copyright de 1923 en una caja de galletas.",
    "Lei conservava il copyright del 1923 in una scatola.",
]
FOREIGN_NOTICES = [
    "Copyright 2014 Ada Moor. Falls Sie Fragen haben, schreiben Sie an www.adamoor.de",
    "Alle Rechte vorbehalten. Sie dürfen dieses Buch nicht kopieren.",
    "Tous droits réservés. Vous ne pouvez pas revendre ce livre.",
    "Todos los derechos reservados. Usted no puede copiar este libro.",
]


@pytest.mark.parametrize("line", FOREIGN)
def test_narration_in_other_languages_stays_at_the_very_end(line):
    assert paragraphs("Smashwords Edition", "Chapter 1", *STORY, *STORY, line) == (*STORY, *STORY, line)


@pytest.mark.parametrize("line", FOREIGN_NOTICES)
def test_notices_in_other_languages_go(line):
    assert paragraphs("Smashwords Edition", "Chapter 1", *STORY, *STORY, line) == (*STORY, *STORY)


def test_a_bare_notice_of_fiction_on_the_first_page_is_removed():
    notice = ("Copyright © 2014 Ada Quill", "This is a work of fiction.", "Chapter 1")
    story = ("It rained on the reeds all day, and nobody came to see the heron leave.",) * 40
    book = ParsedBook(tuple(Block(text, level=text == "Chapter 1") for text in notice + story))
    assert document_of(book, "x").paragraphs == story


def test_an_offer_right_behind_the_end_goes_and_the_part_of_the_next_book_stays():
    offer = "Keep reading for a sneak peek of The Mole, the second book of the series!"
    book = ["Copyright 2014 Ada Moor", "Chapter 1", *STORY, "Chapter 2", *STORY, "THE END", offer]
    assert paragraphs(*book, "Chapter 1", *STORY * 4) == tuple(STORY * 6)
