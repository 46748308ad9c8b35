"""The exactness of losses and gradients, in float64."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import pytest
import torch
import torch.nn.functional as functional
from torch import Tensor

from corpora import PluginError
from trainer import Diverged, LogitsLoss, Loss, StateLoss
from trainer.data.packing import IGNORED, micro_batches
from trainer.distillation.objective.gradients import Engine
from trainer.models.attention import NAME
from trainer.plugin.kinds import check_loss
from trainer.runtime.precision import precision_for

STUDY = ("soft-target:weight=0.33,temperature=2", "masked-lm:weight=0.33", "cosine:weight=0.33")
EVERYTHING = (
    "soft-target:weight=5", "masked-lm:weight=2", "cosine", "hidden-state:layer=1,teacher-layer=2",
    "soft-target:positions=masked,direction=reverse,temperature=3",
)  # fmt: skip


def originals(student: Any, teacher: Any, packed: Any) -> list[Tensor]:
    """The three losses as DistilBERT's script computes them, re-derived: padded, masked_select."""
    longest, sequences = max(packed.lengths), len(packed.lengths)
    ids, labels = torch.zeros(sequences, longest, dtype=torch.long), torch.full((sequences, longest), IGNORED)
    mask = torch.arange(longest) < torch.tensor(packed.lengths).unsqueeze(1)
    ids[mask], labels[mask] = packed.input_ids, packed.labels
    for model in (student, teacher):
        model.set_attn_implementation("eager")
    with torch.no_grad():
        taught = teacher(ids, attention_mask=mask.long(), output_hidden_states=True)
    out = student(ids, attention_mask=mask.long(), output_hidden_states=True)
    wide = mask.unsqueeze(-1).expand_as(out.logits)
    ours = torch.masked_select(out.logits, wide).view(-1, out.logits.size(-1))
    theirs = torch.masked_select(taught.logits, wide).view(-1, out.logits.size(-1))
    soft = functional.kl_div(
        functional.log_softmax(ours / 2, dim=-1), functional.softmax(theirs / 2, dim=-1), reduction="batchmean"
    ) * (2**2)
    hard = functional.cross_entropy(out.logits.view(-1, out.logits.size(-1)), labels.view(-1), ignore_index=-100)
    last, wanted = out.hidden_states[-1][mask], taught.hidden_states[-1][mask]
    cosine = functional.cosine_embedding_loss(last, wanted, torch.ones(len(last)), reduction="mean")
    return [soft, hard, cosine]


def test_the_three_losses_and_their_gradient_are_those_of_the_original_scripts(make: ModuleType) -> None:
    student, teacher, packed = make.bert(2).double(), make.bert(3, seed=1).double(), make.packed(8)
    plain = copy.deepcopy(student)
    engine = make.engine(student, teacher, *STUDY)
    sums = engine.backward(packed, make.counts(packed))
    means = sums / torch.tensor([make.counts(packed).of(loss) for loss in engine.losses])
    losses = originals(plain, teacher, packed)
    (0.33 * sum(losses)).backward()
    assert means == pytest.approx(torch.stack(losses).detach(), abs=1e-9)
    assert make.gradients(student) == pytest.approx(make.gradients(plain), abs=1e-9)


@pytest.mark.parametrize("budget", [1, 20, 37])
def test_accumulation_changes_neither_losses_nor_gradients(budget: int, make: ModuleType) -> None:
    found = [trained(make, budget=some) for some in (10_000, budget)]
    assert found[0][0] == pytest.approx(found[1][0], abs=1e-12)
    assert found[0][1] == pytest.approx(found[1][1], abs=1e-12)


@pytest.mark.parametrize("chunk", [1, 5, 1000])
def test_chunks_of_the_head_change_neither_losses_nor_gradients(chunk: int, make: ModuleType) -> None:
    found = [trained(make, chunk=some) for some in (13, chunk)]
    assert found[0][0] == pytest.approx(found[1][0], abs=1e-12)
    assert found[0][1] == pytest.approx(found[1][1], abs=1e-12)


