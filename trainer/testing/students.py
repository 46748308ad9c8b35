"""Check that a student can be built and trained, and does not change its teacher."""

from __future__ import annotations

from typing import Any

import torch

from corpora.testing import called, check_component, require
from trainer.models import packed_logits, use_packed_attention
from trainer.plugin import Student
from trainer.testing.tiny import tiny_batch, tiny_bert


def check_student(given: type[Student] | Student, **options: object) -> None:
    """Check that a student can be built, runs on packed tokens, and does not change its teacher.

    Args:
        given: the class, or a component with the options to test.
        options: for a class, options that replace its defaults.

    Raises:
        ContractBroken: the check failed; the message says how.
    """
    component = check_component(given(**options) if isinstance(given, type) else given, Student, travels=False)
    teacher = tiny_bert(layers=3)
    before = [parameter.clone() for parameter in teacher.parameters()]
    student: Any = called(component, "build", component.build, teacher.float())
    same = all(torch.equal(was, now.double()) for was, now in zip(before, teacher.parameters(), strict=True))
    require(same, component, "build changes its teacher")
    sizes = student.config.vocab_size, teacher.config.vocab_size
    require(
        sizes[0] == sizes[1], component, f"it has a vocabulary of {sizes[0]:,} pieces, but its teacher has {sizes[1]:,}"
    )
    use_packed_attention(student)
    finite = bool(torch.isfinite(packed_logits(student, tiny_batch())).all())
    require(finite, component, "its logits are not finite numbers")
