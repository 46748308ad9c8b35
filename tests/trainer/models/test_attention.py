"""Sequences that are packed next to each other do not see each other."""

from __future__ import annotations

from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from transformers import DistilBertConfig, DistilBertForMaskedLM, RobertaConfig, RobertaForMaskedLM

from trainer import ModelError
from trainer.data.packing import pack
from trainer.models.attention import Group, groups_of, packed_attention
from trainer.models.families import layers_of, packed_logits, place_of, states, use_packed_attention


def family(name: str, make: ModuleType) -> Any:
    sizes = {"vocab_size": make.VOCABULARY, "pad_token_id": 0}
    torch.manual_seed(0)
    if name == "bert":
        return make.bert(2)
    if name == "distilbert":
        return DistilBertForMaskedLM(DistilBertConfig(dim=16, n_layers=2, n_heads=2, hidden_dim=32, **sizes))
    shape = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    return RobertaForMaskedLM(RobertaConfig(**sizes, **shape, max_position_embeddings=40))


@pytest.mark.parametrize("name", ["bert", "roberta", "distilbert"])
def test_packed_sequences_give_what_they_give_one_by_one(name: str, make: ModuleType) -> None:
    model, packed = family(name, make).double().train(False), make.packed(12)
    with torch.no_grad():
        offsets = packed.offsets.tolist()
        alone = [model(packed.input_ids[a:b].unsqueeze(0)).logits[0] for a, b in pairwise(offsets)]
        use_packed_attention(model)
        assert packed_logits(model, packed) == pytest.approx(torch.cat(alone), abs=1e-12)


@pytest.mark.parametrize("name", ["bert", "roberta", "distilbert"])
def test_gradients_too_are_those_of_one_by_one(name: str, make: ModuleType) -> None:
    model, packed = family(name, make).double().train(False), make.packed(12)
    weights = torch.randn(packed.tokens, make.VOCABULARY, dtype=torch.float64)
    for start, stop in pairwise(packed.offsets.tolist()):
        (model(packed.input_ids[start:stop].unsqueeze(0)).logits[0] * weights[start:stop]).sum().backward()
    alone = make.gradients(model)
    model.zero_grad()
    use_packed_attention(model)
    (packed_logits(model, packed) * weights).sum().backward()
    assert make.gradients(model) == pytest.approx(alone, abs=1e-11)


def test_every_token_is_in_one_group_and_no_group_is_padded_by_more_than_a_quarter() -> None:
    lengths = tuple(sorted([3, 3, 4, 9, 10, 11, 50, 60, 61, 512]))
    groups = list(groups_of(lengths, torch.device("cpu")))
    assert [group.start for group in groups[1:]] == [group.stop for group in groups[:-1]]
    assert groups[-1].stop == sum(lengths)
    assert all(group.sequences * group.longest <= 1.25 * (group.stop - group.start) for group in groups)


@pytest.mark.parametrize("lengths", [(3, 3, 4, 9, 10, 11, 50), (5, 5, 9, 9), (7,)])
def test_all_groups_are_padded_at_once_as_one_after_the_other(lengths: tuple[int, ...]) -> None:
    groups = groups_of(lengths, torch.device("cpu"))
    states = torch.randn(sum(lengths), 2, 3, requires_grad=True)
    blocks = groups.padded(states)
    for group, block in zip(groups, blocks, strict=True):
        assert torch.equal(block, group.padded(states))
        assert torch.equal(group.flat(block), states[group.start : group.stop])
    assert torch.equal(groups.flat(blocks), states)
    slope = torch.randn_like(states)
    groups.flat([block * 2 for block in blocks]).backward(slope)
    assert states.grad is not None
    assert torch.equal(states.grad, 2 * slope)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # torch's compiler warns of itself
def test_a_compiled_layer_is_not_compiled_anew_for_another_number_of_groups(make: ModuleType) -> None:
    from torch._dynamo.testing import CompileCounter

    model, compiler, counts = make.bert(1), CompileCounter(), []
    use_packed_attention(model)
    layers_of(model)[0].compile(dynamic=True, backend=compiler)
    for lengths in [(3, 4), (3, 9), (2, 5, 11), (2, 4, 8, 14), (1, 3, 6, 10, 17)]:
        packed = pack([np.full(n, 7) for n in lengths], np.arange(len(lengths)), first_id=2, last_id=3)
        groups = groups_of(packed.lengths, torch.device("cpu"))
        states(model, packed, groups, ())
        counts.append((len(list(groups)), compiler.frame_count))
    assert counts == [(number, counts[0][1]) for number in range(1, 6)]


def test_dropout_in_attention_is_on_in_training_and_off_outside(make: ModuleType) -> None:
    model, packed = make.bert(1, dropout=0.5), make.packed()
    use_packed_attention(model)
    once, again = packed_logits(model.train(), packed), packed_logits(model, packed)
    assert not torch.equal(once, again)
    assert torch.equal(packed_logits(model.train(False), packed), packed_logits(model, packed))


def test_hidden_states_and_projections_can_be_asked_for_by_layer(make: ModuleType) -> None:
    model, packed = make.bert(2).train(False), make.packed()
    use_packed_attention(model)
    groups = groups_of(packed.lengths, torch.device("cpu"))
    found = states(model, packed, groups, ["hidden:0", "hidden:2", "hidden:-1", "query:1", "value:-1"])
    assert torch.equal(found["hidden:2"], found["hidden:-1"])
    assert torch.equal(found["query:1"], model.bert.encoder.layer[0].attention.self.query(found["hidden:0"]))
    assert found["value:-1"].shape == (packed.tokens, 16)


@pytest.mark.parametrize("need", ["hidden:3", "query:0", "mood:1", "hidden:x"])
def test_what_a_model_does_not_have_is_an_error_that_names_it(need: str, make: ModuleType) -> None:
    with pytest.raises(ModelError, match=need):
        place_of(make.bert(2), need)


@pytest.mark.parametrize("autocast", [False, True])
def test_in_bf16_on_a_cpu_attention_is_that_of_float32_rounded(autocast: bool) -> None:
    torch.manual_seed(0)
    groups = groups_of((3, 5, 5, 6), torch.device("cpu"))
    query, key, value = (torch.randn(1, 2, 19, 8).bfloat16() for _ in range(3))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
        made, _ = packed_attention(nn.Module(), query, key, value, groups=groups)
    exact, _ = packed_attention(nn.Module(), query.float(), key.float(), value.float(), groups=groups)
    assert made.dtype == torch.bfloat16
    assert torch.equal(made, exact.bfloat16())


def test_in_bf16_a_bias_reads_queries_and_keys_in_bf16() -> None:
    groups = groups_of((4, 4), torch.device("cpu"))
    query, key, value = (torch.randn(1, 2, 8, 8).bfloat16() for _ in range(3))

    def scores(group: Group, queries: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
        assert queries.dtype == keys.dtype == torch.bfloat16
        return queries @ keys.transpose(-1, -2)

    made, _ = packed_attention(nn.Module(), query, key, value, groups=groups, bias=scores)
    assert bool(made.isfinite().all())
