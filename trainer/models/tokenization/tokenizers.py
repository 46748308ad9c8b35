"""Load the tokenizers of models, and check them against the model and a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpora.errors import counted, first_line
from trainer.errors import CasingMismatch, ModelError, VocabularyMismatch
from trainer.models.configurations import LOADING_ERRORS, read_config
from trainer.models.quiet import quiet_transformers

if TYPE_CHECKING:
    from transformers import BatchEncoding, PreTrainedTokenizerBase

LONGEST_BYTES = 100_000_000
TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json")
"""A model folder with a tokenizer has one of these files."""


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a model folder.

    Raises:
        ModelError: the folder is missing or is not a model, or has no (fast) tokenizer.
    """
    import transformers

    if not any((folder / name).is_file() for name in ("config.json", "tokenizer_config.json")):
        raise ModelError(f"{folder} is not a model folder: it has no config.json")
    if (folder / "config.json").is_file():
        read_config(folder)  # transformers reads it as well, and blames the tokenizer
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise ModelError(f"{folder} has no tokenizer; add the tokenizer.json that the model was trained with")
    for name in TOKENIZER_FILES:
        if (folder / name).is_file() and (folder / name).stat().st_size > LONGEST_BYTES:
            raise ModelError(f"{folder / name} is larger than {LONGEST_BYTES // 10**6} MB, too much for a tokenizer")
    with quiet_transformers():
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(
                str(folder), local_files_only=True, use_fast=True, trust_remote_code=False
            )
        except (*LOADING_ERRORS, RecursionError) as error:
            raise ModelError(f"the tokenizer of {folder} cannot be read: {first_line(error)}") from error
        except Exception as error:
            if type(error) is not Exception:  # tokenizers raises a bare Exception
                raise
            raise ModelError(f"the tokenizer of {folder} cannot be read: {first_line(error)}") from error
    if type(tokenizer.model_max_length) not in (int, float):
        told = f"model_max_length is {tokenizer.model_max_length!r}"
        raise ModelError(f"{folder / 'tokenizer_config.json'}: {told}; it must be a number")
    if not tokenizer.is_fast:
        raise ModelError(f"the tokenizer of {folder} is a slow one; save its tokenizer.json next to the weights")
    return tokenizer


def check_tokenizer(tokenizer: PreTrainedTokenizerBase, model: Any, folder: Path) -> None:
    """Check that a tokenizer belongs to a model.

    Args:
        tokenizer: loaded from the model's folder.
        model: the model with its embeddings.
        folder: of the model, for the error message.

    Raises:
        VocabularyMismatch: the tokenizer has ids without an embedding in the model.
        CasingMismatch: the tokenizer keeps case and the vocabulary has only lower case, or vice versa.
        ModelError: the tokenizer does not add special tokens.
    """
    largest, rows = max(tokenizer.get_vocab().values()), model.get_input_embeddings().weight.shape[0]
    if largest >= rows:
        raise VocabularyMismatch(
            f"{folder}: the tokenizer has ids up to {largest}, but the model has {counted(rows, 'embedding')}; "
            "this tokenizer belongs to another model"
        )
    check_special_tokens(tokenizer)
    lowers, cased = lower_cases(tokenizer), vocabulary_is_cased(tokenizer)
    if cased == lowers:
        says = "lower-cases its input" if lowers else "keeps case"
        holds = "a cased vocabulary" if cased else "a vocabulary without upper case"
        raise CasingMismatch(
            f"{folder}: the tokenizer {says}, but the model has {holds}; scores would be wrong by many points. "
            "Set do_lower_case in tokenizer_config.json, or use the tokenizer that the model was trained with"
        )


