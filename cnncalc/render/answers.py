"""Answers to questions as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnncalc.render.terminal import Line, Span, visible
from cnncalc.results import Answer


def answer_lines(answers: Sequence[Answer]) -> Iterator[Line]:
    """Each quantity with its value, the working under it, and at the end what was assumed."""
    for answer in answers:
        said = f"{answer.quantity} {answer.text}"
        unit = f" {answer.unit}" if isinstance(answer.value, int) and answer.unit not in said else ""
        yield (Span(f"{visible(answer.quantity)}: "), Span(f"{visible(answer.text)}{unit}", "bold"))
        for step in answer.steps:
            yield (Span(f"    {visible(step)}", "dim"),)
    assumed = list(dict.fromkeys(note for answer in answers for note in answer.assumptions))
    if assumed:
        yield ""
        yield f"assumed: {visible('; '.join(assumed))}"
