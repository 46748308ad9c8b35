"""Turn a sentence dataset into sequences of token ids, with any tokenizer or with one trained on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa

from corpora.assemble import Rows, Work, assemble, written_parts
from corpora.blocks import Piece, list_array, tokens_schema
from corpora.component import split_short
from corpora.counting import Vocabulary
from corpora.dataset import TOKENIZER_FILE, Dataset
from corpora.durable import write_stream, write_text
from corpora.errors import CorporaError, InputError, OptionError
from corpora.executors import Executor
from corpora.hashing import sha256_of
from corpora.manifest import Manifest, Plan
from corpora.paragraphs import units, whole_paragraphs
from corpora.progress import Progress, silent
from corpora.records import Sequences
from corpora.store import Store

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Casing = Literal["uncased", "cased"]
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VERSIONS = {"paragraph": 2}
"""What changes a unit's rows raises its number: paragraphs once ended where their block ended."""
SPECIALS_A_SEQUENCE = 2
"""[CLS] and [SEP], which the trainer adds and which all limits count."""


def tokenize(
    dataset: Dataset | str,
    *,
    tokenizer: str | Path | None = None,
    train: int | None = None,
    casing: Casing | None = None,
    unit: str = "sentence",
    min_tokens: int = 1,
    max_tokens: int = 512,
    name: str | None = None,
    executor: Executor | str = "serial",
    store: Store | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Turn a sentence dataset into sequences of token ids.

    Args:
        tokenizer: a `tokenizer.json`, a WordPiece `vocab.txt`, a folder with one of them, or a hub id.
        train: instead, train a WordPiece vocabulary of this many pieces on the dataset.
        casing: whether the tokenizer lower-cases; needed for a trained one (default uncased) and for a
            `vocab.txt`, where it is read from the pieces if it is not given.
        unit: what becomes a sequence: `sentence`, `paragraph`, or `packed:N` (sentences of a document
            joined up to N tokens; begun anew with each block of the dataset).
        min_tokens: shorter sequences are dropped. Counts, like the next, [CLS] and [SEP].
        max_tokens: longer sequences are cut into pieces of at most this many.

    Raises:
        OptionError: settings that contradict each other.
        InputError: the tokenizer cannot be read.
    """
    work = Work.here(store, executor, progress)
    parent = work.open(dataset)
    parent.need("sentences", "tokenize")
    if (tokenizer is None) == (train is None):
        raise OptionError("tokenize takes either a tokenizer (FILE, DIR or hub id) or --train SIZE")
    if not min_tokens <= max_tokens or max_tokens <= SPECIALS_A_SEQUENCE:
        raise OptionError(f"--min-tokens {min_tokens} and --max-tokens {max_tokens} leave no sequence that fits")
    settings = {"unit": _checked_unit(unit, max_tokens), "min_tokens": min_tokens, "max_tokens": max_tokens}
    loaded = None if tokenizer is None else load_tokenizer(str(tokenizer), casing)
    decides = {"train": train, "casing": casing or "uncased"} if loaded is None else {}
    inputs = () if loaded is None else ((TOKENIZER_FILE, sha256_of(json.loads(loaded.to_str()))),)
    table = {
        "tokenize": parent.name,
        "tokenizer": str(tokenizer) if tokenizer else None,
        "casing": casing,
        "train": train,
    }
    table |= {"unit": unit, "min-tokens": min_tokens, "max-tokens": max_tokens}
    plan = Plan(
        action="tokenize",
        components=(
            {
                "kind": "tokenizers",
                "name": "wordpiece",
                "version": VERSIONS.get(unit, 1),
                "uses": {"tokenizers": _tokenizers_version()},
            },
        ),
        settings=settings | decides,
        parents=(parent.fingerprint,),
        inputs=inputs,
        recipe={key: value for key, value in table.items() if value is not None},
    )
    name = name or f"{parent.name}-tokens"

    def write(staging: Path) -> Manifest:
        made = loaded or train_wordpiece(parent, int(train or 0), casing or "uncased", progress)
        return _write(staging, name, plan, parent, made, work)

    return work.add(name, plan, write)


def _write(staging: Path, name: str, plan: Plan, parent: Dataset, tokenizer: Tokenizer, work: Work) -> Manifest:
    saved = staging / TOKENIZER_FILE
    if not saved.exists():
        write_text(saved, tokenizer.to_str(pretty=True))
    text = saved.read_text(encoding="utf-8")
    vocabulary = Vocabulary(text)
    schema = tokens_schema(len(vocabulary.pieces))
    (staging / "parts").mkdir(exist_ok=True)
    pieces = parent.pieces()
    task = TokenizeTask(
        staging / "parts",
        vocabulary,
        schema,
        tuple(pieces) if plan.settings["unit"] == "paragraph" else (),
        **{key: plan.settings[key] for key in ("unit", "min_tokens", "max_tokens")},
    )
    accounting: dict[str, Any] = {"sentences": parent.rows}
    batches = written_parts(work, task, pieces, "tokenize", accounting)
    rows = Rows(schema, batches, parents=(parent,), accounting=accounting)
    return assemble(staging, name, plan, rows, work)


@dataclass(frozen=True)
class TokenizeTask:
    """Tokenizes one piece of a sentence dataset."""

    folder: Path
    vocabulary: Vocabulary
    schema: pa.Schema
    pieces: tuple[Piece, ...]
    """All of the dataset where paragraphs are asked for: one may go on in the next piece."""
    unit: str
    min_tokens: int
    max_tokens: int

    def __call__(self, piece: Piece) -> tuple[Path, dict[str, int]]:
        """Write the piece's sequences, and count what was dropped and split."""
        path = self.folder / f"tokens-{piece.block_number:07d}.arrow"
        counts = path.with_suffix(".json")
        if not (path.exists() and counts.exists()):
            tally = {"sequences": 0, "dropped": 0, "split": 0}
            write_stream(path, self.schema, self._batches(piece, tally))
            write_text(counts, json.dumps(tally))
        return path, json.loads(counts.read_text(encoding="utf-8"))

    def _batches(self, piece: Piece, tally: dict[str, int]) -> Iterator[pa.RecordBatch]:
        for batch in whole_paragraphs(piece, self.pieces) if self.pieces else (b for _, _, b in piece.batches()):
            texts, documents = units(batch, self.unit)
            encoded = self._encode(texts)
            if self.unit.startswith("packed:"):
                encoded, documents = pack(encoded, documents, int(self.unit.partition(":")[2]) - SPECIALS_A_SEQUENCE)
            block, origin = fit(encoded, self.min_tokens - SPECIALS_A_SEQUENCE, self.max_tokens - SPECIALS_A_SEQUENCE)
            kept = np.bincount(origin, minlength=len(encoded))
            tally["sequences"] += len(encoded)
            tally["dropped"] += int((kept == 0).sum())
            tally["split"] += int((kept > 1).sum())
            column = pa.array(documents, pa.large_string()).take(pa.array(origin))
            yield pa.RecordBatch.from_arrays(
                [list_array(block, self.schema.field(0).type.value_type), column], schema=self.schema
            )

    def _encode(self, texts: list[str]) -> Sequences:
        encodings = self.vocabulary.tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        rows = [encoding.ids for encoding in encodings]
        lengths = np.fromiter(map(len, rows), np.int64, len(rows))
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        values = np.fromiter((i for row in rows for i in row), np.uint32, int(offsets[-1]))
        width = np.uint16 if self.schema.field(0).type.value_type == pa.uint16() else np.uint32
        return Sequences(values.astype(width), offsets)


def pack(block: Sequences, documents: list[str], size: int) -> tuple[Sequences, list[str]]:
    """Join consecutive rows of a document into rows of at most `size` ids; a longer row stands alone."""
    starts, room, last = [], 0, None
    for row, length in enumerate(block.lengths.tolist()):
        if documents[row] != last or length > room:
            starts.append(row)
            room, last = size, documents[row]
        room -= length
    offsets = np.append(block.offsets[starts], block.offsets[-1])
    return Sequences(block.values, offsets), [documents[row] for row in starts]


def fit(block: Sequences, shortest: int, longest: int) -> tuple[Sequences, Any]:
    """Cut rows of more than `longest` ids into pieces, then drop what is shorter than `shortest` or empty.

    Returns:
        The rows, and the row of `block` that each came from: [rows], int64.
    """
    lengths = block.lengths
    pieces = np.maximum(1, -(-lengths // longest))
    origin = np.repeat(np.arange(len(block)), pieces)
    first = np.repeat(np.cumsum(pieces) - pieces, pieces)
    starts = block.offsets[:-1][origin] + (np.arange(len(origin)) - first) * longest
    sizes = np.minimum(longest, block.offsets[1:][origin] - starts)
    keep = sizes >= max(shortest, 1)
    starts, sizes, origin = starts[keep], sizes[keep], origin[keep]
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    positions = np.repeat(starts - offsets[:-1], sizes) + np.arange(offsets[-1])
    return Sequences(block.values[positions], offsets), origin


def load_tokenizer(where: str, casing: Casing | None) -> Tokenizer:
    """A tokenizer from a file, a folder or the hub, without truncation or padding.

    Raises:
        InputError: nothing there can be read as a tokenizer.
        OptionError: `casing` contradicts the pieces.
    """
    from tokenizers import Tokenizer

    path = Path(where).expanduser()
    if path.is_dir():
        files = [path / name for name in (TOKENIZER_FILE, "vocab.txt") if (path / name).exists()]
        if not files:
            raise InputError(f"{path} holds neither {TOKENIZER_FILE} nor vocab.txt")
        path = files[0]
    try:
        if path.suffix == ".txt" and path.exists():
            tokenizer = wordpiece(path.read_text(encoding="utf-8").split("\n"), casing, str(path))
        elif path.exists():
            tokenizer = Tokenizer.from_file(str(path))
        elif where.startswith((".", "/", "~")) or where.count("/") > 1 or path.suffix:
            raise InputError(f"the tokenizer {where} does not exist")
        else:
            tokenizer = Tokenizer.from_pretrained(where)
    except CorporaError:
        raise
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise InputError(f"the tokenizer {where} cannot be read: {error}") from error
    except Exception as error:
        if type(error) is not Exception:  # tokenizers raises the bare class
            raise
        raise InputError(f"the tokenizer {where} cannot be read: {error}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def wordpiece(pieces: list[str], casing: Casing | None, where: str) -> Tokenizer:
    """BERT's tokenizer over a list of word pieces.

    Raises:
        InputError: the list has no [UNK], [CLS] or [SEP].
        OptionError: it is called uncased, and holds upper-case pieces.
    """
    from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import WordPiece

    while pieces and not pieces[-1]:
        pieces = pieces[:-1]
    missing = [special for special in ("[UNK]", "[CLS]", "[SEP]") if special not in pieces]
    if missing:
        raise InputError(f"{where} has no {', '.join(missing)}; it is no WordPiece vocabulary")
    upper = any(piece != piece.lower() for piece in pieces if not re.fullmatch(r"\[\w+\]", piece))
    if casing == "uncased" and upper:
        raise OptionError(f"{where} holds upper-case pieces; it is a cased vocabulary")
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
    """A WordPiece vocabulary trained on a sentence dataset: the same pieces for the same dataset, anywhere.

    The library's own WordPiece trainer numbers its first pieces in the order of a hash table, which breaks ties
    another way in every run. So byte-pair merges are learnt over words that begin with a mark, and their
    products become pieces: with the mark the begin of a word, without it `##` and its rest.

    Args:
        size: pieces, the five special ones counted.
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
"""Rarer letters than the first thousand become [UNK], as in BERT's own vocabularies."""


def _word_pieces(merged: dict[str, int], size: int) -> list[str]:
    """The special pieces, every letter at the begin of a word and inside, then products in the order of merging."""
    products = sorted(merged, key=merged.__getitem__)
    letters = sorted(product for product in products if len(product) == 1 and product != WORD_MARK)
    begins = [
        product[1:] if product[0] == WORD_MARK else f"##{product}" for product in products if product != WORD_MARK
    ]
    return list(dict.fromkeys([*SPECIALS, *letters, *(f"##{letter}" for letter in letters), *begins]))[:size]


def _checked_unit(unit: str, max_tokens: int) -> str:
    name, settings = split_short(unit)
    size = settings.get("", "")
    if name in ("sentence", "paragraph") and not settings:
        return name
    if name == "packed" and size.isdigit() and SPECIALS_A_SEQUENCE < int(size) <= max_tokens:
        return f"packed:{int(size)}"
    raise OptionError(f"unit is {unit!r}; it must be sentence, paragraph, or packed:N with N up to {max_tokens}")


def _tokenizers_version() -> str:
    from importlib.metadata import version

    return version("tokenizers")