def test_the_gradient_in_closed_form_is_the_one_of_autograd(make: ModuleType) -> None:
    assert trained(make, closed=True)[1] == pytest.approx(trained(make, closed=False)[1], abs=1e-12)


def trained(make: ModuleType, *, budget: int = 10_000, chunk: int = 7, closed: bool = True) -> tuple[Tensor, Tensor]:
    """Sums and gradients of one update with every loss there is."""
    student, packed = make.bert(2).double(), make.packed(9)
    engine = make.engine(student, make.bert(3, seed=1).double(), *EVERYTHING, chunk=chunk)
    if not closed:
        engine.closed = [None] * len(engine.losses)
    sums = sum(engine.backward(part, make.counts(packed)) for part in micro_batches(packed, budget=budget))
    own = torch.cat([make.gradients(engine.modules), make.gradients(student)])
    return torch.as_tensor(sums), own


def test_micro_batches_with_unequal_tokens_are_not_averaged_as_equals(make: ModuleType) -> None:
    student, packed = make.bert(1).double(), make.packed(6, most=20)
    engine = make.engine(student, None, "masked-lm")
    parts = list(micro_batches(packed, budget=12))
    assert len({int((part.labels != IGNORED).sum()) for part in parts}) > 1
    summed = sum(float(engine.evaluate(part)) for part in parts) / make.counts(packed).picked
    whole = float(engine.evaluate(packed)) / make.counts(packed).picked
    assert summed == pytest.approx(whole, abs=1e-12)


def test_a_student_that_is_its_teacher_has_no_soft_nor_cosine_loss(make: ModuleType) -> None:
    model, packed = make.bert(2).double(), make.packed()
    sums = make.engine(copy.deepcopy(model), model, STUDY[0], STUDY[2]).evaluate(packed)
    assert sums == pytest.approx(torch.zeros(2), abs=1e-9)


def test_nothing_to_predict_costs_nothing(make: ModuleType) -> None:
    packed = make.packed(3, rate=1e-12)
    engine = make.engine(make.bert(1), None, "masked-lm")
    assert float(engine.backward(packed, make.counts(packed))) == 0.0
    assert float(make.gradients(engine.student).abs().sum()) == 0.0


def test_only_masked_losses_project_only_masked_tokens(make: ModuleType) -> None:
    packed, engine = make.packed(9), make.engine(make.bert(1), None, "masked-lm")
    seen: list[int] = []
    engine.student.cls.predictions.transform.register_forward_hook(lambda m, given, out: seen.append(len(out)))
    engine.backward(packed, make.counts(packed))
    assert seen == [make.counts(packed).picked]


def test_the_models_attend_packed_and_the_teacher_is_never_trained(make: ModuleType) -> None:
    student, teacher = make.bert(1), make.bert(2)
    engine = make.engine(student, teacher, *STUDY)
    engine.backward(make.packed(), make.counts(make.packed()))
    assert student.config._attn_implementation == NAME
    assert not any(parameter.requires_grad for parameter in teacher.parameters())
    assert not teacher.training


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # torch's compiler warns of itself
def test_compiled_layers_and_losses_give_the_same(make: ModuleType) -> None:
    packed = make.packed(9)
    found = []
    for compiled in (False, True):
        student = make.bert(1).double()
        engine = make.engine(student, make.bert(1, seed=1).double(), *STUDY, compiled=compiled)
        found.append((engine.backward(packed, make.counts(packed)), make.gradients(student)))
    assert found[1][0] == pytest.approx(found[0][0], abs=1e-9)
    assert found[1][1] == pytest.approx(found[0][1], abs=1e-9)


def test_bf16_stays_near_float32(make: ModuleType) -> None:
    packed = make.packed(9)
    sums = [
        make.engine(make.bert(2), make.bert(3, seed=1), *STUDY, precision=name).evaluate(packed)
        for name in ("fp32", "bf16")
    ]
    assert sums[1] == pytest.approx(sums[0], rel=0.05)


