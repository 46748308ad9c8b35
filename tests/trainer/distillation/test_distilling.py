"""A run from start to end: what it leaves, what stops it, and how it goes on."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from trainer import (
    EmptyDataset,
    HeldOutOverlap,
    IdsBeyondVocabulary,
    ModelError,
    NoCheckpoint,
    OtherRecipe,
    OutOfMemory,
    RunError,
    Shape,
    VocabularyMismatch,
    distill,
    forecast,
    pretrain,
)

OPTIONS = {
    "sequences": 16, "budget": "updates=8", "student": "distilbert:1", "log-every": 1, "checkpoint-every": "3",
    "micro-batch-tokens": "64",
}  # fmt: skip

SMALL = Shape(layers=1, hidden=16, heads=2, positions=64)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory, make: ModuleType) -> Path:
    """One teacher for all tests of this file."""
    folder: Path = make.teacher_folder(tmp_path_factory.mktemp("teacher"))
    return folder


def test_a_run_leaves_card_log_checkpoint_and_a_student_that_transformers_opens(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    outcome = distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS)
    card = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    log = (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert (outcome.status, card["status"], card["dataset"]["fingerprint"], len(log)) == (
        "finished",
        "finished",
        "f0",
        8,
    )
    assert set(json.loads(log[0])["losses"]) == {"soft-target", "masked-lm", "cosine"}
    student = AutoModelForMaskedLM.from_pretrained(tmp_path / "run" / "student")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "run" / "student")
    assert student(**tokenizer("w1 w2", return_tensors="pt", return_token_type_ids=False)).logits.shape == (1, 4, 50)
    assert not list((tmp_path / "run").rglob("*.bin"))


@pytest.mark.parametrize("content", ["[]", '{"kind": "distill"}', "{", ""])
def test_a_run_card_that_was_spoilt_is_one_clear_error(
    teacher: Path, tmp_path: Path, make: ModuleType, content: str
) -> None:
    (tmp_path / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=r"run\.json (cannot be read|is not a run card|lacks dataset)"):
        distill(make.rows(60), out=tmp_path, resume=True)


def test_a_resume_takes_the_survey_that_the_run_kept(teacher: Path, tmp_path: Path, make: ModuleType) -> None:
    distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS, stop_after="0s")
    rows = make.rows(60)
    distill(rows, out=tmp_path / "run", resume=True)
    assert rows.survey.counts.tolist() == make.rows(60).survey.counts.tolist()
    assert (tmp_path / "run" / "survey.npz").exists()


def test_a_folder_with_a_run_is_kept_and_says_what_overwriting_would_lose(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS)
    with pytest.raises(OtherRecipe, match=r"finished, 8 updates, on made.*--overwrite deletes.*checkpoints"):
        distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS)
    assert distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS, overwrite=True).status == "finished"


def test_resuming_with_another_setting_dataset_or_teacher_is_refused(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS, stop_after="0s")
    with pytest.raises(OtherRecipe, match=r"learning-rate = 0\.0005, not 0\.1"):
        distill(make.rows(60), out=tmp_path / "run", options={"learning-rate": 0.1}, resume=True)
    with pytest.raises(OtherRecipe, match="another dataset"):
        distill(make.rows(60, seed=9), out=tmp_path / "run", resume=True)
    with pytest.raises(OtherRecipe, match="the run's teacher is .*, not elsewhere"):
        distill(make.rows(60), "elsewhere", tmp_path / "run", resume=True)
    other = make.teacher_folder(tmp_path / "other", model=make.bert(2, seed=7))
    with pytest.raises(OtherRecipe, match=r"the run's teacher is .* \(weights .*\), not .*other"):
        distill(make.rows(60), other, tmp_path / "run", resume=True)
    with pytest.raises(OtherRecipe, match="the run's preset is study, not fast"):
        distill(make.rows(60), out=tmp_path / "run", preset="fast", resume=True)


def test_a_resume_keeps_the_preset_that_the_run_began_with(teacher: Path, tmp_path: Path, make: ModuleType) -> None:
    distill(make.rows(60), teacher, tmp_path / "run", preset="fast", options=OPTIONS, stop_after="0s")
    distill(make.rows(60), out=tmp_path / "run", resume=True)
    card = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert card["preset"] == "fast"
    assert "--preset fast" in (tmp_path / "run" / "student" / "README.md").read_text(encoding="utf-8")


def test_a_teacher_is_known_again_by_its_content_wherever_it_lies(
    teacher: Path, tmp_path: Path, make: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(teacher, tmp_path / "t")
    monkeypatch.chdir(tmp_path)
    distill(make.rows(60), "t", "run", options=OPTIONS, stop_after="0s")
    distill(make.rows(60), "./t", "run", resume=True, stop_after="0s")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir("below")
    assert distill(make.rows(60), copy, "../run", resume=True).status == "finished"


@pytest.mark.slow
def test_a_resume_may_name_the_runs_own_version_and_no_other(
    tokens: Any, texts: Path, tmp_path: Path, make: ModuleType
) -> None:
    import corpora

    options = {**OPTIONS, "log-every": 5}
    pretrain(tokens.reference, tmp_path / "run", shape=SMALL, options=options, stop_after="0s")
    (texts / "more.txt").write_text("One more document says hello. It is the last one.\n", encoding="utf-8")
    other = corpora.tokenize(corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep"), train=120)
    assert (other.name, other.fingerprint != tokens.fingerprint) == (tokens.name, True)
    for wrong in (other.reference, other):
        with pytest.raises(OtherRecipe, match=f"is {tokens.name}@{tokens.fingerprint}, not {other.reference}"):
            pretrain(wrong, tmp_path / "run", resume=True)
    pretrain(tokens, tmp_path / "run", resume=True, stop_after="0s")
    assert pretrain(tokens.reference, tmp_path / "run", resume=True).status == "finished"


@pytest.mark.slow
def test_a_resume_may_name_the_sentences_that_the_runs_dataset_was_tokenized_from(
    corpus: Any, tokens: Any, tmp_path: Path
) -> None:
    taught_by = tmp_path / "teacher"
    pretrain(tokens.reference, taught_by, shape=SMALL, options={**OPTIONS, "budget": "updates=1"})
    distill("corpus", taught_by, tmp_path / "run", options=OPTIONS, stop_after="0s")
    distill("corpus", taught_by, tmp_path / "run", resume=True, stop_after="0s")
    distill(corpus, taught_by, tmp_path / "run", resume=True, stop_after="0s")
    assert distill(corpus.reference, taught_by, tmp_path / "run", resume=True).status == "finished"


def test_resuming_on_another_number_of_ranks_is_refused(
    teacher: Path, tmp_path: Path, make: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    distill(make.rows(60), teacher, tmp_path / "run", options=OPTIONS, stop_after="0s")
    place = max((tmp_path / "run" / "checkpoints").iterdir()) / "checkpoint.json"
    place.write_text(place.read_text(encoding="utf-8").replace('"ranks": 1', '"ranks": 2'), encoding="utf-8")
    with pytest.raises(OtherRecipe, match=r"started on 2 ranks, not 1, .*torchrun --nproc-per-node 2"):
        distill(make.rows(60), out=tmp_path / "run", resume=True)


def test_nothing_to_resume_is_said(teacher: Path, tmp_path: Path, make: ModuleType) -> None:
    with pytest.raises(NoCheckpoint, match="has no run"):
        distill(make.rows(60), teacher, tmp_path / "none", resume=True)


def test_three_rows_are_enough_and_none_are_an_error(teacher: Path, tmp_path: Path, make: ModuleType) -> None:
    assert distill(make.rows(3), teacher, tmp_path / "three", options=OPTIONS).status == "finished"
    with pytest.raises(EmptyDataset, match="made has no rows"):
        distill(make.rows(0), teacher, tmp_path / "none", options=OPTIONS)
    assert not (tmp_path / "none").exists()


def test_ids_beyond_the_vocabulary_and_rows_beyond_the_positions_are_errors_before_step_0(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    from corpora import Sequences
    from trainer.data.rows import Rows

    beyond = Rows([Sequences.from_rows([[60]])])
    with pytest.raises(IdsBeyondVocabulary, match="the id 60, but the model's vocabulary ends at 49"):
        distill(beyond, teacher, tmp_path / "run", options=OPTIONS)
    long = Rows([Sequences.from_rows([range(5, 36)])])
    with pytest.raises(IdsBeyondVocabulary, match=r"33 tokens with \[CLS\] and \[SEP\].*--max-tokens 32"):
        distill(long, teacher, tmp_path / "run", options=OPTIONS)


def test_a_dataset_of_another_tokenizer_is_an_error_before_step_0(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    other = make.rows(60, tokenizer_file=make.tokenizer_file(tmp_path, words=44))
    with pytest.raises(VocabularyMismatch, match="the vocabulary of made .* differs"):
        distill(other, teacher, tmp_path / "run", options=OPTIONS)


def test_the_masked_lm_baseline_and_the_student_at_its_start_are_one_option_each(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    from transformers import AutoModelForMaskedLM

    alone = distill(make.rows(60), teacher, tmp_path / "alone", options={**OPTIONS, "loss": ["masked-lm"]})
    start = distill(make.rows(60), teacher, tmp_path / "start", options={**OPTIONS, "budget": "updates=0"})
    assert (alone.status, start.updates) == ("finished", 0)
    student = AutoModelForMaskedLM.from_pretrained(start.student)
    theirs = AutoModelForMaskedLM.from_pretrained(teacher).bert.embeddings.word_embeddings.weight
    assert torch.equal(student.distilbert.embeddings.word_embeddings.weight, theirs)


GREEDY = '''"""A loss that takes more memory than there is, for micro-batches of more than 1,500 tokens."""
from dataclasses import dataclass
from typing import ClassVar
import torch
from trainer import StateLoss, hookimpl

class Module(torch.nn.Module):
    def forward(self, given):
        states = given.student["hidden:-1"]
        if len(states) > 1500:
            raise torch.OutOfMemoryError("out of memory")
        return states.sum(1)

@dataclass(frozen=True)
class Greedy(StateLoss):
    """Takes much memory."""
    name: ClassVar[str] = "greedy"
    needs = ("hidden:-1",)
    teacher_needs = ()
    def build(self, teacher, student):
        return Module()

@hookimpl
def trainer_losses():
    return [Greedy]
'''


def test_memory_that_runs_out_names_the_budget_or_halves_it_when_asked(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    from trainer.plugin.discovery import registry

    (tmp_path / "greedy.py").write_text(GREEDY, encoding="utf-8")
    registry.use_files([tmp_path / "greedy.py"])
    options = {**OPTIONS, "loss": ["greedy"], "sequences": 400, "budget": "updates=1", "micro-batch-tokens": "3000"}
    with pytest.raises(OutOfMemory, match="try --micro-batch-tokens 1500, or auto"):
        distill(make.rows(400), teacher, tmp_path / "run", options=options)
    halved = distill(make.rows(400), teacher, tmp_path / "auto", options={**options, "micro-batch-tokens": "auto"})
    assert halved.status == "finished"


def test_memory_is_given_back_when_nothing_holds_what_did_not_fit(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    from trainer.distillation.settings import resolve
    from trainer.distillation.setup.preparation import distillation
    from trainer.distillation.training.update import Training
    from trainer.plugin.discovery import registry

    (tmp_path / "greedy.py").write_text(GREEDY, encoding="utf-8")
    registry.use_files([tmp_path / "greedy.py"])
    held = []

    class Watched(Training):
        def shrink(self) -> None:
            held.append(sys.exc_info()[1])
            super().shrink()

    options = {**OPTIONS, "loss": ["greedy"], "sequences": 400, "budget": "updates=1", "micro-batch-tokens": "auto"}
    made = distillation(make.rows(400), [teacher], resolve("study", options), preset="study").training
    watched = Watched(
        made.engine, made.rows, made.masker, plan=made.plan, recipe=made.recipe, frame=made.frame, ranks=made.ranks,
        micro_batch_tokens=made.micro_batch_tokens, shrinks=made.shrinks,
    )  # fmt: skip
    watched.update(0)
    watched.close()
    made.close()
    assert held and not any(held)


def test_rows_of_unknown_words_are_left_out_where_the_recipe_says_so(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    from corpora import Sequences
    from trainer.data.rows import Rows

    rows = Rows([Sequences.from_rows([[5, 6, 7], [1, 1, 8], [9, 9, 9]])])
    options = {**OPTIONS, "budget": "updates=1", "max-unknown": 0.5}
    distill(rows, teacher, tmp_path / "run", options=options)
    assert json.loads((tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8"))["tokens"] == 10


@pytest.mark.slow
def test_pre_training_learns_and_leaves_a_folder_that_can_teach(tmp_path: Path, make: ModuleType) -> None:
    rows = make.rows(60, tokenizer_file=make.tokenizer_file(tmp_path))
    shape = Shape(layers=1, hidden=16, heads=2, positions=32)
    options = {"sequences": 60, "budget": "updates=40", "learning-rate": 0.01, "micro-batch-tokens": "512"}
    pretrain(rows, tmp_path / "teacher", shape=shape, options=options)
    log = [json.loads(line) for line in (tmp_path / "teacher" / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert log[-1]["loss"] < log[0]["loss"] - 0.5
    assert distill(rows, tmp_path / "teacher", tmp_path / "run", options=OPTIONS).status == "finished"


def test_pre_training_has_no_teacher_to_follow(tmp_path: Path, make: ModuleType) -> None:
    with pytest.raises(OtherRecipe, match="soft-target needs a teacher"):
        pretrain(make.rows(9), tmp_path / "teacher", options={"loss": ["soft-target"]})


def test_a_forecast_writes_nothing_and_counts_what_the_run_will_do(
    teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    before = sorted(tmp_path.rglob("*"))
    told = forecast(make.rows(60), teacher, options={**OPTIONS, "budget": "epochs=2"})
    assert (told.updates, told.rows) == (8, 60)
    assert told.tokens == 2 * (make.rows(60).survey.tokens + 120)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("updates", [0, 1, 2])
def test_a_forecast_of_a_run_of_few_updates_is_timed_all_the_same(
    teacher: Path, tmp_path: Path, make: ModuleType, updates: int
) -> None:
    told = forecast(make.rows(60), teacher, options={**OPTIONS, "budget": f"updates={updates}"})
    assert told.updates == updates
    assert told.tokens_per_second > 0


def test_tensorboard_shows_each_loss_apart(teacher: Path, tmp_path: Path, make: ModuleType) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    distill(make.rows(60), teacher, tmp_path / "run", options={**OPTIONS, "callback": ["tensorboard"]})
    events = EventAccumulator(str(tmp_path / "run" / "tensorboard")).Reload()
    assert {"losses/cosine", "losses/soft-target", "loss", "tokens_per_second"} <= set(events.Tags()["scalars"])
    assert [event.step for event in events.Scalars("loss")] == list(range(1, 9))


def test_overlap_is_found_by_documents() -> None:
    import pyarrow as pa

    from trainer.data.rows import Rows, block_of
    from trainer.distillation.training.fidelity import check_apart

    def rows(*documents: str) -> Rows:
        ids = pa.array([[5]] * len(documents), pa.list_(pa.uint16()))
        batch = pa.record_batch({"input_ids": ids, "document": pa.array(documents, pa.large_string())})
        return Rows([block_of(batch)], batches=[batch], name="-".join(documents))

    check_apart(rows("a"), rows("b", "c"))
    with pytest.raises(HeldOutOverlap, match="a-b shares 1 document with b-c, such as b"):
        check_apart(rows("a", "b"), rows("b", "c"))


@pytest.mark.parametrize(
    ("loss", "why"),
    [
        ("hidden-state:layer=9", "layer=9 does not fit the student: hidden:9: .* has only 1 layer"),
        ("hidden-state:teacher-layer=9", "teacher-layer=9 does not fit the teacher: hidden:9: .* layers"),
    ],
)
def test_a_layer_that_does_not_exist_is_refused_and_leaves_no_run(
    loss: str, why: str, teacher: Path, tmp_path: Path, make: ModuleType
) -> None:
    with pytest.raises(ModelError, match=why):
        distill(make.rows(60), teacher, tmp_path / "run", options={**OPTIONS, "loss": [loss]})
    assert not (tmp_path / "run" / "run.json").exists()
