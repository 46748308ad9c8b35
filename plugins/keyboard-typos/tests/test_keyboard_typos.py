"""The keyboard-typos plugin, as users meet it."""

import numpy as np
import pytest

keyboard = pytest.importorskip("corpora_keyboard_typos", reason="pip install -e plugins/keyboard-typos")


def test_rate_one_swaps_every_lower_case_letter_for_a_neighbour():
    typed = keyboard.KeyboardTypos(rate=1.0).rewrite("a quick fox, 7 times!", np.random.default_rng(0))
    assert all(
        (new in keyboard.BESIDE[old]) if old in keyboard.BESIDE else new == old
        for old, new in zip("a quick fox, 7 times!", typed, strict=True)
    )


def test_rate_zero_changes_nothing():
    assert keyboard.KeyboardTypos(rate=0.0).rewrite("untouched", np.random.default_rng(0)) == "untouched"


def test_it_is_offered_under_its_name():
    from corpora import registry

    assert registry.find("transforms", "keyboard-typos") is keyboard.KeyboardTypos
