"""Arrow arrays made from buffers are those that pyarrow makes, and making them imports no pandas."""

import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.arrays import column_of, numbers_array, numbers_in, repeated

VALUES = {
    pa.large_string(): st.text(st.sampled_from("ab é“\U0001f600\n")),
    pa.large_binary(): st.binary(max_size=4),
    pa.int32(): st.integers(-(2**31), 2**31 - 1),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.bool_(): st.booleans(),
    pa.large_list(pa.large_string()): st.lists(st.text(max_size=2), max_size=3),
    pa.large_list(pa.uint64()): st.lists(st.integers(0, 2**64 - 1), max_size=3),
}


@pytest.mark.parametrize("kind", VALUES, ids=str)
def test_values_become_the_array_that_pyarrow_makes(kind):
    @given(st.lists(st.none() | VALUES[kind]))
    def check(values):
        made = column_of(values, kind)
        made.validate(full=True)
        assert made.equals(pa.array(values, kind))

    check()


@given(st.lists(st.integers(0, 65_535)), st.integers(0, 5))
def test_numbers_go_into_arrow_and_back(numbers, start):
    array = numbers_array(np.array(numbers, dtype=np.int64), pa.uint16())
    assert array.equals(pa.array(numbers, pa.uint16()))
    assert numbers_in(array[start:]).tolist() == numbers[start:]


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_one_text_for_all_rows(rows):
    assert repeated("né", rows).equals(pa.array(["né"] * rows, pa.large_string()))


@pytest.mark.slow
def test_a_build_imports_neither_pandas_nor_requests(tmp_path):
    book = " ".join(["The mill by the river stood empty that winter."] * 30)
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "mill.txt").write_text("\n".join([book, *["“Who is there?” she asked."] * 30]))
    program = (
        "import sys, corpora; corpora.build(f'books:folder={sys.argv[1]}/books')\n"
        "print(*sorted({'pandas', 'requests'} & sys.modules.keys()))"
    )
    environment = os.environ | {"CORPORA_HOME": str(tmp_path / "store")}
    ran = subprocess.run(
        [sys.executable, "-c", program, tmp_path], env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == ""
