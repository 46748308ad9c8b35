"""Seeds and generators are fixed by their keys, on every machine and in every version."""

import pytest

from corpora.plugin import block_generator, generator, seed_of

BLOCK = {"name": "shuffle", "version": 1, "parent": "ab" * 32, "place": 0, "block": 3}


def test_seeds_and_generators_never_change():
    assert seed_of("a", 1) == 0x135F17A475A61AFD
    assert generator("a", 1).integers(1000, size=3).tolist() == [157, 139, 693]


def test_a_block_generator_is_keyed_by_its_parts_in_this_order():
    drawn = block_generator(7, **BLOCK).integers(2**32, size=4)
    assert drawn.tolist() == generator(7, "shuffle", 1, "ab" * 32, 0, 3).integers(2**32, size=4).tolist()


@pytest.mark.parametrize("part", [{"name": "x"}, {"version": 2}, {"parent": "cd"}, {"place": 1}, {"block": 4}])
def test_every_part_of_the_key_decides(part):
    drawn = block_generator(7, **BLOCK).integers(2**32, size=4).tolist()
    assert drawn != block_generator(7, **(BLOCK | part)).integers(2**32, size=4).tolist()
    assert drawn != block_generator(8, **BLOCK).integers(2**32, size=4).tolist()
