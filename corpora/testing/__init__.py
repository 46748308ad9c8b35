"""Checks for plugin authors: `check_transform(MyNoise)` and similar functions test that a component meets its contract.

Each takes a component or its class, and raises `ContractBroken`, an `AssertionError`, with a sentence that says what
is wrong and what to do. Hypothesis searches for inputs that reveal a problem (pip install hypothesis).
"""

from corpora.testing.checking import ContractBroken, HypothesisMissing, called, check_component, require
from corpora.testing.datasets import check_dataset
from corpora.testing.documents import check_catalogue, check_filter, check_source
from corpora.testing.statistics import check_statistic
from corpora.testing.text import check_splitter, check_template
from corpora.testing.transforms import check_transform

__all__ = [
    "ContractBroken",
    "HypothesisMissing",
    "called",
    "check_catalogue",
    "check_component",
    "check_dataset",
    "check_filter",
    "check_source",
    "check_splitter",
    "check_statistic",
    "check_template",
    "check_transform",
    "require",
]
