"""Verification: the network is executed, and every layer's prediction is compared with what happened."""

from __future__ import annotations

import os
from collections.abc import Callable
from time import perf_counter

import numpy as np

from cnncalc.backend import memory
from cnncalc.backend.arena import Arena, Array
from cnncalc.backend.errors import ExecutionError
from cnncalc.backend.executor import Done, Plan, root_of, steps_of, walk, weights_from
from cnncalc.backend.planner import WINOGRAD
from cnncalc.backend.weights import Law, Pool, Weights
from cnncalc.backend.work import Work
from cnncalc.graph import Graph, Node
from cnncalc.results import Figures, LayerCheck, Verification

Progress = Callable[[int, int, str], None]

_SMALL_MACS = 50_000_000
_SMALL_BYTES = 64_000_000
_TOLERANCE = 1e-4
_PRODUCTS = ("conv", "depthwise", "transposed_conv", "fc", "rbf")


def available_threads() -> int:
    """How many threads an execution takes unless told: one per processor if BLAS keeps to one, else one.

    Two threads that each start a BLAS with threads of its own are slower than one.
    """
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        return 1
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def verify_graph(
    graph: Graph,
    *,
    name: str,
    seed: int = 0,
    threads: int | None = None,
    batch: int = 1,
    fast: bool = False,
    memory_limit: int = memory.DEFAULT_LIMIT,
    progress: Progress | None = None,
) -> Verification:
    """Execute a network on seeded numbers and compare it, layer by layer, with what was predicted of it.

    Args:
        graph: the network; every volume in it must be known.
        name: how the result calls it.
        seed: of the input and the weights.
        threads: how many at most; by default one per processor if BLAS is limited to one thread
            (OPENBLAS_NUM_THREADS=1, set before NumPy is first imported, which a library cannot do), else one.
        batch: images at once. A small network is run again with two where one is asked for.
        fast: allow Winograd's algorithm, which does fewer products than it stands for and so counts none.
        memory_limit: bytes beyond which the execution is refused before it begins.
        progress: called with layers done, layers in all and the name of the layer just done.

    Raises:
        MemoryLimitError: if the execution would need more memory than allowed.
        ExecutionError: if a volume is unknown or memory runs out.
    """
    threads = threads or available_threads()
    started = perf_counter()
    run = _Run(graph, seed, threads, fast, progress)
    found = run.execute(batch, memory_limit)
    again = batch == 1 and _is_small(graph, found.estimate)
    problems = found.problems
    if again:
        second = _Run(graph, seed, threads, fast, None).execute(2, memory_limit)
        problems += [f"with a batch of 2: {problem}" for problem in second.all_problems()]
    return Verification(
        name,
        tuple(found.layers),
        tuple(problems),
        _statement(found, batch, fast, again),
        perf_counter() - started,
        found.arena.peak,
        found.estimate,
    )


def _is_small(graph: Graph, peak: int) -> bool:
    macs = sum(_predicted(graph, node).macs or 0 for node in graph.layers)
    return macs <= _SMALL_MACS and peak <= _SMALL_BYTES


class _Found:
    """What one execution found."""

    def __init__(self, arena: Arena, estimate: int) -> None:
        self.arena, self.estimate = arena, estimate
        self.layers: list[LayerCheck] = []
        self.problems: list[str] = []

    def all_problems(self) -> list[str]:
        """Those of the network and those of its layers."""
        own = [f"{layer.name}: {text}" for layer in self.layers for text in layer.disagreements]
        return self.problems + own


class _Run:
    """One execution of a graph, watched layer by layer."""

    def __init__(self, graph: Graph, seed: int, threads: int, fast: bool, progress: Progress | None) -> None:
        self.graph, self.seed, self.threads, self.fast, self.progress = graph, seed, threads, fast, progress

    def execute(self, batch: int, limit: int) -> _Found:
        """Run all layers on `batch` images of seeded numbers."""
        graph = self.graph
        estimate = memory.check(graph, limit, batch=batch, threads=self.threads)
        arena = Arena()
        found = _Found(arena, estimate.peak)
        work = Work(arena, self.threads, direct=not self.fast, spot_check=self.fast)
        try:
            with np.errstate(all="ignore"):
                self._walk(found, work, batch)
        finally:
            work.close()
        return found

    def _walk(self, found: _Found, work: Work, batch: int) -> None:
        graph, layers = self.graph, self.graph.layers
        pool = Pool(self.seed, np.float32)
        work.arena.count(pool.numbers.nbytes)
        shared = {root_of(graph, node).index for node in layers if node.shares is not None}
        steps = steps_of(graph, weights_from(pool, work, lambda node: node.index in shared))
        plan = Plan(steps, [output.node for output in graph.outputs])
        values = {node.index: _input(node, pool, work, batch) for node in graph.inputs}
        before: dict[int, tuple[int, int]] = {}
        for count, done in enumerate(walk(plan, values, work), 1):
            node = graph.nodes[done.step.slot]
            found.layers.append(_compare(graph, node, done, work, batch, before))
            # One sum shows any number that is not finite, for a fraction of what testing each would cost.
            if not found.problems and not np.isfinite(done.output.sum()):
                found.problems.append(f"layer {node.name} gives numbers that are not finite")
            if self.progress is not None:
                self.progress(count, len(layers), node.name)


