"""Experiments with many runs: a study compares runs, a plan extrapolates short ones, a search chooses a mix."""
