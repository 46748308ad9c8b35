"""The result of a search as sentences: the mix, its uncertainty, and whether the verification confirms it."""

from __future__ import annotations

from trainer.experiments.search.results import DIGITS, Response, SearchResult, Unit, Verification


def sentences_of(result: SearchResult) -> tuple[str, ...]:
    """The sentences for the page and the command line."""
    response = next(each for each in result.responses if each.measure == result.target)
    return (_proposal(result, response), _model(response, len(result.proxies)), _verdict(result))


def value_text(value: float, unit: Unit) -> str:
    """A value of the target with its unit."""
    return f"{value:.{DIGITS[unit]}f} {'%' if unit == 'percent' else unit}"


def _proposal(result: SearchResult, response: Response) -> str:
    found = result.proposal
    if response.model == "constant":
        return (
            f"The proxies show no effect of the shares on {result.target}: no model predicts a left-out proxy better "
            "than the mean of the others, so the proposal is natural proportions. More proxies or more updates may "
            "show one."
        )
    shares = ", ".join(
        f"{part} {share:.0%} ({found.low[part]:.0%} to {found.high[part]:.0%})" for part, share in found.shares.items()
    )
    low, high = (value_text(value, result.unit) for value in (found.value_low, found.value_high))
    return (
        f"Proposed mix for {result.target}: {shares}; predicted {value_text(found.value, result.unit)} "
        f"({low} to {high}). The ranges are 95 % intervals from a bootstrap of the residuals."
        f"{_left_out(result, response)}"
    )


def _left_out(result: SearchResult, response: Response) -> str:
    """The parts at the lowest point of the surface that the proposal leaves out."""
    shares = zip(result.proposal.shares.items(), response.best, strict=True)
    left = [f"{part} {best:.0%}" for (part, share), best in shares if best > 0 and share == 0]
    if not left:
        return ""
    error = value_text(response.errors[response.model], result.unit)
    return (
        f" The lowest point of the surface also has {', '.join(left)}; what that gains is less than the error of "
        f"predicting a left-out proxy ({error}), so the proposal does without."
    )


def _model(response: Response, proxies: int) -> str:
    errors = ", ".join(
        f"{name} {error:.4g}" for name, error in sorted(response.errors.items(), key=lambda item: item[1])
    )
    return (
        f"Of {proxies} proxies, the {response.model} model is the first whose error at predicting a left-out one "
        f"is within 10 % of the lowest (by model: {errors})."
    )


def _verdict(result: SearchResult) -> str:
    """A sentence that starts with whether the proposal is better than the other mixes."""
    trained = [each for each in result.verifications if each.apart is not None]
    said = "; ".join(_against(each, result.unit) for each in result.verifications)
    if not trained:
        head = "There was nothing to verify"
    elif all(each.verdict == "better" for each in trained):
        head = "The verification confirms the proposal"
    elif any(each.verdict == "worse" for each in trained):
        head = "The proposal is not better: the verification finds it worse"
    else:
        head = "The verification does not show that the proposal is better"
    return f"{head} ({value_text(result.verified, result.unit)} at equal tokens): {said}."


def _against(each: Verification, unit: Unit) -> str:
    if each.apart is None:
        return f"it is the same mix as {each.against}"
    digits, name = DIGITS[unit], "points" if unit == "percent" else unit
    low, high = f"{each.apart.low:+.{digits}f}", f"{each.apart.high:+.{digits}f}"
    named = {"better": "better than", "worse": "worse than", "no difference": "no different from"}
    verdict = named.get(str(each.verdict), "not told apart from")
    return f"{verdict} {each.against} ({each.apart.difference:+.{digits}f} {name}, 95 % interval {low} to {high})"
