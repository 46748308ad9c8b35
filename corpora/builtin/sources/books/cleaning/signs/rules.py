"""Patterns of boilerplate: licences, notices, credits, requests, addresses."""

from __future__ import annotations

import re
from typing import NamedTuple


class Rule(NamedTuple):
    """A pattern of boilerplate."""

    name: str
    """Rules with the same name are about the same thing, so they do not confirm each other."""
    hints: tuple[bytes, ...]
    """Lower-case literals; every match contains at least one of them. Used to find candidates fast."""
    pattern: re.Pattern[str]
    """Searched for in the lower-cased paragraph."""
    max_words: int = 400


def rule(name: str, hints: str, pattern: str, max_words: int = 400) -> Rule:
    """A rule, with its hints given as one string.

    Args:
        name: as in `Rule`.
        hints: lower-case literals, separated by `|`.
        pattern: a regular expression for lower-case text.
        max_words: longer paragraphs never match.
    """
    return Rule(name, tuple(hint.encode() for hint in hints.split("|")), re.compile(pattern), max_words)


TRANSCRIBERS_NOTE = "transcriber's note"
"""The only rule that needs no other sign: novels do not contain such labels."""
GOOGLES_NOTE = "Google's note"
"""What Google puts in front of the books that it scans; it tells how that was done, like narration."""
RULES = (
    rule(
        "gutenberg",
        "gutenberg",
        r"pro(?:je[ck]?t|yecto|getto) gutenberg|gutenberg[- ]tm|gutenberg\.(?:org|net)|gutenberg literary",
    ),
    rule("gutenberg", "pgdp|proofread", r"pgdp\.net|distributed proofread"),
    rule(
        TRANSCRIBERS_NOTE,
        "transcri|transkri|trascri|bewerker",
        r"^\W*+(?:transcriber['’]?s?['’]? (?:note|comment)s?\b"
        r"|(?:anmerkung|bemerkung|note?s?|nota|notas|opmerking)(?:en)? (?:zur|des|de|del|du|da|do|sur|van)(?: la| de)? "
        r"(?:trans[ck]ri|trascri|bewerker))",
    ),
    rule(
        "gutenberg",
        "first thing seen|etext|plain vanilla|keep this|in our series by|small print|lawyers|etext #|ebook #",
        r"^this (?:header )?should be the first thing seen|plain vanilla electronic texts"
        r"|etexts readable by both humans|these etexts (?:are )?prepared by (?:hundreds|thousands)"
        r"|important information in this header"
        r"|we encourage you to keep this|^#\d+ in our series by|\bsmall print!|^you know: lawyers"
        r"|\[e(?:text|book) ?#\d+\]|\betexts? (?:was|were|is|are) (?:first )?(?:posted|prepared|created|scanned|typed)"
        r"|edited by .{0,40}\betext\b|public domain etext",
    ),
    rule("smashwords", "smashwords", r"smashwords"),
    rule(
        "another library",
        "feedbooks|manybooks|standard ebooks|standardebooks|fadedpage|faded page|proofreaders canada|pgdpcanada"
        "|[the end of ",
        r"feedbooks|manybooks|standard ?ebooks|faded ?page|proofreaders canada|pgdpcanada|^\[the end of .{1,200}\]$",
    ),
    rule(
        "header",
        "title: |author: |language: |release date: |date first posted: |date last updated: |date of first publication: "
        "|ebook no.: |character set encoding: ",
        r"^\W*+(?:title|author|language|release date|date (?:first posted|last updated|of first publication)"
        r"|ebook no\.|character set encoding): .{1,200}(?<![.!])$",
        20,
    ),
    rule(
        "licence note",
        "licens|lizen|licence",
        r"\be-?books? (?:is|are|has been) licen[sc]ed|licen[sc]ed for your (?:own )?personal"
        r"|^\W*+licen[sc]e (?:notes?|statement)|e-?book ist (?:nur )?(?:f[üu]r|lizen[sz]iert)",
    ),
    rule(
        "licence note",
        "re-sold|resold|given away|additional copy|own copy|hard work of th",
        r"(?:not|never) be re-?sold|be given away to|purchase (?:an additional|your own) copy"
        r"|respecting the (?:hard )?work of th",
    ),
    rule(
        "rights notice",
        "rights reserved|no part of th|rechte vorbehalten|droits r|derechos reservados",
        r"all rights (?:are )?reserved|no part of this (?:e-?book|book|publication|work|document|story)\b.{0,200}\bmay"
        r"|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados",
    ),
    rule(
        "rights notice",
        "copyright|©|(c) ",
        r"^\W*+(?:[\w'’,:-]+ ){0,8}copyright\b(?:\W|by\b|c\b|text\b|renewed\b)*+(?:[\w.’' -]{0,60}\s)?\d{4}"
        r"|\[copyright|(?:©|\(c\)) ?(?:copyright )?\d{4}|\d{4} ?©|©.{0,60}\d{4}"
        r"|^\W*+copyright\W*+$|^\W*+copyright (?:©|\(c\)|by)\b"
        r"|u\.?s\.? copyright act|copyright (?:holder|owner|laws?)\b.{0,80}(?:permission|infring|protect|reproduc)",
        120,
    ),
    rule(
        "rights notice",
        "copyright laws|at no cost",
        r"^copyright laws are changing|made available at no cost and with"
        r"|for the use of anyone anywhere\b.{0,80}at no cost",
    ),
    rule(
        "rights notice",
        "scanning, uploading|printed in |printed and bound|first printing|9 8 7 6|1 2 3 4 5|1 3 5 7",
        r"scanning, uploading,? (?:and|or) (?:electronic )?(?:distribution|sharing)|^\W*+first printing\b.{0,40}\d{4}"
        r"|^\W*+printed (?:and bound )?in (?:the )?(?:u\.?s\.?a|u\.?k|united (?:states|kingdom)|great britain"
        r"|england|canada|australia)\b|^(?:\d{1,2}[\s,]+){4,12}\d{1,2}$",
        80,
    ),
    rule("ISBN", "isbn", r"\be?-?isbn(?:-1[03])?\b\W*(?:\(\w+\))?\W*[\dx-]{5}|^\W*+isbn\b", 60),
    rule(
        "fiction notice",
        "work of fiction|works of fiction|any resemblance|any similarit|author’s imagination|author's imagination",
        r"(?:is|are) (?:a )?(?:purely )?works? of (?:pure )?fiction\b"
        r".{0,300}(?:names|characters|resemblance|coinciden|imagin)"
        r"|any (?:resemblance|similarit(?:y|ies)) (?:to|between|of)\b"
        r".{0,200}(?:person|people|living|dead|event|coinciden)"
        r"|products? of the author['’]s imagination|used fictitiously",
    ),
    rule(
        "credit",
        "cover",
        r"^[^\w'‘“«\"]*(?:front )?cover (?:art|artwork|design(?:ed)?|image|photo\w*|illustration|by|copyright)\b",
        40,
    ),
    rule(
        "credit",
        "publi|edition|formatted by|formatting by|edited by|produced by|proofread|conversion by|digitized",
        r"^[^\w'‘“«\"]*(?:(?:first |originally |self-?)?publi(?:shed|cation)\b.{0,20}(?:by|in|at|date|history)\b"
        r".{0,80}(?:\d{4}|press|publish|books|media|house|\bby\b)"
        r"|(?:this )?(?:e-?(?:book|text) )?(?:was )?"
        r"(?:formatt(?:ed|ing)|edit(?:ed|ing)|proofread(?:ing)?|conversion|produced|digitized) by\b"
        r"|(?:first|second|third|kindle|digital|electronic|e-?book|revised|\w+ digital|\w+ e-?book) edition\b)",
        30,
    ),
    rule(
        "thanks and requests",
        "review",
        r"(?:leav(?:e|ing)|post(?:ing)?|writ(?:e|ing)|giv(?:e|ing)) (?:me |us |the author )?"
        r"(?:an? |your )?(?:\w+,? ){0,3}reviews?\b"
        r".{0,160}(?:amazon|goodreads|barnes|retailer|site|store|online|bought|purchased|download|appreciat|book|author|help)"
        r"|(?:reviews?|retailer).{0,80}(?:amazon|goodreads|favou?rite (?:online )?(?:retailer|store|bookseller))",
        150,
    ),
    rule(
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
    rule(
        "thanks and requests",
        "peek|preview|excerpt|first chapter|coming ",
        r"^\W*+(?:here is|here['’]s|read on for|turn the page for|keep reading for|enjoy|the following is)\b.{0,40}"
        r"\b(?:peek|preview|excerpt|first chapters?)\b"
        r"|^\W*+coming (?:soon|next|in (?:\w+ )?\d{4}|this (?:spring|summer|fall|autumn|winter))\b",
        30,
    ),
    rule(
        "thanks and requests",
        "other titles|other books|other works|more books|next book|also by|newsletter|mailing list",
        r"discover (?:other|more) (?:titles|books|works)|^\W*+also (?:available )?by\b"
        r"|^\W*+(?:other|more) (?:books|titles|works|novels|stories) (?:by|from|in)\b"
        r"|(?:sign up|subscribe|join)\b.{0,60}(?:newsletter|mailing list)"
        r"|(?:newsletter|mailing list).{0,60}(?:sign up|subscri|releases|https?:|www\.)",
        120,
    ),
    rule(
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
