"""Each family gives on packed tokens what transformers gives for one sequence at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import torch
import transformers

from corpora import PluginError
from corpora.testing import ContractBroken
from trainer import Family, ModelError, family_of, registry
from trainer.builtin.families.bert import Bert
from trainer.models.family_lookup import known_families
from trainer.testing import check_family

SHAPE: dict[str, Any] = {
    "vocab_size": 60, "hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 32,
    "max_position_embeddings": 40,
}  # fmt: skip
DISTILBERT = {"vocab_size": 60, "dim": 16, "n_layers": 3, "n_heads": 2, "hidden_dim": 32, "max_position_embeddings": 40}


def model_of(kind: str, **options: Any) -> Any:
    """A tiny model of a kind, with random weights that are large enough for every part to matter."""
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(kind, **options)
    model: Any = transformers.AutoModelForMaskedLM.from_config(config)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return model


LOCAL = {"local_attention": 8, "pad_token_id": 0, "layer_types": None, "global_attn_every_n_layers": 2}
DEBERTA = {
    "relative_attention": True, "pos_att_type": "p2c|c2p", "position_buckets": 6, "max_relative_positions": 30,
}  # fmt: skip
MODELS = {
    "bert": ("bert", "bert", SHAPE),
    "roberta": ("roberta", "roberta", SHAPE | {"pad_token_id": 1}),
    "xlm-roberta": ("roberta", "xlm-roberta", SHAPE | {"pad_token_id": 1}),
    "camembert": ("roberta", "camembert", SHAPE | {"pad_token_id": 1}),
    "distilbert": ("distilbert", "distilbert", DISTILBERT),
    "modernbert": ("modernbert", "modernbert", SHAPE | LOCAL),
    "modernbert with biases": (
        "modernbert", "modernbert",
        SHAPE | LOCAL | {"attention_bias": True, "mlp_bias": True, "norm_bias": True, "classifier_bias": True},
    ),
    "modernbert without a bias or ties": (
        "modernbert", "modernbert", SHAPE | LOCAL | {"decoder_bias": False, "tie_word_embeddings": False},
    ),
    "electra": ("electra", "electra", SHAPE | {"embedding_size": 8}),
    "electra as wide as its embeddings": ("electra", "electra", SHAPE | {"embedding_size": 16}),
    "deberta-v2": (
        "deberta-v2", "deberta-v2",
        SHAPE | DEBERTA | {"conv_kernel_size": 3, "type_vocab_size": 2, "embedding_size": 8},
    ),
    "deberta-v3": (
        "deberta-v2", "deberta-v2",
        SHAPE | DEBERTA | {"share_att_key": True, "norm_rel_ebd": "layer_norm", "position_biased_input": False,
                           "legacy": False},
    ),
    "deberta with one kind of position": ("deberta-v2", "deberta-v2", SHAPE | DEBERTA | {"pos_att_type": ["p2c"]}),
    "deberta of absolute positions": ("deberta-v2", "deberta-v2", SHAPE),
    "mpnet": ("mpnet", "mpnet", SHAPE),
}  # fmt: skip
"""Each case: the name of the family, the `model_type`, and options of the configuration."""


@pytest.mark.parametrize("case", MODELS)
def test_packed_results_states_and_students_are_those_of_transformers(case: str) -> None:
    name, kind, options = MODELS[case]
    check_family(registry.find("families", name), model_of(kind, **options), longest=24)  # type: ignore[arg-type]


def test_a_model_of_no_family_is_refused_with_those_that_are_known() -> None:
    model = transformers.GPT2Model(transformers.GPT2Config(n_layer=1, n_embd=8, n_head=2, vocab_size=10))
    with pytest.raises(ModelError, match="gpt2 is not a known family; known: bert, camembert, "):
        family_of(model)


def test_a_decoder_of_a_known_family_is_refused() -> None:
    with pytest.raises(ModelError, match="this bert model cannot be trained: its is_decoder is true"):
        family_of(model_of("bert", **SHAPE, is_decoder=True))


@dataclass(frozen=True)
class Broken(Bert):
    """Breaks one promise."""

    name: ClassVar[str] = "broken"
    model_types: ClassVar[tuple[str, ...]] = ("ernie",)


@dataclass(frozen=True)
class Forgetful(Broken):
    """Does not name a part of its layers."""

    layer_parts: ClassVar[Mapping[str, str]] = {k: v for k, v in Bert.layer_parts.items() if k != "value"}


@dataclass(frozen=True)
class Displaced(Broken):
    """Counts positions from 1."""

    def first_position(self, config: Any) -> int:
        """One too many."""
        return 1


@dataclass(frozen=True)
class Headstrong(Broken):
    """Finds a head in everything."""

    def has_head(self, tensors: Any) -> bool:
        """Always."""
        return True


BROKEN = {
    Forgetful: "does not get the teacher's .*attention.self.value.weight",
    Displaced: "logits on packed tokens differ by .* from those of each sequence alone; at most 1e-12 is allowed",
    Headstrong: "has_head finds a head in the weights of a body alone",
}


@pytest.mark.parametrize("cls", BROKEN)
def test_a_family_that_breaks_a_promise_is_found(cls: type[Family], offered: Any) -> None:
    offered(cls)
    with pytest.raises(ContractBroken, match=BROKEN[cls]):
        check_family(cls, model_of("ernie", **SHAPE))


def test_two_families_of_one_model_type_are_an_error_that_names_both(offered: Any) -> None:
    @dataclass(frozen=True)
    class Second(Bert):
        """Covers what BERT covers."""

        name: ClassVar[str] = "second"
        model_types: ClassVar[tuple[str, ...]] = ("bert",)

    offered(Second)
    with pytest.raises(PluginError, match="two families cover bert: bert and second"):
        known_families()


@pytest.fixture
def offered() -> Any:
    """Offer a family for the time of a test."""
    from trainer import hookimpl
    from trainer.models import family_lookup as lookup

    plugins = []

    def offer(cls: type[Family]) -> None:
        class Plugin:
            @hookimpl
            def trainer_families(self) -> list[type[Family]]:
                return [cls]

        plugins.append(Plugin())
        registry.manager.register(plugins[-1])

    yield offer
    for plugin in plugins:
        registry.manager.unregister(plugin)
    lookup._FOUND.clear()
