"""Recognise dialogue and narration, which are never boilerplate."""

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
SPEECH_VERB = re.compile(rf"\b(?:{SAID})\b|[说說问問答喊叫道][：:，,。]|と(?:言|い|訊|聞|答|叫|呟)")
QUOTATION = re.compile(r"[“«„”»「『]|(?<!\w)[\"‘'](?=\w)")
SPOKEN = re.compile(r"[“\"«„‘「『'].{0,2000}?[,.!?…。！？，—–-][”\"»’」』']|^[—–] ?\w|^[「『]")
"""A quotation that ends in punctuation, like speech and unlike a quoted title; or a dash that begins speech."""
PERSON = r"he|she|they|it|i|we|you|who|nobody|somebody|everybody|everyone|someone|no one"
PRETERITES = (
    "went|came|took|saw|knew|gave|ran|began|fell|wore|drew|drove|ate|drank|flew|forgot|grew|hid|rang|rose|sang|sank"
    "|shook|swore|threw|tore|woke|wrote|spoke|stole|broke|chose|froze|did|didn['’]t|had|hadn['’]t|could|couldn['’]t|stood"
    "|sat|slept|kept|thought|felt|told|said|wasn['’]t|weren['’]t|became|bore|blew|caught|dug|fought|hung|led|lost|met|paid"
    "|rode|sold|sent|shot|shut|struck|swam|swung|taught|understood|used to|wound|won|lay"
)
"""Past forms that notices hardly ever use; `made`, `found` and `set` are missing, because they are also participles."""
PAST = rf"(?:{PRETERITES}|was|were|got|made|left|found|held|put|read|heard|let|lived|[a-z]{{2,}}ed)"
ACT = re.compile(rf"\b(?:{PRETERITES})\b")
STATE = re.compile(
    r"\b(?:was|were) (?!(?:first |originally |also )?(?:\w+ed|written|made|born|taken|given|set|sold|brought)\b)"
)
"""A state in the past, but not a passive such as `was first published`, which notices use too."""
SUBJECT = re.compile(rf"\b(?:{PERSON}) {PAST}\b(?! by\b)")
NAMED = re.compile(
    r"(?:^|[,;—–-] ?(?:and |but |so |or )?|\b(?:and|but|so|because|while|when|that|as|where|until|than) )"
    rf"(?!(?:First|Last|Originally|Previously|Newly|Also) )[A-Z][a-z]+(?: [A-Z][a-z]+)? {PAST}\b(?! by\b)"
)
"""Somebody by name did something."""
THING = re.compile(
    r"\b(?:the|a|an|his|her|their|my|our|one|no|every|each|some|that) (?:[\w’'-]+ ){1,3}?"
    r"(?!(?:reserved|used|published|portrayed|described|depicted|mentioned|contained|provided|permitted|required|printed"
    r"|united|limited|licen[sc]ed|copyrighted|registered|trademarked|asserted|produced|related|based|named|purchased"
    r"|listed|entitled|included|requested|created|proofread|reviewed|edited|distributed|collected|selected|illustrated|translated|abridged|unabridged|combined|associated|need|indeed|hundred|red|bed|seed|speed)\b)"
    r"(?<!\bare )(?<!\bis )(?<!\bbe )(?<!\bbeen )(?<!\bwas )(?<!\bwere )(?<!\bhas )(?<!\bhave )"
    r"(?:read|[a-z]{3,}ed)\b(?! (?:by|in|at|on|from)\b)"
)
"""Something did something: `the atlas showed a lake`."""
TAG = re.compile(
    rf"[,.!?…][”\"’']? (?:(?:{SAID}|read|wrote|thought|recited|called) (?:the|a|his|her|my|[A-Z]\w+|he|she|they|it|I)\b"
    rf"|(?:he|she|they|it|I|we|my \w+|his \w+|her \w+|the \w+|[A-Z]\w+) (?:had |used to )?"
    rf"(?:{SAID}|read|wrote|thought|recited|called)\b)"
)
"""Words are attributed to somebody: `Coming soon, said the banner`; `This ebook, he explained, …`."""
READER = re.compile(
    r"\b(?:you|your|please|this (?:e-?)?(?:book|novel|story|publication|work|title|volume)|e-?books?|the author"
    r"|all rights|no part of|purchase|permission)\b"
)
LETTER_HEAD = re.compile(r"(?:From|To|Cc|Subject|Re|Sent): ")
"""A header line of a message that is shown in a novel."""
YOU = re.compile(r"\b(?:you|your|please)\b")
GERMAN_ACT = (
    r"(?:(?!(?:möch|könn|soll|woll|dürf|müss|hät|bit)t)\w{2,}te|war|ging|kam|sah|nahm|gab|stand|saß|lag|las|schrieb|sprach|rief"
    r"|fand|fiel|hielt|ließ|lief|trug|trat|besaß|begann|blieb|zog|schloss|verlor|bekam|trank|warf|half|starb)"
)
FRENCH_ACT = (
    r"(?:avait|était|eut|fut|fit|dit|prit|vit|mit|vint|put|sut|lut|crut|ouvrit|\w{2,}(?:[^r]ait|èrent)|\w{3,}[^r]a)"
)
SPANISH_ACT = r"(?:era|fue|dijo|hizo|tuvo|puso|vino|supo|quiso|\w{2,}(?:aba|ía|ó))"
ITALIAN_ACT = r"(?:era|fu|disse|fece|ebbe|mise|prese|venne|vide|lesse|scrisse|\w{2,}(?:ava|eva|iva|ò))"
FOREIGN_TELLER = re.compile(
    rf"\b(?:er|sie|ich|niemand) {GERMAN_ACT}\b|\b{GERMAN_ACT} (?:er|sie|ich)\b"
    rf"|\b(?:il|elle|je|personne) (?:(?:ne|lui|y|en|se|le|la|les) |[nlsj]['’])*{FRENCH_ACT}\b"
    rf"|\b{FRENCH_ACT}(?:-t)?-(?:il|elle|je)\b"
    rf"|\b(?:él|ella|yo|nadie) (?:no |se |la |lo |le )*{SPANISH_ACT}\b"
    rf"|\b(?:lui|lei|egli|io|nessuno) (?:non |si |la |lo |le |gli )*{ITALIAN_ACT}\b"
)
"""Somebody did something, in German, French, Spanish or Italian."""
FOREIGN_READER = re.compile(r"\b(?:vous|votre|vos|usted|ustedes|ihnen|ihren|ihrem)\b")
MIN_WORDS = 5
HE_OR_SHE = re.compile(rf"\b(?:he|she|they|i) (?:\w+ly )?{PAST}\b")


