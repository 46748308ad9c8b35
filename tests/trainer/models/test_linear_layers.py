"""Linear layers and packed weights on oneDNN compute what torch's own products compute."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from trainer.models.linear_layers import FrozenLinear, OneDnnLinear, PackedMatrix, freeze, packs, use_onednn


def layers(inputs: int, outputs: int, *, bias: bool = True) -> tuple[nn.Module, nn.Module]:
    """A layer, and its copy on oneDNN where that gains."""
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Linear(inputs, outputs, bias=bias))
    changed = copy.deepcopy(plain)
    use_onednn(changed)
    if not isinstance(changed[0], OneDnnLinear):
        pytest.skip("this processor has no AVX-512, or this torch no product of oneDNN")
    return plain, changed


def output_and_gradients(layer: nn.Module, states: Tensor, slope: Tensor) -> list[Tensor]:
    states = states.clone().requires_grad_()
    layer.zero_grad()
    made = layer(states)
    made.backward(slope)
    assert states.grad is not None
    return [made.detach(), states.grad, *(weight.grad for weight in layer.parameters() if weight.grad is not None)]


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(7, 48), (3, 5, 48), (1, 48)])
def test_output_and_gradients_are_as_exact_as_torchs_own(shape: tuple[int, ...], bias: bool) -> None:
    plain, changed = layers(48, 20, bias=bias)
    states, slope = torch.randn(*shape), torch.randn(*shape[:-1], 20)
    exact = output_and_gradients(copy.deepcopy(plain).double(), states.double(), slope.double())
    made = output_and_gradients(changed, states, slope)
    assert len(made) == len(exact) == 3 + bias
    for ours, right in zip(made, exact, strict=True):
        assert ours.shape == right.shape
        assert ours.is_contiguous()
        assert ours.double() == pytest.approx(right, abs=2e-5)


def test_first_tokens_of_sequences_apart_in_memory() -> None:
    plain, changed = layers(48, 20)
    states, slope = torch.randn(5, 7, 48)[:, 0], torch.randn(5, 3, 20)[:, 1]
    exact = output_and_gradients(copy.deepcopy(plain).double(), states.double(), slope.double())
    for ours, right in zip(output_and_gradients(changed, states, slope), exact, strict=True):
        assert ours.double() == pytest.approx(right, abs=2e-5)


def test_only_what_is_trained_gets_a_gradient() -> None:
    _, changed = layers(8, 4)
    changed[0].weight.requires_grad_(False)  # type: ignore[index, union-attr]
    changed(torch.randn(3, 8)).sum().backward()
    assert [name for name, weight in changed.named_parameters() if weight.grad is not None] == ["0.bias"]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
def test_other_dtypes_stay_as_they_were(dtype: torch.dtype) -> None:
    plain, changed = layers(16, 8)
    states = torch.randn(5, 16, dtype=dtype)
    assert torch.equal(changed.to(dtype)(states), plain.to(dtype)(states))


def test_autocast_and_empty_batches_stay_as_they_were() -> None:
    plain, changed = layers(16, 8)
    states = torch.randn(5, 16)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(changed(states), plain(states))
    assert changed(states[:0]).shape == (0, 8)


def test_weights_keep_their_names_and_subclasses_their_class() -> None:
    class Own(nn.Linear):
        pass

    model = nn.ModuleDict({"one": nn.Linear(4, 4), "other": Own(4, 4)})
    names = list(model.state_dict())
    use_onednn(model)
    assert list(model.state_dict()) == names
    assert type(model["other"]) is Own


needs_packing = pytest.mark.skipif(not packs(), reason="this processor does not multiply in bf16, or torch cannot pack")


def frozen(*, bias: bool = True) -> tuple[nn.Linear, nn.Linear]:
    """A layer, and its copy with packed weights."""
    torch.manual_seed(0)
    plain = nn.Linear(48, 20, bias=bias)
    changed = copy.deepcopy(plain)
    freeze(changed)
    assert type(changed) is FrozenLinear
    return plain, changed


@needs_packing
@pytest.mark.parametrize("rows", [1, 7, 300])
def test_a_product_with_a_packed_matrix_is_the_plain_one_rounded(rows: int) -> None:
    torch.manual_seed(0)
    states, weight = torch.randn(rows, 48).bfloat16(), torch.randn(33, 48)
    exact = states.double() @ weight.bfloat16().double().T
    assert PackedMatrix(weight).product(states).double() == pytest.approx(exact, rel=2**-8, abs=1e-4)


@needs_packing
@pytest.mark.parametrize("bias", [True, False])
def test_a_frozen_layer_is_torchs_own_in_bf16(bias: bool) -> None:
    plain, changed = frozen(bias=bias)
    states = torch.randn(3, 5, 48)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        made, own = changed(states), plain(states)
    assert made.dtype == own.dtype == torch.bfloat16
    assert made.float() == pytest.approx(own.float(), rel=2**-7, abs=1e-3)


@needs_packing
def test_a_frozen_layer_sees_new_weights_and_is_copied_with_its_model() -> None:
    _, changed = frozen()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        changed(torch.randn(2, 48))
        copied = copy.deepcopy(changed)
        copied.weight.zero_()
        assert torch.equal(copied(torch.randn(2, 48)), copied.bias.bfloat16().expand(2, -1))


@needs_packing
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_frozen_layer_is_unchanged_outside_autocast_and_where_gradients_are_needed(dtype: torch.dtype) -> None:
    plain, changed = frozen()
    plain.to(dtype), changed.to(dtype)
    states = torch.randn(4, 48, dtype=dtype, requires_grad=True)
    assert torch.equal(changed(states), plain(states))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        changed(states).sum().backward()
    assert states.grad is not None
