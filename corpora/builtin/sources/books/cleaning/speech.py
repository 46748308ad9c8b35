"""Signs that a paragraph is told or spoken by somebody: dialogue and narration, which are never boilerplate."""

from __future__ import annotations

import re

SAID = (
    r"said|says|say|asked|asks|ask|replied|replies|answered|answers|cried|cries|whispered|whispers|shouted|shouts|told"
    r"|muttered|mutters|murmured|murmurs|added|went on|snapped|laughed|sighed|yelled|yells|screamed|agreed|explained"
    r"|demanded|announced|insisted|remarked|exclaimed|inquired|enquired|interrupted|repeated|retorted|grinned|nodded"
    r"|groaned|growled|hissed|mumbled|pleaded|begged|promised|protested|responded|warned|wondered|joked|teased"
    r"|admitted|argued|barked|dit|demanda|répondit|sagte|fragte|rief|antwortete|dijo|preguntó|respondió|disse|chiese"
    r"|rispose|zei|vroeg|sade|sagde"
)
SPEECH_VERB = re.compile(rf"\b(?:{SAID})\b")
QUOTATION = re.compile(r"[“«„”»]|(?<!\w)[\"‘'](?=\w)")
SPOKEN = re.compile(r"[“\"«„‘'].{0,2000}?[,.!?…—–-][”\"»’']|^[—–] ?\w")
"""A quotation that ends in punctuation, as speech does and a quoted title does not; or a dash that opens speech."""
PERSON = re.compile(r"\b(?:he|she|they|him|her|his|hers|them|their|himself|herself|it was)\b")
TELLER = re.compile(r"\b(?:i|we|me|my|our|us|myself)\b")
IRREGULAR = (
    "was|were|had|did|said|went|came|took|got|made|saw|knew|thought|felt|found|left|gave|ran|sat|stood|held|kept|put"
    "|read|wrote|sold|bought|brought|heard|told|lay|fell|began|let|lost|met|paid|sent|set|shut|slept|spoke|spent|stole"
    "|threw|tore|woke|wore|drew|drove|ate|drank|flew|forgot|grew|hid|hung|led|rang|rose|sang|sank|shook|shot|swore"
    "|swept|taught|understood|won|could|would|used to|clung|crept|dug|fought|meant|built|caught|chose|cut|hit|hurt"
)
PAST = re.compile(rf"(?<!\bbe )(?<!\bbeen )(?<!\bhas )(?<!\bhave )\b(?:{IRREGULAR}|[a-z]{{2,}}ed(?! by\b))\b")
ACTED = re.compile(rf"^[A-Z][a-z]+(?: [A-Z][a-z]+)? (?:{IRREGULAR}|[a-z]{{2,}}ed)\b(?! by\b)")
SHOWN = re.compile(
    r"^(?:The|A|An|His|Her|Their|My|Our|One|That) (?:[\w’'-]+ ){1,4}?(?:said|read|told|showed|ran|went|came|stood|lay"
    r"|gave|hung|fell|took|sat|[a-z]{3,}ed)\b(?! by\b)"
)
"""A thing that did something: `The label said …`, `The screen filled with …`."""
READER = re.compile(
    r"\b(?:you|your|please|this (?:e-?)?(?:book|novel|story|publication|work|title)|e-?books?|the author|all rights"
    r"|no part of|purchase|permission)\b"
)


def is_dialogue(text: str) -> bool:
    """Whether a paragraph has a quotation, or a dash that opens speech, and a verb of speech."""
    opened = text[:1] in "—–" or QUOTATION.search(text) is not None
    return opened and SPEECH_VERB.search(text.lower()) is not None


def is_spoken(text: str) -> bool:
    """Whether a paragraph has a quotation that ends as speech does, with or without a verb of speech."""
    return SPOKEN.search(text) is not None


def is_told(text: str) -> bool:
    """Whether a paragraph narrates: somebody did something, and the reader is not addressed."""
    lower = text.lower()
    if PAST.search(lower) is None:
        return False
    if PERSON.search(lower) or ACTED.search(text):
        return True
    return READER.search(lower) is None and (TELLER.search(lower) is not None or SHOWN.search(text) is not None)
