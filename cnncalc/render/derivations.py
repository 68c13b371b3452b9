"""Worked formulas as text, Markdown and LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cnncalc.derivation import Explanation, Step
from cnncalc.render.table import latex_escaped, markdown_escaped
from cnncalc.render.terminal import Line, Span, visible


def text_lines(explanations: Iterable[Explanation]) -> Iterator[Line]:
    """One block of lines per layer: its name and volumes, then each rule with the numbers put in."""
    for index, layer in enumerate(explanations):
        if index:
            yield ""
        said = f"  {layer.kind} {layer.description}".rstrip()
        yield (Span(visible(layer.name), "bold"), Span(f"{visible(said)}: {_flow(layer)}"))
        width = max((len(step.quantity) for step in layer.steps), default=0)
        for step in layer.steps:
            yield (Span(f"  {step.quantity:{width}}  "), Span(step.rule, "dim"))
            remark = f"  ({step.remark})" if step.remark else ""
            yield f"  {'':{width}}  = {step.worked}{remark}"
        for remark in layer.remarks:
            yield f"  {visible(remark)}"


def _flow(layer: Explanation) -> str:
    return f"{', '.join(layer.inputs)} → {layer.output}"


def markdown_text(explanations: Iterable[Explanation]) -> str:
    """A section per layer with a list of its steps; formulas as inline code, so that they read as they stand."""
    lines: list[str] = []
    for layer in explanations:
        said = markdown_escaped(f"{layer.kind} {layer.description}".rstrip())
        lines += [f"### {markdown_escaped(layer.name)}", "", f"{said}: {_flow(layer)}", ""]
        for step in layer.steps:
            remark = f" ({markdown_escaped(step.remark)})" if step.remark else ""
            lines.append(
                f"- {markdown_escaped(step.quantity)}: {markdown_escaped(step.rule)}  \n  `{step.worked}`{remark}"
            )
        lines += [f"- {markdown_escaped(remark)}" for remark in layer.remarks]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def latex_text(explanations: Iterable[Explanation]) -> str:
    """A paragraph per layer with its steps in `align*` (package amsmath)."""
    lines: list[str] = []
    for layer in explanations:
        said = latex_escaped(f"{layer.kind} {layer.description}".rstrip())
        lines.append(rf"\paragraph{{{latex_escaped(layer.name)}}} {said}: {latex_escaped(_flow(layer))}")
        if layer.steps:
            lines += [r"\begin{align*}", " \\\\\n".join(map(_latex_step, layer.steps)), r"\end{align*}"]
        lines += [latex_escaped(remark) + "." for remark in layer.remarks]
    return "\n".join(lines) + "\n"


def _latex_step(step: Step) -> str:
    remark = rf" && \text{{({latex_escaped(step.remark)})}}" if step.remark else ""
    worked = latex_formula(step.result)
    if not step.trivial:
        worked = f"{latex_formula(step.numbers)} = {worked}"
    return rf"\text{{{latex_escaped(step.quantity)}}} &= {latex_formula(step.rule)} = {worked}{remark}"


_SYMBOLS = {
    "·": r" \cdot ",
    "⌈": r"\lceil ",
    "⌉": r" \rceil",
    "⌊": r"\lfloor ",
    "⌋": r" \rfloor",
    "₁": "_1",
    "₂": "_2",
    "²": "^2",
    "…": r"\dots ",
    "Σ": r"\Sigma ",
    "→": r"\to ",
}


def latex_formula(text: str) -> str:
    r"""A formula in LaTeX's mathematics: `(227 - 11 + 2·0)/4 + 1` becomes `\frac{227 - 11 + 2 \cdot 0}{4} + 1`.

    Words stay text.
    """
    if re.search(r"[^\W\d_]{2,}", text):
        return rf"\text{{{latex_escaped(text)}}}"
    text = re.sub(r"\(((?:[^()]|\([^()]*\))*)\)/(\w+)", r"\\frac{\1}{\2}", text)
    text = re.sub(r"(\w+)/(\w+)", r"\\frac{\1}{\2}", text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "{,}", text)
    text = re.sub(r"(?<=\d)x(?=\d)", r" \\times ", text)
    return "".join(_SYMBOLS.get(char, char) for char in text)
