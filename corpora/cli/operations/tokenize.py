"""`corpora tokenize DATASET`: turn sentences into sequences of token ids."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from corpora.cli.console import bars
from corpora.cli.shared import AsJson, DatasetName, ExecutorName, Name, tell

Tokenizer = Annotated[str | None, typer.Option(help="A tokenizer.json, a vocab.txt, a folder with one, or a hub id.")]
Train = Annotated[int | None, typer.Option(help="Instead, train a WordPiece vocabulary of this size.", min=10)]
Like = Annotated[str | None, typer.Option(help="Instead, use the tokenizer of this token dataset.")]
Casing = Annotated[
    Literal["uncased", "cased"] | None, typer.Option(help="For a vocab.txt or --train (by default uncased).")
]
Unit = Annotated[
    str,
    typer.Option(
        help="What becomes a sequence: sentence, paragraph, or packed:N (consecutive sentences of a document, joined "
        "up to N tokens; the last row of a document and of each 65,536 sentences can be shorter)."
    ),
]
MinTokens = Annotated[int, typer.Option(help="Drop shorter sequences, counted with [CLS] and [SEP].", min=1)]
MaxTokens = Annotated[int, typer.Option(help="Split longer sequences, counted with [CLS] and [SEP].", min=3)]
SpecialTokensInText = Annotated[
    Literal["text", "keep"],
    typer.Option(
        help="What a literal [MASK] or <s> in a sentence becomes: ordinary text, or the control token (keep)."
    ),
]


def tokenize(
    dataset: DatasetName,
    tokenizer: Tokenizer = None,
    train: Train = None,
    like: Like = None,
    casing: Casing = None,
    unit: Unit = "sentence",
    min_tokens: MinTokens = 1,
    max_tokens: MaxTokens = 512,
    special_tokens_in_text: SpecialTokensInText = "text",
    name: Name = None,
    executor: ExecutorName = "serial",
    json: AsJson = False,
) -> None:
    """Turn sentences into sequences of token ids.

    The study's lengths: --min-tokens 12 --max-tokens 512.
    """
    from corpora.operations import tokenize

    with bars() as progress:
        made = tokenize(
            dataset,
            tokenizer=tokenizer,
            train=train,
            like=like,
            casing=casing,
            unit=unit,
            min_tokens=min_tokens,
            max_tokens=max_tokens,
            special_tokens_in_text=special_tokens_in_text,
            name=name,
            executor=executor,
            progress=progress,
        )
    tell(made, as_json=json)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Make datasets")(tokenize)
