"""Find out whether a WordPiece tokenizer lower-cases without transformers, which takes seconds to import."""

from __future__ import annotations

import json
from pathlib import Path

CLASSES = ("BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", "DistilBertTokenizerFast")


def plain_casing(folder: Path, *, longest_bytes: int) -> bool | None:
    """Whether the tokenizer of a model folder lower-cases; None if transformers must read it.

    This is the case if `tokenizer_config.json` and `tokenizer.json` do not both say so, differ, or cannot be read.

    Args:
        folder: of the model.
        longest_bytes: a larger `tokenizer.json` is not read.
    """
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    try:
        told = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        if told.get("tokenizer_class") not in CLASSES or path.stat().st_size > longest_bytes:
            return None
        normalizer = json.loads(Tokenizer.from_file(str(path)).to_str()).get("normalizer") or {}
    except Exception:  # tokenizers raises a bare Exception
        return None
    lowers = told.get("do_lower_case")
    agree = (
        normalizer.get("type") == "BertNormalizer" and type(lowers) is bool and normalizer.get("lowercase") is lowers
    )
    return lowers if agree else None
