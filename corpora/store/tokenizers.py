"""Tokenizers: loaded from a file, a folder or the hub, made from a vocabulary, or trained on a dataset."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from corpora.errors import CorporaError, InputError, OptionError
from corpora.execution import Progress
from corpora.store.dataset import TOKENIZER_FILE, Dataset

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Casing = Literal["uncased", "cased"]
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


LONGEST_BYTES = 100_000_000
"""Larger files are refused; the largest vocabularies in use, with 256,000 pieces, take about 35 MB."""


def load_tokenizer(where: str, casing: Casing | None) -> Tokenizer:
    """Load a tokenizer from a file, a folder or the hub, and switch truncation and padding off.

    Args:
        where: a `tokenizer.json`, a WordPiece `vocab.txt`, a folder with one of them, or a hub id.
        casing: whether a `vocab.txt` lower-cases text; None infers it from the pieces. Ignored for other tokenizers.

    Raises:
        InputError: the path does not exist, or cannot be read as a tokenizer.
        OptionError: `casing` is `uncased`, but the vocabulary has upper-case pieces.
    """
    from tokenizers import Tokenizer

    path = Path(where).expanduser()
    if path.is_dir():
        files = [path / name for name in (TOKENIZER_FILE, "vocab.txt") if (path / name).exists()]
        if not files:
            raise InputError(f"{path} contains neither {TOKENIZER_FILE} nor vocab.txt")
        path = files[0]
    if path.is_file():
        _check_size(path.stat().st_size, str(path))
    elif path.exists():  # a pipe or a device may never end
        raise InputError(f"the tokenizer {path} is not a regular file")
    try:
        if path.suffix == ".txt" and path.exists():
            tokenizer = wordpiece(path.read_text(encoding="utf-8").split("\n"), casing, str(path))
        elif path.exists():
            tokenizer = tokenizer_of(path.read_text(encoding="utf-8"), str(path))
        elif where.startswith((".", "/", "~")) or where.count("/") > 1 or path.suffix:
            raise InputError(f"the tokenizer {where} does not exist")
        else:
            tokenizer = Tokenizer.from_pretrained(where)
        return _plain(tokenizer)
    except CorporaError:
        raise
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise InputError(f"the tokenizer {where} cannot be read: {error}") from error
    except Exception as error:
        if type(error) is not Exception:  # tokenizers raises the bare class
            raise
        raise InputError(f"the tokenizer {where} cannot be read: {error}") from error


def tokenizer_of(text: str, where: str) -> Tokenizer:
    """A tokenizer from the text of its `tokenizer.json`, without truncation or padding.

    Args:
        text: the JSON.
        where: where the text is from, for the error message.

    Raises:
        InputError: it is not a tokenizer.
    """
    from tokenizers import Tokenizer

    _check_size(len(text), where)
    try:
        return _plain(Tokenizer.from_str(text))
    except Exception as error:
        if type(error) not in (Exception, ValueError):  # tokenizers raises the bare class
            raise
        raise InputError(f"the tokenizer {where} cannot be read: {error}") from error


def _check_size(size_bytes: int, where: str) -> None:
    if size_bytes > LONGEST_BYTES:
        said, most = f"{size_bytes / 1e6:,.0f} MB", f"{LONGEST_BYTES / 1e6:,.0f} MB"
        raise InputError(
            f"the tokenizer {where} has {said}; the limit is {most}, which is more than any vocabulary in use needs"
        )


def _plain(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.no_truncation()
    tokenizer.no_padding()
    try:
        tokenizer.encode("a \U0010ffff")  # raises if the token for unknown characters is missing
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of the Rust library; it is not an Exception
            raise
        raise ValueError(f"its parts are inconsistent ({error})") from error
    return tokenizer


def wordpiece(pieces: list[str], casing: Casing | None, where: str) -> Tokenizer:
    """BERT's tokenizer for a list of word pieces.

    Args:
        pieces: in the order of their ids; empty ones at the end are ignored.
        casing: whether text is lower-cased; None infers it: uncased if no piece has an upper-case letter.
        where: where the pieces are from, for error messages.

    Raises:
        InputError: [UNK], [CLS] or [SEP] is missing.
        OptionError: `casing` is `uncased`, but there are upper-case pieces.
    """
    from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import WordPiece

    while pieces and not pieces[-1]:
        pieces = pieces[:-1]
    missing = [special for special in ("[UNK]", "[CLS]", "[SEP]") if special not in pieces]
    if missing:
        raise InputError(f"{where} has no {', '.join(missing)}; it is not a WordPiece vocabulary")
    upper = any(piece != piece.lower() for piece in pieces if not re.fullmatch(r"\[\w+\]", piece))
    if casing == "uncased" and upper:
        raise OptionError(f"{where} contains upper-case pieces, so it is a cased vocabulary; use --casing cased")
    lowercase = casing == "uncased" if casing else not upper
    ids = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(WordPiece(ids, unk_token="[UNK]"))
    tokenizer.add_special_tokens([special for special in SPECIALS if special in ids])
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(special, ids[special]) for special in ("[CLS]", "[SEP]")],
    )
    return tokenizer


def train_wordpiece(dataset: Dataset, size: int, casing: Casing, progress: Progress) -> Tokenizer:
    """Train a WordPiece vocabulary on a sentence dataset; the same dataset always gives the same pieces.

    The library's own WordPiece trainer numbers its initial pieces in hash-table order, so ties are broken differently
    in each run. Instead, byte-pair merges are learnt over words that begin with a mark, and the merged strings become
    pieces: those with the mark begin a word, the others continue one and get a `##`.

    Args:
        dataset: sentences.
        size: the number of pieces, including the five special ones; a small corpus may give fewer.
        casing: `uncased` lower-cases the text and strips accents.
        progress: is called before and after training.
    """
    from tokenizers import Tokenizer, normalizers, pre_tokenizers, trainers
    from tokenizers.models import BPE

    progress("train tokenizer", 0, None, f"{size:,} pieces")
    learner = Tokenizer(BPE())
    learner.normalizer = normalizers.BertNormalizer(lowercase=casing == "uncased")
    marked = pre_tokenizers.Metaspace(replacement=WORD_MARK, prepend_scheme="always")
    learner.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.BertPreTokenizer(), marked])
    letters = max(10, min(MOST_LETTERS, size // 4))
    trainer = trainers.BpeTrainer(vocab_size=size + letters, limit_alphabet=letters, show_progress=False)
    texts = (batch["text"].to_pylist() for batch in dataset.batches())
    learner.train_from_iterator(texts, trainer, length=dataset.rows)
    pieces = _word_pieces(learner.get_vocab(), size)
    progress("train tokenizer", 1, 1, f"{len(pieces):,} pieces")
    return wordpiece(pieces, casing, "the trained vocabulary")


WORD_MARK = "\u2581"
MOST_LETTERS = 1000
"""Only the thousand most frequent characters become pieces; others become [UNK], as in BERT's own vocabularies."""


def _word_pieces(merged: dict[str, int], size: int) -> list[str]:
    """The special pieces, each letter as the start and as the continuation of a word, then merges in order."""
    products = sorted(merged, key=merged.__getitem__)
    letters = sorted(product for product in products if len(product) == 1 and product != WORD_MARK)
    begins = [
        product[1:] if product[0] == WORD_MARK else f"##{product}" for product in products if product != WORD_MARK
    ]
    return list(dict.fromkeys([*SPECIALS, *letters, *(f"##{letter}" for letter in letters), *begins]))[:size]
