"""The number-agreement plugin, as users meet it."""

import pytest

from trainer.plugin.discovery import registry
from trainer.testing import check_task

plugin = pytest.importorskip("trainer_number_agreement", reason="pip install -e plugins/number-agreement")


@pytest.mark.parametrize("attractors", [0, 1, 3])
def test_it_keeps_the_contract_of_tasks(attractors, tmp_path):
    splits = check_task(plugin.NumberAgreement(attractors=attractors), tmp_path)
    assert sum(splits.train.gold) * 2 == len(splits.train)


def test_sentences_and_labels_by_hand(tmp_path):
    train = plugin.NumberAgreement().read(tmp_path).train
    assert (train.first[0], train.gold[0]) == ("The author near the guards are here .", 0)
    assert (train.first[1], train.gold[1]) == ("The author near the guards is here .", 1)
    assert ("The authors near the guard are here .", 1) in zip(train.first, train.gold, strict=True)


def test_no_dev_sentence_is_a_training_sentence(tmp_path):
    splits = plugin.NumberAgreement().read(tmp_path)
    assert not set(splits.train.first) & set(splits.dev["number-agreement"].first)


def test_it_is_offered_under_its_name():
    assert registry.find("tasks", "number-agreement") is plugin.NumberAgreement
