"""Whether ! ? an ellipsis, a dash before a closing quotation mark, or a mark without white space end a sentence."""

import re

from corpora.builtin.splitters.rules.language import Language

WIDE = frozenset("。！？｡．︒﹒﹖﹗")
"""Terminals of scripts that do not put a space after them."""
CLOSING = "\"'”’»›`´」』＂＇"
EITHER = "“‘«‹„‚"
"""Quotation marks that close in one language and open in another: they are opening marks if a word follows directly."""
QUOTES = frozenset(CLOSING + EITHER)
OPENERS = CLOSING + EITHER + "([{（［【〈《「『¿¡—–-*_#•⁃·▪‣◦►…"

DASHES = frozenset("—–-")
REACH = 64
"""How many characters before a terminal to search for a clause."""
CLAUSE = re.compile(r"[.!?;:—\"“‘(]")
STUTTER = re.compile(r"\bI(?:['’]\w{1,3})?\s?$")
ROLL_CALL = re.compile(r"[A-Z][\w'’-]*+(?:!\s[A-Z][\w'’-]*+)*+(?:!|\s?(?:\.\.\.|…))")
ROLL_CALL_FOLLOWS = frozenset((" .", " …", ".."))
CALLED = re.compile(r"(?:^|[\s“\"‘'(])([A-Z][\w'’-]{1,20}(?:!\s[A-Z][\w'’-]{1,20})*)$")
YEAR = re.compile(r"1[5-9]\d\d$|20\d\d$")
INTRODUCED = re.compile(r"：[“「『‘][^“”「」『』‘’]{0,60}$")
UNCASED_SPEECH = re.compile(
    r"(?:\S{1,20} ){0,3}(?:पूछा|कहा|बोला|बोली|बोले|चिल्लाया|चिल्लाई)(?!\w)"
    r"|(?:\S{1,12} ){0,2}(?:하고|라고|이라고|라며|하며)(?!\w)"
    r"|(?:سأل|سألت|قال|قالت|صاح|صاحت|أجاب|أجابت)(?!\w)|(?:שאל|שאלה|אמר|אמרה|ענה|ענתה|צעק|צעקה)(?!\w)"
)
"""A speech tag in languages without capitals: Hindi, Korean, Arabic, Hebrew."""
TITLED = re.compile(r"(?!(?:and|but|for|from|nor|the|with)\b)\b[^\W\d_][\w'’]{2,}")
WIDE_SPEECH = re.compile(r"[と]|って|[^。！？，、：]{0,8}[说說道问問喊叫答曰]")
FACE = re.compile(r"[:;=<\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")


def mark_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a sentence ends at ! or ?, an ellipsis, or a dash before a closing quotation mark.

    Args:
        start: where the sentence begins.
        match: a match of `boundaries.scan`, with white space after it.
    """
    run, closers, _, openers, word = match.groups()
    if not (closers or openers) and word[:1].isupper() and run in ("?", "!"):
        return run == "?" or word in language.starters or not _continues_exclaimed(text, start, match, language)
    quoted = closers != "" and not QUOTES.isdisjoint(closers)
    if word.islower():
        if openers[:1] in DASHES and not text[start : start + 1].islower():
            return False  # a clause follows a dash: `Forsooth! - it seemed so.`
        return (openers != "" or not quoted) and _lower_case_begins(text, start, match, language, quoted=quoted)
    if run in DASHES and not closers:
        return _breaks_off(text, match.start())
    if not word and not openers:
        return symbol_begins(text, match.end())
    if openers == "(" and YEAR.match(word):
        return False  # the title of a work: Viva Maria! (1965)
    if word == "I" and run[-1] in ".…" and STUTTER.search(text, max(start, match.start() - 8), match.start()):
        return False
    if quoted and not openers and not word.isascii() and UNCASED_SPEECH.match(text, match.start(5)):
        return False
    speaker = language.attribution and quoted and not openers and language.attribution.match(text, match.start(5))
    return not speaker


def _lower_case_begins(text: str, start: int, match: re.Match[str], language: Language, *, quoted: bool) -> bool:
    """Whether the lower-case word after a mark begins a sentence."""
    run, closers, _, openers, _ = match.groups()
    if run == "!" and not closers and _continues_exclaimed(text, start, match, language):
        return False
    if opens_with_elision(match) or _quotation_follows(closers, openers):
        return True
    if not quoted and run[-1] not in ".…" and _opens_in_lower_case(text, start, match, language):
        return True
    return closers != "" and FACE.search(closers) is not None


def wide_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a sentence ends at a terminal that needs no space; not if the speaker of a quotation follows.

    Args:
        text: the paragraph.
        start: where the sentence begins.
        match: a match of `boundaries.scan` at a wide terminal.
        language: the data of its language.
    """
    if "》" in match[2]:
        return False  # the mark belongs to a title
    if QUOTES.isdisjoint(match[2]) or not (speech := WIDE_SPEECH.match(text, match.end(3))):
        return True
    return len(speech[0]) > 2 and INTRODUCED.search(text, max(start, match.start() - REACH), match.start()) is not None


