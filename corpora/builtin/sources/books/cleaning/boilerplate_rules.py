"""The wordings of boilerplate: licences, notices, credits, requests, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpora.builtin.sources.books.formats.blocks import Block, words_in


class Rule(NamedTuple):
    """One wording of boilerplate."""

    name: str
    """Rules of one name say the same thing in other words; they do not confirm each other."""
    hints: tuple[bytes, ...]
    """Lower-case text of which every match has a piece, to find candidates fast."""
    pattern: re.Pattern[str]
    """Matched against the lower-case paragraph."""
    max_words: int = 400


def _rule(name: str, hints: str, pattern: str, max_words: int = 400) -> Rule:
    return Rule(name, tuple(hint.encode() for hint in hints.split("|")), re.compile(pattern), max_words)


TRANSCRIBERS_NOTE = "transcriber's note"
"""The one rule that needs no other sign: such a label stands in no novel."""
RULES = (
    _rule(
        "gutenberg",
        "gutenberg",
        r"pro(?:je[ck]?t|yecto|getto) gutenberg|gutenberg[- ]tm|gutenberg\.(?:org|net)|gutenberg literary",
    ),
    _rule("gutenberg", "pgdp|proofread", r"pgdp\.net|distributed proofread"),
    _rule(
        TRANSCRIBERS_NOTE,
        "transcri|transkri|trascri|bewerker",
        r"^\W*+(?:transcriber['’]?s?['’]? (?:note|comment)s?\b"
        r"|(?:anmerkung|bemerkung|note?s?|nota|notas|opmerking)(?:en)? (?:zur|des|de|del|du|da|do|sur|van)(?: la| de)? "
        r"(?:trans[ck]ri|trascri|bewerker))",
    ),
    _rule(
        "gutenberg",
        "first thing seen|etext|plain vanilla|keep this|in our series by|small print|lawyers|etext #|ebook #",
        r"^this (?:header )?should be the first thing seen|plain vanilla electronic texts"
        r"|etexts readable by both humans|these etexts (?:are )?prepared by (?:hundreds|thousands)"
        r"|important information in this header"
        r"|we encourage you to keep this|^#\d+ in our series by|\bsmall print!|^you know: lawyers"
        r"|\[e(?:text|book) ?#\d+\]|\betexts? (?:was|were|is|are) (?:first )?(?:posted|prepared|created|scanned|typed)"
        r"|edited by .{0,40}\betext\b|public domain etext",
    ),
    _rule("smashwords", "smashwords", r"smashwords"),
    _rule(
        "another library",
        "feedbooks|manybooks|standard ebooks|standardebooks|fadedpage|faded page|proofreaders canada|pgdpcanada"
        "|[the end of ",
        r"feedbooks|manybooks|standard ?ebooks|faded ?page|proofreaders canada|pgdpcanada|^\[the end of .{1,200}\]$",
    ),
    _rule(
        "header",
        "title: |author: |language: |release date: |date first posted: |date last updated: |date of first publication: "
        "|ebook no.: |character set encoding: ",
        r"^\W*+(?:title|author|language|release date|date (?:first posted|last updated|of first publication)"
        r"|ebook no\.|character set encoding): .{1,200}(?<![.!])$",
        20,
    ),
    _rule(
        "licence note",
        "licens|lizen|licence",
        r"\be-?books? (?:is|are|has been) licen[sc]ed|licen[sc]ed for your (?:own )?personal"
        r"|^\W*+licen[sc]e (?:notes?|statement)|e-?book ist (?:nur )?(?:f[üu]r|lizen[sz]iert)",
    ),
    _rule(
        "licence note",
        "re-sold|resold|given away|additional copy|own copy|hard work of th",
        r"(?:not|never) be re-?sold|be given away to|purchase (?:an additional|your own) copy"
        r"|respecting the (?:hard )?work of th",
    ),
    _rule(
        "rights notice",
        "rights reserved|no part of th|rechte vorbehalten|droits r|derechos reservados",
        r"all rights (?:are )?reserved|no part of this (?:e-?book|book|publication|work|document|story)\b.{0,200}\bmay"
        r"|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados",
    ),
    _rule(
        "rights notice",
        "copyright|©|(c) ",
        r"^\W*+(?:[\w'’,:-]+ ){0,8}copyright\b(?:\W|by\b|c\b|text\b|renewed\b)*+(?:[\w.’' -]{0,60}\s)?\d{4}"
        r"|\[copyright|(?:©|\(c\)) ?(?:copyright )?\d{4}|\d{4} ?©|©.{0,60}\d{4}"
        r"|^\W*+copyright\W*+$|^\W*+copyright (?:©|\(c\)|by)\b"
        r"|u\.?s\.? copyright act|copyright (?:holder|owner|laws?)\b.{0,80}(?:permission|infring|protect|reproduc)",
        120,
    ),
    _rule(
        "rights notice",
        "copyright laws|at no cost",
        r"^copyright laws are changing|made available at no cost and with"
        r"|for the use of anyone anywhere\b.{0,80}at no cost",
    ),
    _rule(
        "rights notice",
        "scanning, uploading|printed in |printed and bound|first printing|9 8 7 6|1 2 3 4 5|1 3 5 7",
        r"scanning, uploading,? (?:and|or) (?:electronic )?(?:distribution|sharing)|^\W*+first printing\b.{0,40}\d{4}"
        r"|^\W*+printed (?:and bound )?in (?:the )?(?:u\.?s\.?a|u\.?k|united (?:states|kingdom)|great britain"
        r"|england|canada|australia)\b|^(?:\d{1,2}[\s,]+){4,12}\d{1,2}$",
        80,
    ),
    _rule("ISBN", "isbn", r"\be?-?isbn(?:-1[03])?\b\W*(?:\(\w+\))?\W*[\dx-]{5}|^\W*+isbn\b", 60),
    _rule(
        "fiction notice",
        "work of fiction|works of fiction|any resemblance|any similarit|author’s imagination|author's imagination",
        r"(?:is|are) (?:a )?(?:purely )?works? of (?:pure )?fiction\b"
        r".{0,300}(?:names|characters|resemblance|coinciden|imagin)"
        r"|any (?:resemblance|similarit(?:y|ies)) (?:to|between|of)\b"
        r".{0,200}(?:person|people|living|dead|event|coinciden)"
        r"|products? of the author['’]s imagination|used fictitiously",
    ),
    _rule(
        "credit",
        "cover",
        r"^[^\w'‘“«\"]*(?:front )?cover (?:art|artwork|design(?:ed)?|image|photo\w*|illustration|by|copyright)\b",
        40,
    ),
    _rule(
        "credit",
        "publi|edition|formatted by|formatting by|edited by|produced by|proofread|conversion by|digitized",
        r"^[^\w'‘“«\"]*(?:(?:first |originally |self-?)?publi(?:shed|cation)\b.{0,20}(?:by|in|at|date|history)\b"
        r".{0,80}(?:\d{4}|press|publish|books|media|house|\bby\b)"
        r"|(?:this )?(?:e-?(?:book|text) )?(?:was )?"
        r"(?:formatt(?:ed|ing)|edit(?:ed|ing)|proofread(?:ing)?|conversion|produced|digitized) by\b"
        r"|(?:first|second|third|kindle|digital|electronic|e-?book|revised|\w+ digital|\w+ e-?book) edition\b)",
        30,
    ),
    _rule(
        "thanks and requests",
        "review",
        r"(?:leav(?:e|ing)|post(?:ing)?|writ(?:e|ing)|giv(?:e|ing)) (?:me |us |the author )?"
        r"(?:an? |your )?(?:\w+,? ){0,3}reviews?\b"
        r".{0,160}(?:amazon|goodreads|barnes|retailer|site|store|online|bought|purchased|download|appreciat|book|author|help)"
        r"|(?:reviews?|retailer).{0,80}(?:amazon|goodreads|favou?rite (?:online )?(?:retailer|store|bookseller))",
        150,
    ),
    _rule(
        "thanks and requests",
        "thank you for|thanks for|for reading|if you enjoyed|if you liked|i hope you",
        r"^\W*+(?:thank you|thanks)(?: so much| very much)? for reading\W*+$"
        r"|(?:thank you|thanks)(?: so much| very much)? for "
        r"(?:purchasing|downloading|buying|reading|taking the time to read)\b"
        r".{0,80}(?:book|story|novel|copy|series|author|title)"
        r"|(?:if|i hope|hope) you(?:'ve|’ve| have)? (?:really )?(?:enjoyed|liked) (?:reading )?(?:this|my|the) "
        r"(?:\w+ )?(?:e-?book|book|story|novel|series|sample|preview)",
        150,
    ),
    _rule(
        "thanks and requests",
        "peek|preview|excerpt|first chapter|coming ",
        r"^\W*+(?:here is|here['’]s|read on for|turn the page for|keep reading for|enjoy|the following is)\b.{0,40}"
        r"\b(?:peek|preview|excerpt|first chapters?)\b"
        r"|^\W*+coming (?:soon|next|in (?:\w+ )?\d{4}|this (?:spring|summer|fall|autumn|winter))\b",
        30,
    ),
    _rule(
        "thanks and requests",
        "other titles|other books|other works|more books|next book|also by|newsletter|mailing list",
        r"discover (?:other|more) (?:titles|books|works)|^\W*+also (?:available )?by\b"
        r"|^\W*+(?:other|more) (?:books|titles|works|novels|stories) (?:by|from)\b"
        r"|(?:sign up|subscribe|join)\b.{0,60}(?:newsletter|mailing list)"
        r"|(?:newsletter|mailing list).{0,60}(?:sign up|subscri|releases|https?:|www\.)",
        120,
    ),
    _rule(
        "address",
        "http|www.|.com|.net|.org|.co.uk|@|twitter|facebook|goodreads|instagram|blog",
        r"https?: ?//|\bwww\.\w|\b[\w.-]+@[\w-]+\.\w|\b[\w-]+\.(?:com|net|org|co\.uk|de)\b(?!\w)"
        r"|^\W*+(?:twitter|facebook|instagram|e-?mail|website|blog|goodreads|my blog|web ?site)\W*(?::|$)"
        r"|(?:connect|follow|friend|like|find|contact|visit|reach) (?:with )?"
        r"(?:me|us|him|her|the author|[a-z]+ [a-z]+) "
        r"(?:online|on|at)\b.{0,60}(?:twitter|facebook|instagram|goodreads|web|blog|online)",
        50,
    ),
)
END_RULES = (
    _rule(
        "rights notice",
        "moral right|right to be|not be |consent|permission|prohibid|riproduzione|reprodu"
        "|urheberrecht|tutti i diritti|todos os direitos",
        r"\bmoral rights?\b.{0,60}\bassert|\bright to be identified as the author\b"
        r"|^(?:(?:this|the) (?:\w+ ){0,2}(?:e-?book|book|publication|work|story|novel)|it|no part\b.{0,60})\b.{0,40}"
        r"\b(?:may|must|can) ?not be (?:\w+ )?(?:reproduced|copied|distributed|used|sold|shared)"
        r"|without (?:\w+,? ){0,4}(?:consent|permission)\b.{0,30}\b(?:publisher|author|copyright|owner|writing)"
        r"|^\W*+permission is (?:hereby )?granted\b|urheberrechtlich geschützt|droits de (?:traduction|reproduction)"
        r"|prohibida\b.{0,120}\b(?:reproducción|obra|publicación)"
        r"|(?:reproducción|riproduzione) (?:total|vietata|riservata)|tutti i diritti|todos os direitos",
        120,
    ),
    _rule(
        "library catalogue",
        "catalog|library of congress|british library|national library|légal|legal:|p. cm|p.cm",
        r"\bcip (?:catalogu?e|data|record)|catalogu(?:e|ing)[- ](?:in[- ]publication|record)"
        r"|library of congress (?:c|control)|^\W*+dépôt légal|^\W*+depósito legal|\bp\. ?cm\b",
        60,
    ),
    _rule(
        "licence note",
        "creative commons|creativecommons",
        r"licen[sc]ed under (?:a|the)\b.{0,40}creative commons|^\W*+creative commons|creativecommons\.org",
        80,
    ),
    _rule(
        "fiction notice",
        "fictitious|fictional|imaginary",
        r"^\W*+(?:all )?(?:the )?(?:names|characters|persons|people|places|incidents|events)\b.{0,120}"
        r"\b(?:is|are) (?:\w+ ){0,2}(?:fictitious|fictional|imaginary)",
        100,
    ),
    _rule(
        "credit",
        "typeset|lektorat|umschlag|couverture|cubierta|portada|copertina|scanned |proofed |typed "
        "|omslag|manufactured in|edition ",
        r"^\W*+(?:typeset (?:by|in)\b|lektorat\b|umschlag(?:gestaltung|foto|bild)|(?:photo|illustration) de couverture"
        r"|(?:diseño|ilustración|imagen) de (?:la )?(?:cubierta|portada)|(?:scanned|proofed|typed) (?:and \w+ )?by\b"
        r"|omslag(?:ontwerp|foto)?\b|manufactured in\b|this (?:\w+ )?edition (?:first )?published\b)",
        30,
    ),
    _rule("version", "version|v1|v2|v3|v0", r"^\W*+(?:version|v\.?) ?\d{1,2}\.\d{1,2}\b(?!%)", 25),
    _rule(
        "content notice",
        "adult|mature|explicit|over 18|18 years",
        r"^\W*+(?:warning|content warning|note)\b.{0,80}\b(?:adult|mature|explicit|graphic)"
        r"\b.{0,20}\b(?:content|language|themes?|material|situations?|scenes?|readers?|audiences?|sex\w*|violence)\b"
        r"|intended for (?:\w+ )?(?:adults?|mature|readers over)|\bnot suitable for (?:readers|anyone) under\b",
        60,
    ),
    _rule(
        "thanks and requests",
        "for reading|review|rezension|bewertung|dear reader|lieber leser|liebe leser|cher lecteur",
        r"^\W*+(?:thank you|thanks)(?: so much| very much)? for (?:reading|buying|downloading)\b"
        r"(?! (?:it|to|that|me|him|her|them|us)\b)"
        r"|\breviews? (?:help|helps|are|is|mean|means|make)\b.{0,80}\b(?:readers?|authors?|books?|writers?)\b"
        r"|\b(?:consider|appreciate|leave|write|writing|post)\b.{0,30}\bhonest reviews?\b"
        r"|(?:rezension|bewertung)\b.{0,60}\b(?:freuen|amazon|hinterlassen)|^\W*+dear readers?\W*+$"
        r"|^\W*+(?:lieber?|cher) (?:leser|lecteur)\w*\W*+$",
        150,
    ),
    _rule(
        "other books",
        "same author|available from|also available|about |a note from|from the author",
        r"^\W*+(?:from|by) the same author\W*+$|^\W*+also available (?:from|as|in)\b"
        r"|^\W*+about [\w’'& ]{2,40} (?:press|books|publishing|publishers|house|editions|verlag)\W*+$"
        r"|^\W*+a (?:note|word|message) from the (?:author|publisher)\W*+$",
        20,
    ),
)
"""Wordings that count at the ends of a book only, where they are common; inside, a story may have any of them."""
SIGNS = (b"copyright", b" ebook", b" e-book", b"smashwords", b"http", b"www.", b"gutenberg", b"transcriber")
"""A book without any of these was not published electronically, and has boilerplate at its ends if anywhere."""
END_BLOCKS = 60


def signs_in(blocks: Sequence[Block]) -> dict[int, set[str]]:
    """The names of the rules that each paragraph matches, by its number; headings are left out."""
    signs: dict[int, set[str]] = {}
    for number, rule in _candidates(blocks):
        text = blocks[number].text
        if blocks[number].level or len(text) > rule.max_words * 12 or words_in(text) > rule.max_words:
            continue
        if rule.pattern.search(text.lower()):
            signs.setdefault(number, set()).add(rule.name)
    return signs


def _candidates(blocks: Sequence[Block]) -> Iterator[tuple[int, Rule]]:
    """Each block that holds a hint of a rule, with the rule."""
    whole = _lower(blocks)
    published = any(sign in whole for sign in SIGNS)
    if published:
        yield from _hits(RULES, whole, 0)
    back = max(END_BLOCKS, len(blocks) - END_BLOCKS)
    for text, first in ((_lower(blocks[:END_BLOCKS]), 0), (_lower(blocks[back:]), back)):
        yield from _hits(END_RULES if published else RULES + END_RULES, text, first)


def _lower(blocks: Sequence[Block]) -> bytes:
    """The texts of a run of blocks, one per line, as bytes, which are fast to search; only ASCII is lower-cased."""
    return "\n".join([block.text for block in blocks]).encode("utf-8", "surrogatepass").lower()


def _hits(rules: Sequence[Rule], whole: bytes, first: int) -> Iterator[tuple[int, Rule]]:
    for rule in rules:
        for hint in rule.hints:
            number, counted, at = first, 0, whole.find(hint)
            while at >= 0:
                number += whole.count(b"\n", counted, at)
                counted = at
                yield number, rule
                at = whole.find(b"\n", at)
                at = whole.find(hint, at) if at >= 0 else -1
