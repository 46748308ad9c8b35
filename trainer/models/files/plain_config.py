"""Read simple configurations without transformers, which takes seconds to import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace

SIZES = {
    "bert": ("num_hidden_layers", "hidden_size", "num_attention_heads", "intermediate_size"),
    "distilbert": ("n_layers", "dim", "n_heads", "hidden_dim"),
}
"""By `model_type`, the keys for layers, width, heads and feed-forward width; all are required."""
STATED = ("vocab_size", "max_position_embeddings")


def _whole(value: object) -> bool:
    return type(value) is int and value >= 0


def _real(value: object) -> bool:
    return type(value) is float and 0 <= value <= 1


def _flag(value: object) -> bool:
    return type(value) is bool


def _text(value: object) -> bool:
    return isinstance(value, str)


def _only(*allowed: object) -> Callable[[object], bool]:
    return lambda value: any(type(value) is type(one) and value == one for one in allowed)


_PLAIN: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys((*STATED, *SIZES["bert"], *SIZES["distilbert"], "type_vocab_size"), _whole),
    **dict.fromkeys(("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout"), _real),
    **dict.fromkeys(("qa_dropout", "seq_classif_dropout", "initializer_range", "layer_norm_eps"), _real),
    **dict.fromkeys(("use_cache", "gradient_checkpointing", "sinusoidal_pos_embds"), _flag),
    **dict.fromkeys(("tie_word_embeddings", "tie_weights_"), _flag),
    **dict.fromkeys(("is_decoder", "add_cross_attention", "output_past"), _only(False)),
    **dict.fromkeys(("classifier_dropout", "bos_token_id", "eos_token_id"), _only(None)),
    **dict.fromkeys(("model_type", "_name_or_path", "transformers_version"), _text),
    **dict.fromkeys(("hidden_act", "activation"), _only("gelu", "relu")),
    **dict.fromkeys(("dtype", "torch_dtype"), _only("float32")),
    "architectures": lambda value: isinstance(value, list) and all(map(_text, value)),
    "position_embedding_type": _only("absolute"),
    "pad_token_id": _only(0),
}
"""The values of each key that transformers accepts without deriving anything else from them."""


def plain_config(config: Mapping[str, object]) -> SimpleNamespace | None:
    """A BERT or DistilBERT configuration with its values as attributes; None if transformers must read it.

    Args:
        config: the content of `config.json`.
    """
    sizes = SIZES.get(str(config.get("model_type")), ())
    if not sizes or any(name not in config for name in (*sizes, *STATED)):
        return None
    if not all(name in _PLAIN and _PLAIN[name](value) for name, value in config.items()):
        return None
    width, heads = (config[sizes[place]] for place in (1, 2))
    if not (isinstance(width, int) and isinstance(heads, int) and heads and width % heads == 0):
        return None
    return SimpleNamespace(**config)
