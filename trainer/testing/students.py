"""Check that a student can be built and trained, and leaves its teacher alone."""

from __future__ import annotations

from typing import Any

import torch

from corpora.testing import called, check_component, need
from trainer.models import packed_logits, use_packed_attention
from trainer.plugin import Student
from trainer.testing.tiny import tiny_batch, tiny_bert


def check_student(given: type[Student] | Student, **options: object) -> None:
    """Check that a student can be built, is trained on packed tokens, and leaves its teacher as it was.

    Args:
        given: the class, or a component with the options to be tried.
        options: for a class, options other than its defaults.

    Raises:
        ContractBroken: it does not; the message says what was found.
    """
    component = check_component(given(**options) if isinstance(given, type) else given, Student, travels=False)
    teacher = tiny_bert(layers=3)
    before = [parameter.clone() for parameter in teacher.parameters()]
    student: Any = called(component, "build", component.build, teacher.float())
    same = all(torch.equal(was, now.double()) for was, now in zip(before, teacher.parameters(), strict=True))
    need(same, component, "build changes its teacher")
    sizes = student.config.vocab_size, teacher.config.vocab_size
    need(sizes[0] == sizes[1], component, f"it has a vocabulary of {sizes[0]:,}, its teacher one of {sizes[1]:,}")
    use_packed_attention(student)
    finite = bool(torch.isfinite(packed_logits(student, tiny_batch())).all())
    need(finite, component, "it gives logits that are not finite numbers")
