"""Convert the names that files and sites use for languages to ISO 639-1 codes."""

from __future__ import annotations

import re

NAMES = {
    "arabic": "ar", "bulgarian": "bg", "catalan": "ca", "chinese": "zh", "czech": "cs", "danish": "da", "dutch": "nl",
    "english": "en", "esperanto": "eo", "estonian": "et", "finnish": "fi", "french": "fr", "german": "de",
    "greek": "el", "hebrew": "he", "hindi": "hi", "hungarian": "hu", "icelandic": "is", "indonesian": "id",
    "irish": "ga", "italian": "it", "japanese": "ja", "korean": "ko", "latin": "la", "latvian": "lv",
    "lithuanian": "lt", "norwegian": "no", "persian": "fa", "polish": "pl", "portuguese": "pt", "romanian": "ro",
    "russian": "ru", "serbian": "sr", "slovak": "sk", "slovenian": "sl", "spanish": "es", "swedish": "sv",
    "tagalog": "tl", "turkish": "tr", "ukrainian": "uk", "vietnamese": "vi", "welsh": "cy", "deutsch": "de",
    "español": "es", "français": "fr", "italiano": "it", "português": "pt", "nederlands": "nl",
}  # fmt: skip
THREE_LETTERS = {
    "ara": "ar", "bul": "bg", "cat": "ca", "chi": "zh", "zho": "zh", "cze": "cs", "ces": "cs", "dan": "da", "dut": "nl",
    "nld": "nl", "eng": "en", "epo": "eo", "est": "et", "fin": "fi", "fre": "fr", "fra": "fr", "ger": "de", "deu": "de",
    "gre": "el", "ell": "el", "heb": "he", "hin": "hi", "hun": "hu", "ice": "is", "isl": "is", "ind": "id", "gle": "ga",
    "ita": "it", "jpn": "ja", "kor": "ko", "lat": "la", "lav": "lv", "lit": "lt", "nor": "no", "nob": "nb", "per": "fa",
    "fas": "fa", "pol": "pl", "por": "pt", "rum": "ro", "ron": "ro", "rus": "ru", "srp": "sr", "slo": "sk", "slk": "sk",
    "slv": "sl", "spa": "es", "swe": "sv", "tgl": "tl", "tur": "tr", "ukr": "uk", "vie": "vi", "wel": "cy", "cym": "cy",
}  # fmt: skip


def code_of(language: str) -> str:
    """The ISO 639-1 code of a language; empty if it is unknown.

    Args:
        language: a name or code, such as `American English`, `eng` or `en-US`.
    """
    words: list[str] = re.findall(r"[^\W_]+", language.lower())
    if words and len(words[0]) == 2:
        return words[0]
    codes = (NAMES.get(word) or THREE_LETTERS.get(word, "") for word in words)
    return next((code for code in codes if code), "")
