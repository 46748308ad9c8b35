"""Tokenizing by words: the same ids as `tokenizers`, and the processor time beside `datasets.map`.

python benchmarks/tokenize_words.py proof FILE_OR_FOLDER ... --strings 1000000   # real texts, then made-up strings
python benchmarks/tokenize_words.py speed DATASET                               # a sentence dataset of the store
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import lzma
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from tokenizers import Tokenizer

import corpora
from corpora.operations.tokens.word_cache import WordCache
from corpora.store.tokenizers import train_wordpiece, wordpiece

ROWS = 20_000
OPENERS: dict[str, Callable[..., object]] = {".bz2": bz2.open, ".gz": gzip.open, ".xz": lzma.open}
SPECIALS = ["[MASK]", "[CLS]", "[mask]", "[SEP] ", " [PAD]", "[UNK]", "[", "]", "<", ">", "<s>"]
MARKS = list("\u0301\u0308\u05b4\u093f\u0345\u200d\ufe0f\u00ad\u200b\x00\ufffd\t\n\r\x0b\x85\u00a0\u3000\u2028 '-.,·")
RANGES = [(32, 127), (160, 592), (0x370, 0x400), (0x400, 0x530), (0x590, 0x700), (0x900, 0xA00), (0xE00, 0xE80)]
RANGES += [(0x1100, 0x1200), (0x1E00, 0x2100), (0x3040, 0x3100), (0x4E00, 0x5000), (0xAC00, 0xAD00), (0x1F300, 0x1F700)]
EVERYTHING = [(1, 0xD800), (0xE000, 0x110000)]


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a file, decompressed; of a folder, those of all text files in it."""
    if path.is_dir():
        for inner in sorted(path.rglob("*.txt")):
            yield from lines_of(inner)
        return
    with OPENERS.get(path.suffix, open)(path, "rt", encoding="utf-8", errors="replace") as file:
        yield from (line.rstrip("\n") for line in file)


def made_up(number: int) -> Iterator[str]:
    """Random strings: letters of many scripts, any code point, marks, odd spaces, special tokens and near misses."""
    draw = random.Random(0)
    for _ in range(number):
        ranges = draw.choice([RANGES[:1], RANGES, EVERYTHING])
        parts = []
        for _ in range(draw.randint(1, 12)):
            kind = draw.random()
            low, high = draw.choice(ranges)
            letters = "".join(map(chr, (draw.randrange(low, high) for _ in range(draw.randint(0, 7)))))
            parts.append(letters if kind < 0.7 else draw.choice(MARKS) if kind < 0.93 else draw.choice(SPECIALS))
            parts.append(" " * draw.choice([0, 1, 1, 1, 2]))
        yield "".join(character for part in parts for character in part if not 0xD800 <= ord(character) < 0xE000)


def differences(cache: WordCache, tokenizer: Tokenizer, texts: Sequence[str]) -> int:
    """How many of the texts have other ids by words than from the tokenizer."""
    ours = cache.encode(texts)
    theirs = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    rows = zip(theirs, ours.offsets[:-1].tolist(), ours.offsets[1:].tolist(), strict=True)
    return sum(encoding.ids != ours.values[start:stop].tolist() for encoding, start, stop in rows)


def proof(paths: Sequence[Path], strings: int, longest: int) -> None:
    """Compare ids over real texts and over made-up strings, uncased and cased."""
    letters = sorted({c for path in paths for line in islice(lines_of(path), 2_000) for c in line if c.isalnum()})
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    ascii_marks = [chr(code) for code in range(33, 127) if not chr(code).isalnum()]
    pieces = dict.fromkeys([*specials, *ascii_marks, "“", "”", "’", "—", *letters, *("##" + c for c in letters)])
    for casing in ("uncased", "cased"):
        known = [p for p in pieces if casing == "cased" or p in specials or p == p.lower()]
        tokenizer = wordpiece(known, casing, "the benchmark's pieces")
        cache = WordCache(tokenizer)
        sources = [(str(path.name), lines_of(path)) for path in paths]
        for name, lines in [*sources, ("made-up strings", made_up(strings))]:
            texts = size = wrong = 0
            whole = cache.whole_texts
            for block in batched_rows(lines):
                wrong += differences(cache, tokenizer, block)
                texts, size = texts + len(block), size + sum(len(text.encode()) for text in block)
                if size > longest:
                    break
            share = 1 - (cache.whole_texts - whole) / max(texts, 1)
            print(
                f"{casing:8} {name[:52]:52} {size / 1e6:7.1f} MB {texts:9,} texts "
                f"{share:6.1%} by words  {wrong} differences",
                flush=True,
            )


def batched_rows(lines: Iterator[str]) -> Iterator[list[str]]:
    """Lists of up to 20,000 lines."""
    while block := list(islice(lines, ROWS)):
        yield block


def speed(name: str) -> None:
    """Processor time per step over one dataset's sentences: `datasets.map`, `tokenizers` alone, and by words."""
    import datasets

    dataset = corpora.open(name)
    tokenizer = train_wordpiece(dataset, 30_522, "uncased", lambda *_: None)
    texts = [text for batch in dataset.batches() for text in batch["text"].to_pylist()]
    blocks = [texts[start : start + ROWS] for start in range(0, len(texts), ROWS)]
    cache = WordCache(tokenizer)

    def by_map() -> None:
        def encode(rows: dict[str, list[str]]) -> dict[str, list[list[int]]]:
            encodings = tokenizer.encode_batch(rows["text"], add_special_tokens=False)
            return {"input_ids": [encoding.ids for encoding in encodings]}

        with tempfile.TemporaryDirectory() as folder:
            table = datasets.Dataset.from_dict({"text": texts})
            table.map(encode, batched=True, remove_columns=["text"], cache_file_name=f"{folder}/map.arrow")

    def alone() -> None:
        for block in blocks:
            [e.ids for e in tokenizer.encode_batch_fast(block, add_special_tokens=False)]

    def by_words() -> None:
        for block in blocks:
            cache.encode(block)

    datasets.disable_progress_bars()
    steps = {"datasets.map(batched)": by_map, "tokenizers alone": alone, "by words, empty cache": by_words}
    steps["by words, full cache"] = by_words
    seconds = {step: timed(run) for step, run in steps.items()}
    tokens = sum(len(cache.encode(block).values) for block in blocks)
    print(f"{len(texts):,} sentences, {tokens:,} tokens, one core, processor time")
    for step, took in seconds.items():
        ratio = seconds["datasets.map(batched)"] / took
        print(f"{step:24} {took:7.2f} s  {tokens / took / 1e6:6.2f} M tokens/s  {ratio:5.1f} x datasets.map")


def timed(run: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    before = time.process_time()
    run()
    return time.process_time() - before


def main() -> None:
    """Run what the first word asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["proof", "speed"])
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--strings", type=int, default=1_000_000)
    parser.add_argument("--longest", type=int, default=100_000_000, help="bytes of each input that are compared")
    arguments = parser.parse_args()
    if arguments.what == "proof":
        proof([Path(text) for text in arguments.inputs], arguments.strings, arguments.longest)
    else:
        speed(arguments.inputs[0])


if __name__ == "__main__":
    main()
