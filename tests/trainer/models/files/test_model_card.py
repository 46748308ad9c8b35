"""Model cards: metadata that the hub reads, a snippet that runs, and nothing of this machine."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from huggingface_hub import ModelCard

from trainer.distillation.distilling import distill
from trainer.models.files.model_card import Declared, ModelFacts, declared_by, hub_id, model_card_text, use_of

OPTIONS = {"budget": "updates=2", "sequences": 8, "student": "layers:2", "log-every": 1}
HASH = "86b5e0934494bd15c9632b12f734a8a67f723594"


def distilled(make: ModuleType, folder: Path, **options: Any) -> Path:
    """The student of a run of two updates, whose teacher declares a licence and a language."""
    teacher = make.teacher_folder(folder / "teacher")
    (teacher / "README.md").write_text("---\nlicense: apache-2.0\nlanguage: [en, de]\n---\n", encoding="utf-8")
    distill(make.rows(40), teacher, folder / "run", options={**OPTIONS, **options})
    return folder / "run" / "student"


def snippet(card: str) -> str:
    (code,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    return str(code)


def test_the_card_of_a_run_has_what_the_hub_asks_for_and_no_path(tmp_path: Path, make: ModuleType) -> None:
    student = distilled(make, tmp_path)
    card = ModelCard.load(student / "README.md")
    assert (card.data.license, card.data.language, card.data.datasets) == ("apache-2.0", ["en", "de"], ["made"])
    assert (card.data.pipeline_tag, card.data.library_name) == ("fill-mask", "transformers")
    assert "distilled from `teacher`" in card.text and str(tmp_path) not in card.content


def test_the_snippet_of_a_fill_mask_card_runs(tmp_path: Path, make: ModuleType, monkeypatch: Any, capsys: Any) -> None:
    student = distilled(make, tmp_path)
    monkeypatch.chdir(student.parent)
    exec(snippet((student / "README.md").read_text(encoding="utf-8")), {})
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_a_sentence_encoder_gets_a_snippet_for_sentence_transformers_that_runs(
    tmp_path: Path, make: ModuleType, monkeypatch: Any, capsys: Any
) -> None:
    body = make.bert(3).bert
    make.teacher_folder(tmp_path / "teacher", model=body)
    distill(make.rows(40), tmp_path / "teacher", tmp_path / "run", preset="embedding", options=OPTIONS)
    card = ModelCard.load(tmp_path / "run" / "student" / "README.md")
    assert (card.data.pipeline_tag, card.data.library_name) == ("sentence-similarity", "sentence-transformers")
    pytest.importorskip("sentence_transformers")
    monkeypatch.chdir(tmp_path / "run")
    exec(snippet(card.text), {})
    assert "tensor" in capsys.readouterr().out


def test_a_body_that_gives_no_sentence_vectors_gets_a_snippet_for_features_that_runs(
    tmp_path: Path, make: ModuleType, monkeypatch: Any, capsys: Any
) -> None:
    make.teacher_folder(tmp_path / "body", model=make.bert(1).bert)
    card = model_card_text(ModelFacts("made of", "distill", "BertModel"), tmp_path / "body")
    monkeypatch.chdir(tmp_path)
    exec(snippet(card), {})
    assert "feature-extraction" in card and "torch.Size" in capsys.readouterr().out


def test_the_mask_in_the_snippet_is_the_tokenizers_own(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"architectures": ["RobertaForMaskedLM"]}', encoding="utf-8")
    (tmp_path / "tokenizer_config.json").write_text('{"mask_token": {"content": "<mask>"}}', encoding="utf-8")
    assert 'fill("This is a <mask>.", top_k=3)' in use_of(tmp_path, "me/student").snippet


def test_all_teachers_are_named_and_a_licence_only_if_it_is_that_of_all(tmp_path: Path, make: Any) -> None:
    teachers = [make.teacher_folder(tmp_path / name, model=make.bert(3)) for name in ("first", "second")]
    for teacher, licence in zip(teachers, ("apache-2.0", "mit"), strict=True):
        (teacher / "README.md").write_text(f"---\nlicense: {licence}\n---\n", encoding="utf-8")
    distill(make.rows(40), teachers, tmp_path / "run", options=OPTIONS)
    card = ModelCard.load(tmp_path / "run" / "student" / "README.md", ignore_metadata_errors=False)
    assert "distilled from `first` and `second`" in card.text and card.data.license == "unknown"


@pytest.mark.parametrize(
    ("model", "folder", "found"),
    [
        ("google-bert/bert-base-uncased@main", f"/cache/models--google-bert--bert/snapshots/{HASH}", True),
        ("bert-base-uncased", HASH, True),
        ("/models/bert", "/models/bert", False),
        ("models/bert", "/home/me/models/bert", False),
        (f"/models/{HASH}", f"/models/{HASH}", False),
    ],
)
def test_only_a_model_that_came_from_the_hub_is_a_base_model(model: str, folder: str, found: bool) -> None:
    assert hub_id(model, folder) == (model.partition("@")[0] if found else None)


@pytest.mark.parametrize(
    "text", ["", "no metadata", "---\nlicense: [1, 2]\n---\n", "---\n{: \n---\n", "---\n- 1\n---\n"]
)
def test_a_card_that_declares_nothing_readable_declares_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "README.md").write_text(text, encoding="utf-8")
    assert declared_by(tmp_path) == Declared() == declared_by(tmp_path / "nowhere")


def test_several_base_models_and_a_path_in_a_setting_keep_to_names(tmp_path: Path) -> None:
    facts = ModelFacts("distilled from", "distill", "Bert", base_models=("a/b", "c/d"), losses=("mine:table=/home/t",))
    card = model_card_text(replace(facts, preset="x.toml", updates=3), tmp_path)
    assert ModelCard(card).data.base_model == ["a/b", "c/d"] and "/home" not in card