def _input(node: Node, pool: Pool, work: Work, batch: int) -> Array:
    """A full-size input of random numbers with mean 0 and variance 1, channels last."""
    if node.volume is None:
        raise ExecutionError(f"the volume of {node.name} is unknown")
    x = work.arena.empty((batch, *reversed(node.volume.spatial), node.volume.channels), pool.numbers.dtype)
    pool.fill(x.reshape(-1), 15_485_863 * (node.index + 1), Law())
    return x


def _compare(
    graph: Graph, node: Node, done: Done, work: Work, batch: int, before: dict[int, tuple[int, int]]
) -> LayerCheck:
    predicted = _predicted(graph, node)
    weights: Weights = done.step.weights
    products = work.products
    counted = None if work.kernel == WINOGRAD else products // batch
    # A layer that shares another's weights finds them drawn already and adds nothing.
    learned, fixed = before.get(id(weights), (0, 0))
    before[id(weights)] = (weights.learned, weights.fixed)
    executed = Figures(
        (done.output.shape[-1], *done.output.shape[1:-1]),
        weights.learned - learned,
        weights.fixed - fixed,
        counted,
        tuple((name, tensor.frame.shape) for name, tensor in weights.tensors.items()),
    )
    disagreements = _disagreements(predicted, executed)
    if len(done.output) != batch:
        disagreements.append(f"{batch} images went in and {len(done.output)} came out")
    if products % batch:
        disagreements.append(f"{products} products are no multiple of {batch} images")
    if work.deviation is not None and not work.deviation <= _TOLERANCE:
        disagreements.append(f"a tile differs from the direct convolution by {work.deviation:.1e}")
    speed = 2e-9 * products / done.seconds if products and done.seconds else None
    return LayerCheck(
        node.name,
        node.kind,
        predicted,
        executed,
        tuple(disagreements),
        work.kernel or node.kind,
        work.why,
        done.seconds,
        speed,
        work.deviation,
    )


def _predicted(graph: Graph, node: Node) -> Figures:
    if node.volume is None or node.layer is None:
        raise ExecutionError(f"the volume of {node.name} is unknown")
    return Figures(
        node.volume.shape,
        node.parameters,
        node.non_trainable,
        node.layer.macs(graph.volumes_into(node), node.volume),
        tuple((weight.name, weight.shape) for weight in node.weights),
    )


def _disagreements(predicted: Figures, executed: Figures) -> list[str]:
    """What differs, in words."""
    differing = [
        f"{what}: predicted {expected}, executed {happened}"
        for what, expected, happened in (
            ("output", predicted.shape, executed.shape),
            ("parameters", predicted.parameters, executed.parameters),
            ("non-trainable", predicted.non_trainable, executed.non_trainable),
            ("multiply–accumulates", predicted.macs, executed.macs),
        )
        if expected != happened and happened is not None
    ]
    if dict(predicted.weights) != dict(executed.weights):
        differing.append(f"weights: predicted {dict(predicted.weights)}, executed {dict(executed.weights)}")
    return differing


def _statement(found: _Found, batch: int, fast: bool, again: bool) -> tuple[str, ...]:
    """What was done and what it proves."""
    lines = [
        f"Every layer ran at full size in NumPy on {'one image' if batch == 1 else f'{batch} images'} of seeded "
        "random numbers, with seeded random weights that were drawn for the layer and dropped after it.",
        "Output shapes were read from the arrays; parameters are the numbers really allocated, tensor by tensor; the "
        "kernels know hyperparameters and arrays and none of the formulas that made the predictions.",
    ]
    if fast:
        saved = sum(layer.kernel == WINOGRAD for layer in found.layers)
        lines.append(
            f"{saved} convolutions ran by Winograd's algorithm, which does other products: their "
            "multiply–accumulates were not counted, and one tile of each was compared with the direct convolution."
        )
    else:
        lines.append(
            "Multiply–accumulates were counted from the operands of the matrix products with weights that were done, "
            "for " + ", ".join(_PRODUCTS) + "; other layers have none by definition."
        )
    if again:
        lines.append("A second run with a batch of 2 would have shown a batch axis taken for part of a volume.")
    lines.append(
        "Not shown: that the numbers are those of another framework (the tests compare every kernel with plain loops "
        "and with ONNX's cases), nor anything about training."
    )
    return tuple(lines)