def glued_ends(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a sentence ends although the white space after it is missing.

    Args:
        text: the paragraph.
        start: where the sentence begins.
        match: a match of `boundaries.scan` without white space.
        language: the data of its language.
    """
    run, word, stop = match[1], match[5], match.start()
    if match[4] or stop - start <= 3 or not text[stop - 3 : stop].islower() or text.startswith(".", match.end()):
        return False
    return word in language.starters if len(run) == 1 else len(word) > 1 and word.istitle() and run[-1] in ".…"


def _breaks_off(text: str, at: int) -> bool:
    """Whether the dash (or the second of two hyphens) at an offset cuts a sentence off after a word."""
    before = text[max(0, at - 3) : at]
    if text[at] == "-":
        if before[-1:] != "-":
            return False
        before = before[:-1]
    last = (before[:-1] if before[-1:].isspace() else before)[-1:]
    return last.isalnum() or last == "-"


def symbol_begins(text: str, at: int) -> bool:
    """Whether a sentence can begin at a character that is neither a letter nor a quotation mark.

    Args:
        text: the paragraph.
        at: the index of the character.
    """
    return text[at : at + 1] not in ",;:)&%" and len(text) - at > 2


def opens_with_elision(match: re.Match[str]) -> bool:
    """Whether a sentence opens with an article or pronoun without its vowel, as in Dutch: `'t Was laat.`"""
    end = match.end()
    return len(match[5]) == 1 and match[4][-1:] in ("'", "’") and match.string[end + 1 : end + 2].isupper()


def _quotation_follows(closers: str, openers: str) -> bool:
    """Whether one quotation closes and the next opens: someone else speaks, possibly in lower case."""
    return openers[:1] in QUOTES and not QUOTES.isdisjoint(closers)


def _continues_exclaimed(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether the ! belongs to a name, as in `Yahoo! Mail`, or to one of three names called out in a row."""
    stop = match.start()
    reach = max(start, stop - REACH)
    names = language.exclaimed.get(text[max(reach, text.rfind(" ", reach, stop) + 1) : stop], ())
    if any(text.endswith(name, start, stop) for name in names):
        return True
    after = text[match.end() : match.end() + 2]
    if match[4] or not (after[:1] == "!" or after in ROLL_CALL_FOLLOWS):
        return False
    following = ROLL_CALL.match(text, match.end(3), match.end(3) + REACH)
    if not following or not (called := CALLED.search(text[reach:stop])):
        return False
    return len(called[1].split()) + len(following[0].split()) > 2


def _opens_in_lower_case(text: str, start: int, match: re.Match[str], language: Language) -> bool:
    """Whether a lower-case word after ! or ? opens a sentence: `why not? ask me`, but not `Oh! how cold`.

    It does if the writer also began this sentence in lower case, or after a complete clause, unless the next
    words continue the clause or are a speech tag.
    """
    if text[start : start + 1].islower():
        return True
    if match[5] in language.joiners:
        return False
    clause = CLAUSE.split(text[max(start, match.start() - REACH) : match.start()])[-1]
    titled = TITLED.findall(clause)
    if match[1] == "?" and len(titled) > 2 and all(word[0].isupper() for word in titled):
        return False  # the title of a work: Who Wants to Be a Millionaire? aired
    following = text[match.start(5) : match.start(5) + REACH // 2].split()[:3]
    return len(clause.split()) >= 5 and bool(language.joiners) and language.joiners.isdisjoint(following)
