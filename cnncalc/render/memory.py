"""`memory`: what training stores and the most that inference holds, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnncalc.analysis.counts import DTYPE_BYTES
from cnncalc.analysis.measured import Measured
from cnncalc.analysis.memory import OPTIMIZERS, Memory
from cnncalc.render.numbers import grouped, short_bytes
from cnncalc.render.table import Column, Table
from cnncalc.render.terminal import Line, Span, visible, wrapped

_COLUMNS = (
    Column("memory", style="cyan"),
    Column("numbers", numeric=True),
    Column("bytes", numeric=True),
    Column("of"),
)


def memory_table(memory: Memory) -> Table:
    """Training term by term, then inference."""
    size = DTYPE_BYTES[memory.dtype]
    kept = OPTIMIZERS[memory.optimizer]
    state = f"{memory.optimizer}, {kept} per parameter"
    images = "one image" if memory.batch == 1 else f"{memory.batch:,} images"
    rows = [
        ("weights", memory.weights, "learned and running numbers"),
        ("gradients", memory.gradients, "one per parameter"),
        ("optimiser state", memory.optimizer_state, state),
        ("activations", memory.activations, f"the input and all outputs, {images}"),
        ("training", memory.training, "all of these"),
        ("activations at once", memory.peak_bytes, f"at inference, {images}"),
        ("inference", memory.inference, "weights, and activations at once"),
    ]
    return Table(_COLUMNS, [[name, grouped(held // size), short_bytes(held), of] for name, held, of in rows])


def closing(memory: Memory, width: int | None) -> Iterator[Line]:
    """Where the peak of inference is, and what overwriting saves."""
    peak = memory.peak
    held = " + ".join(f"{grouped(numbers)} of {name}" for name, numbers in peak.held)
    text = f"most at once: at {peak.layer}, {held} = {grouped(peak.numbers)} numbers an image"
    yield from wrapped(visible(text), width, "  ")
    if memory.separate_bytes > memory.peak_bytes:
        yield from wrapped(
            f"if no layer wrote over its input: {short_bytes(memory.separate_bytes)} rather than "
            f"{short_bytes(memory.peak_bytes)}",
            width,
            "  ",
        )


def heading(network: Measured, memory: Memory) -> Line:
    """The line above the table."""
    batch = "one image" if memory.batch == 1 else f"a batch of {memory.batch:,}"
    return (Span(visible(network.name), "bold"), Span(f" · {batch} in {memory.dtype}"))


def memory_dict(network: Measured, memory: Memory) -> dict[str, Any]:
    """The machine-readable form, in bytes."""
    return {
        "schema_version": 1,
        "name": network.name,
        "batch": memory.batch,
        "dtype": memory.dtype,
        "optimizer": memory.optimizer,
        "weight_bytes": memory.weights,
        "gradient_bytes": memory.gradients,
        "optimizer_bytes": memory.optimizer_state,
        "activation_bytes": memory.activations,
        "training_bytes": memory.training,
        "inference": {
            "bytes": memory.inference,
            "activation_bytes": memory.peak_bytes,
            "activation_bytes_without_overwriting": memory.separate_bytes,
            "layer": memory.peak.layer,
            "held": [{"name": name, "activations": numbers} for name, numbers in memory.peak.held],
        },
    }