def check_tokenizers(teacher_tokenizer: Any, tokenizer_file: Path | None, *, dataset: str, teacher: str) -> None:
    """Check that a dataset was tokenized with the teacher's vocabulary and casing.

    Args:
        teacher_tokenizer: the teacher's, a fast one.
        tokenizer_file: the dataset's `tokenizer.json`; None skips the check.
        dataset: its name, for the error message.
        teacher: its folder or hub id, for the error message.

    Raises:
        VocabularyMismatch: the dataset has another vocabulary.
        CasingMismatch: the pieces are the same, but only one of the two tokenizers lower-cases.
    """
    if tokenizer_file is None:
        return
    from tokenizers import Tokenizer

    theirs = Tokenizer.from_file(str(tokenizer_file))
    ours = teacher_tokenizer.backend_tokenizer
    again = f"tokenize the sentences again with the teacher's tokenizer: corpora tokenize … --tokenizer {teacher}"
    one, other = theirs.get_vocab(with_added_tokens=True), ours.get_vocab(with_added_tokens=True)
    if one != other:
        differ = sorted(piece for piece in {*one, *other} if one.get(piece) != other.get(piece))
        raise VocabularyMismatch(
            f"the vocabulary of {dataset} ({len(one):,} pieces) differs from the teacher's ({len(other):,}) in "
            f"{counted(len(differ), 'piece')}, such as {differ[0]!r}; {again}"
        )
    normalizer = theirs.normalizer
    lowered = normalizer is not None and "A" not in normalizer.normalize_str("A")
    if lowered != lower_cases(teacher_tokenizer):
        says = ("is lower-cased", "keeps case") if lowered else ("keeps case", "lower-cases")
        raise CasingMismatch(f"{dataset} {says[0]}, but the teacher's tokenizer {says[1]}; {again}")


def as_text(tokenizer: PreTrainedTokenizerBase, *texts: Sequence[str | list[str]], **how: Any) -> BatchEncoding:
    """Tokenize texts, or pairs of texts, from users: a literal `[MASK]` or `<s>` in them stays text.

    transformers would turn it into the special token. `split_special_tokens` is set for this call only; as an
    attribute, it would be saved with the student. If such a literal is also a piece of the tokenizer's model, as in
    SentencePiece, its first character becomes `\u2039`, so that positions in the text are unchanged.

    Args:
        tokenizer: a fast one.
        texts: [texts], or [texts] twice for pairs; a text is a string or a list of words.
        how: further arguments of the tokenizer.
    """
    names = {token for token in tokenizer.all_special_tokens if token != tokenizer.unk_token}
    pieces = {name: tokenizer.convert_tokens_to_ids(name) for name in names}
    leaking = [
        name
        for name in names
        if any(name in str(text) for group in texts for text in group)
        and pieces[name] in tokenizer(name, add_special_tokens=False, split_special_tokens=True)["input_ids"]
    ]
    for name in leaking:
        texts = tuple([_without(text, name) for text in group] for group in texts)
    made: BatchEncoding = tokenizer(*texts, split_special_tokens=True, **how)
    return made


def _without(text: str | list[str], literal: str) -> str | list[str]:
    """A text, or a list of words, with the first character of each literal replaced by one that starts no token."""
    if isinstance(text, str):
        return text.replace(literal, "\u2039" + literal[1:])
    return [word.replace(literal, "\u2039" + literal[1:]) for word in text]


def check_special_tokens(tokenizer: PreTrainedTokenizerBase) -> None:
    """Check that a tokenizer marks where texts begin and end, which fine-tuning needs.

    Raises:
        ModelError: it has no [CLS], [SEP] or [PAD], or does not add them.
    """
    ids = tokenizer("a")["input_ids"]
    if tokenizer.cls_token_id is None or ids[0] != tokenizer.cls_token_id or tokenizer.pad_token_id is None:
        raise ModelError(
            "the tokenizer does not add [CLS], or has no [PAD]; save it with its post-processor, "
            "as `trainer distill` and transformers do"
        )


def lower_cases(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the tokenizer lower-cases its input."""
    normalizer = tokenizer.backend_tokenizer.normalizer
    return normalizer is not None and "A" not in normalizer.normalize_str("A")


def vocabulary_is_cased(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the vocabulary has pieces with upper-case letters, apart from special ones."""
    pieces = set(tokenizer.get_vocab()) - set(tokenizer.all_special_tokens)
    pieces = {piece for piece in pieces if not (piece[0] in "[<" and piece[-1] in "]>" and len(piece) > 2)}
    if any(piece.startswith("Ġ") for piece in pieces):  # byte-level: every byte has a piece, and Ġ is a space
        return any(len(piece) > 1 and any("A" <= c <= "Z" for c in piece) for piece in pieces)
    return any(piece != piece.lower() for piece in pieces)
