"""Check that splitters and renderers of wiki templates meet their contracts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpora.plugin import Splitter, Template
from corpora.testing import inputs
from corpora.testing.chance import check_order, check_repeats
from corpora.testing.checking import called, check_component, require, searched, strategies

ARGUMENTS: tuple[Mapping[str, str], ...] = (
    {},
    {"1": "one"},
    {"1": "", "2": "two"},
    {"1": "5", "2": "mi", "3": "km", "abbr": "on"},
    {"text": "named", "1": "{{", "date": "May 2020"},
)


def check_splitter(given: type[Splitter] | Splitter) -> None:
    """Check that a splitter meets its contract.

    For any paragraph, it gives non-empty sentences in order that contain every character except white space, and the
    same ones again in any order and in any process.

    Args:
        given: a splitter, or a class whose options all have defaults.

    Raises:
        ContractBroken: it does not meet the contract.
    """
    component = check_component(given, Splitter)

    def _check(paragraph: str) -> None:
        sentences = called(component, "split", split, component, paragraph)
        right = isinstance(sentences, list) and all(isinstance(sentence, str) for sentence in sentences)
        require(right, component, f"split({paragraph!r}) returned {type(sentences).__name__}; it must return list[str]")
        require(
            all(s.strip() for s in sentences), component, f"split({paragraph!r}) gave an empty sentence: {sentences}"
        )
        kept, given = ("".join("".join(text.split()) for text in texts) for texts in (sentences, [paragraph]))
        require(kept == given, component, f"split({paragraph!r}) lost, added or moved characters: {sentences}")
        check_repeats(component, "split", split, paragraph)

    searched(_check, inputs.paragraphs())
    check_order(component, "split", split, list(inputs.PARAGRAPHS))
    _check_all(component)


def _check_all(component: Splitter) -> None:
    """Check that `split_all` and `spans` give the same sentences as `split`."""
    paragraphs = list(inputs.PARAGRAPHS)
    together = called(component, "split_all", _split_all, component, paragraphs)
    for paragraph, sentences in zip(paragraphs, together, strict=True):
        expected = component.split(paragraph)
        require(
            sentences == expected, component, f"split_all gave {sentences} for {paragraph!r}, but split gave {expected}"
        )
    spans = called(component, "spans", _spans, component, paragraphs)
    if spans is not None:
        text, expected = "\n".join(paragraphs), [sentence for sentences in together for sentence in sentences]
        found = [text[begin:end] for begin, end in spans]
        require(found == expected, component, f"spans gave {found}, but split gave {expected}")


def _spans(component: Splitter, paragraphs: Sequence[str]) -> list[tuple[int, int]] | None:
    spans = component.spans(paragraphs)
    return spans if spans is None else [*zip(*(each.tolist() for each in spans), strict=True)]


def _split_all(component: Splitter, paragraphs: Sequence[str]) -> list[list[str]]:
    return list(component.split_all(paragraphs))


def split(component: Splitter, paragraph: str) -> list[str]:
    """A paragraph's sentences; a function, so that a worker can import it."""
    return component.split(paragraph)


def check_template(given: type[Template] | Template) -> None:
    """Check that a renderer of wiki templates meets its contract.

    It returns text, or None for unknown templates, never fails, whatever the arguments, and always gives the same
    result.

    Args:
        given: a renderer, or a class whose options all have defaults.

    Raises:
        ContractBroken: it does not meet the contract.
    """
    component = check_component(given, Template)
    known = [value for value in vars(component).values() if isinstance(value, tuple)]
    names = [str(name) for value in known for name in value] + ["convert", "lang", "quote", "no such template"]

    def _check(name: str, arguments: Mapping[str, str], language: str) -> None:
        text = called(component, "render", render, component, (name, arguments, language))
        require(
            text is None or isinstance(text, str),
            component,
            f"render({name!r}, {dict(arguments)}) returned {type(text).__name__}; it must return str, or None",
        )
        check_repeats(component, "render", render, (name, arguments, language))

    st = strategies()
    values = st.dictionaries(st.sampled_from(("1", "2", "3", "text")), st.text(max_size=12), max_size=4)
    arguments = st.sampled_from(ARGUMENTS) | values
    searched(_check, st.sampled_from(names) | st.text(max_size=12), arguments, st.sampled_from(("en", "de", "xx")))
    unknown = called(component, "render", render, component, ("\u0001no such template", {}, "en"))
    require(unknown is None, component, f"render returned {unknown!r} for a template that cannot exist; return None")
    check_order(component, "render", render, [(name, a, "en") for name in names[:6] for a in ARGUMENTS])


def render(component: Template, given: tuple[str, Mapping[str, str], str]) -> str | None:
    """The text of a template, given as (name, arguments, language); a function, so that a worker can import it."""
    return component.render(*given)
