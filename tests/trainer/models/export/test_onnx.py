"""ONNX files: outputs as torch computes them, for every family, length and batch size; clear errors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from trainer.errors import ModelError
from trainer.models import OnnxModel, export_onnx, load_with_head, source_of
from trainer.models.export.onnx import TOLERANCE

pytest.importorskip("onnxscript")


def _tiny(family: str) -> Any:
    import transformers as hf

    torch.manual_seed(0)
    size: dict[str, Any] = {
        "vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
        "max_position_embeddings": 64, "pad_token_id": 0,
    }  # fmt: skip
    if family == "distilbert":
        config = hf.DistilBertConfig(vocab_size=50, dim=16, n_layers=2, n_heads=2, hidden_dim=32)
        return hf.DistilBertForMaskedLM(config)
    if family == "roberta":
        return hf.RobertaForMaskedLM(hf.RobertaConfig(**size, type_vocab_size=1))
    if family == "modernbert":
        marks = {"cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3}
        config = hf.ModernBertConfig(**size, **marks, global_attn_every_n_layers=2, local_attention=8)
        return hf.ModernBertForMaskedLM(config)
    return hf.ElectraForMaskedLM(hf.ElectraConfig(**size, embedding_size=8))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a BERT, with ONNX files in float32 and int8."""
    folder = tmp_path_factory.mktemp("exported") / "bert"
    import transformers as hf

    torch.manual_seed(0)
    config = hf.BertConfig(
        vocab_size=50, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=64,
    )  # fmt: skip
    hf.BertForMaskedLM(config).save_pretrained(folder)
    export_onnx(folder, int8=True)
    return folder


@pytest.mark.slow
def test_float32_is_torchs_within_the_tolerance_for_any_batch_and_length(exported: Path) -> None:
    model, session = load_with_head(exported), OnnxModel(exported / "onnx" / "model.onnx", None)  # type: ignore[arg-type]
    assert session.inputs == ["input_ids", "attention_mask", "token_type_ids"] and session.outputs == ["logits"]
    for batch, length in ((1, 2), (4, 11), (7, 62)):
        ids = torch.randint(5, 50, (batch, length))
        wanted = model(input_ids=ids).logits
        assert torch.allclose(session(input_ids=ids)["logits"], wanted, atol=TOLERANCE, rtol=0)


@pytest.mark.slow
def test_int8_is_smaller_and_close(exported: Path) -> None:
    small, large = exported / "onnx" / "model_int8.onnx", exported / "onnx" / "model.onnx"
    ids = torch.randint(5, 50, (3, 9))
    logits = [OnnxModel(file, None)(input_ids=ids)["logits"] for file in (small, large)]  # type: ignore[arg-type]
    assert 0 < float((logits[0] - logits[1]).abs().max()) < 0.1
    assert {path.name for path in (exported / "onnx").iterdir()} == {"model.onnx", "model_int8.onnx"}


@pytest.mark.slow
@pytest.mark.parametrize("family", ["distilbert", "roberta", "modernbert", "electra"])
def test_every_family_is_exported_as_torch_computes_it(family: str, tmp_path: Path) -> None:
    _tiny(family).save_pretrained(tmp_path / "model")
    (made,) = export_onnx(tmp_path / "model")
    types = ("token_type_ids",) if family == "electra" else ()
    assert made.difference <= TOLERANCE and made.inputs == ("input_ids", "attention_mask", *types)


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("onnx", "onnxruntime", "onnxscript"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModelError, match=r"needs onnx, onnxruntime, onnxscript.*pip install 'transferset\[onnx\]'"):
        export_onnx("a model that is not read")


def test_a_file_that_is_not_onnx_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match=r"model\.onnx cannot be opened as an ONNX model"):
        OnnxModel(tmp_path / "model.onnx", None)  # type: ignore[arg-type]


def test_a_file_without_its_model_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist; write it with trainer export"):
        source_of(tmp_path / "model.onnx")
    (tmp_path / "model.onnx").touch()
    with pytest.raises(ModelError, match=r"there is no config\.json"):
        source_of(tmp_path / "model.onnx")
