"""Questions that take many runs: a study compares them, a plan extrapolates short ones, a search picks a mixture."""
