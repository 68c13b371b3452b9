"""`verify`: what was predicted and what happened, layer by layer, and the verdict in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cnncalc.graph import Volume
from cnncalc.render.numbers import grouped, short_bytes
from cnncalc.render.table import Column, Table, text_lines
from cnncalc.render.terminal import Line, Span, visible, wrapped
from cnncalc.results import LayerCheck, Verification

Progress = Callable[[int, int, str], None]


def verification_table(result: Verification, kernels: bool = False) -> Table:
    """One line per layer: what was executed, and whether that is what was predicted."""
    columns = [
        Column("layer", style="cyan"),
        Column("kind"),
        Column("output", numeric=True),
        Column("parameters", numeric=True),
        Column("MACs", numeric=True),
        Column("agrees"),
    ]
    if kernels:
        columns += [Column("kernel"), Column("GFLOP/s", numeric=True), Column("why")]
    return Table(columns, [_row(layer, kernels) for layer in result.layers])


def _row(layer: LayerCheck, kernels: bool) -> list[str]:
    executed = layer.executed
    macs = "not counted" if executed.macs is None else grouped(executed.macs)
    row = [
        layer.name,
        layer.kind,
        _volume(executed.shape),
        grouped(executed.parameters),
        macs,
        "✓" if layer.ok else "✗",
    ]
    if kernels:
        row += [layer.kernel, f"{layer.gflops:.1f}" if layer.gflops else "", layer.why]
    return row


def _volume(shape: tuple[int, ...]) -> str:
    """Channels first to the text order, width first."""
    return Volume(shape[0], tuple(reversed(shape[1:]))).text


def verification_lines(
    result: Verification, width: int | None, *, kernels: bool = False, quiet: bool = False
) -> Iterator[Line]:
    """The table, what disagrees, and the verdict; with `quiet` the verdict alone."""
    if not quiet:
        yield from text_lines(verification_table(result, kernels), width)
        yield ""
    for layer in result.layers:
        for disagreement in layer.disagreements:
            yield (Span("✗ ", "bold red"), Span(visible(f"{layer.name}: {disagreement}")))
    for problem in result.problems:
        yield (Span("✗ ", "bold red"), Span(visible(problem)))
    yield verdict(result)
    if not quiet:
        for sentence in result.statement:
            yield from wrapped(sentence, width)


def verdict(result: Verification) -> Line:
    """One line: verified or not, how long it took, how much memory."""
    cost = f"{result.seconds:.2f} s, {short_bytes(result.peak_bytes)} at the peak"
    cost += f" ({short_bytes(result.predicted_peak_bytes)} predicted)"
    total = len(result.layers)
    name = visible(result.name)
    if result.verified:
        counted = sum(layer.executed.macs or 0 for layer in result.layers)
        parameters = sum(layer.executed.parameters for layer in result.layers)
        text = f" {name}: all {total} layers agree; {grouped(parameters)} parameters allocated, "
        text += f"{grouped(counted)} multiply–accumulates done; {cost}"
        return (Span("✓ verified", "bold green"), Span(text))
    wrong = sum(not layer.ok for layer in result.layers)
    return (Span("✗ not verified", "bold red"), Span(f" {name}: {wrong} of {total} layers disagree; {cost}"))


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar on standard error, for what takes longer than a moment."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("executing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=None)

        def advance(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=visible(name))

        yield advance