def test_losses_are_computed_in_float32_whatever_matrices_are_multiplied_in(make: ModuleType) -> None:
    engine, packed = make.engine(make.bert(1), make.bert(2), STUDY[0], precision="bf16"), make.packed()
    seen: list[Any] = []
    real = engine.closed[0]

    def look(given: Any, gradient: Any) -> Any:
        seen.append((given.student["logits"].dtype, torch.is_autocast_enabled("cpu")))
        return real(given, gradient)

    engine.closed[0] = look
    engine.backward(packed, make.counts(packed))
    assert set(seen) == {(torch.float32, False)}


@pytest.mark.slow
def test_a_student_with_only_the_soft_loss_converges_to_its_teacher(make: ModuleType) -> None:
    student, teacher, packed = make.bert(1, spread=0.05), make.bert(1, seed=3, spread=0.1), make.packed(12)
    engine = make.engine(student, teacher, "soft-target:temperature=1")
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    start = float(engine.evaluate(packed)) / packed.tokens
    for _ in range(150):
        optimizer.zero_grad()
        engine.backward(packed, make.counts(packed))
        optimizer.step()
    assert float(engine.evaluate(packed)) / packed.tokens < 0.01 * start
    assert math.isfinite(start)


class Faulty(torch.nn.Module):
    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result

    def forward(self, given: Any) -> Any:
        return self.result(given.student["logits"])


@dataclass(frozen=True)
class FaultyLoss(LogitsLoss):
    """Returns what it is told to."""

    name: ClassVar[str] = "faulty"
    reads_teacher: ClassVar[bool] = False
    result: ClassVar[Any] = None

    def build(self, teacher: Any, student: Any) -> Any:
        return Faulty(type(self).result)


@pytest.mark.parametrize(
    ("result", "error", "message"),
    [
        (lambda logits: logits.mean(), PluginError, r"faulty returned float64 \[\] for \d+ tokens; it must return one"),
        (lambda logits: logits, PluginError, "it must return one loss per token"),
        (lambda logits: logits.argmax(1), PluginError, "faulty returned int64"),
        (lambda logits: 1.0, PluginError, "faulty returned float for"),
        (lambda logits: logits.sum(1) / 0, Diverged, "faulty is not finite in the first micro-batch"),
    ],
)
def test_what_a_loss_returns_is_checked_in_the_first_micro_batch(
    result: Any, error: Any, message: str, make: ModuleType
) -> None:
    cls = type("FaultyLoss", (FaultyLoss,), {"result": staticmethod(result), "__doc__": FaultyLoss.__doc__})
    packed = make.packed()
    engine = Engine(make.bert(1).double(), None, [cls()], precision=precision_for("fp32", torch.device("cpu")))
    with pytest.raises(error, match=message):
        engine.backward(packed, make.counts(packed))


def test_a_closed_form_that_is_declared_and_missing_is_refused_by_name(make: ModuleType) -> None:
    cls = dataclass(frozen=True)(
        type("Declares", (FaultyLoss,), {"closed_form": True, "result": staticmethod(lambda logits: logits.sum(1))})
    )
    with pytest.raises(PluginError, match="faulty declares closed_form, but the module it builds has no"):
        Engine(make.bert(1), None, [cls()], precision=precision_for("fp32", torch.device("cpu")))


def needing(base: Any, *needs: str) -> Any:
    """A loss of a kind that needs these."""
    made = type("Needing", (base,), {"name": "needing", "needs": needs, "teacher_needs": (), "build": None})
    return dataclass(frozen=True)(made)()


@pytest.mark.parametrize(
    ("base", "needs", "message"),
    [
        (StateLoss, ("logits", "hidden:-1"), "needing needs 'logits'; a StateLoss may need hidden:K"),
        (LogitsLoss, ("logits", "hidden:-1"), "needing needs 'hidden:-1'; a LogitsLoss may need only 'logits'"),
        (StateLoss, ("query:0",), "needing needs 'query:0'"),
        (StateLoss, ("hidden",), "needing needs 'hidden'"),
        (StateLoss, (), "needs no output of the student"),
        (Loss, ("logits",), "needing is neither a LogitsLoss nor a StateLoss"),
    ],
)
def test_a_loss_that_cannot_work_is_refused_by_name(base: Any, needs: tuple[str, ...], message: str) -> None:
    with pytest.raises(PluginError, match=message):
        check_loss(needing(base, *needs))