LOOKED_AT = 20_000
"""How many characters of a paragraph are searched, because a paragraph can be a whole damaged file."""


def is_dialogue(text: str) -> bool:
    """Whether a paragraph has a quotation or a dash that begins speech, and a verb of speech."""
    text = text[:LOOKED_AT]
    opened = text[:1] in "—–" or QUOTATION.search(text) is not None
    return opened and SPEECH_VERB.search(text.lower()) is not None


def is_spoken(text: str) -> bool:
    """Whether a paragraph has a quotation that ends like speech, with or without a verb of speech."""
    return SPOKEN.search(text[:LOOKED_AT]) is not None


def is_narration(text: str) -> bool:
    """Whether a paragraph is narration: somebody did or said something, and the reader is not addressed."""
    text = text[:LOOKED_AT]
    if TAG.search(text) or LETTER_HEAD.match(text):
        return True
    lower = text.lower()
    if HE_OR_SHE.search(lower) or NAMED.search(text):
        return YOU.search(lower) is None
    if FOREIGN_TELLER.search(lower):
        return FOREIGN_READER.search(lower) is None
    if text.count(" ") < MIN_WORDS - 1 or READER.search(lower):
        return False
    return any(pattern.search(lower) for pattern in (ACT, STATE, SUBJECT, THING))
