"""A network laid out once and run again and again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import numpy as np
import numpy.typing as npt

from cnncalc.backend import memory
from cnncalc.backend.arena import Arena, Array
from cnncalc.backend.executor import Plan, steps_of, walk, weights_from
from cnncalc.backend.fusion import fuse
from cnncalc.backend.weights import Pool, Weights
from cnncalc.backend.work import Work
from cnncalc.graph import Graph, Node

_FEW = 4
"""Maps up to which an input is laid out map by map."""


class LayerWeights(MutableMapping[str, Array]):
    """The weight tensors of one layer by name, in the frameworks' layouts; reading gives a copy, setting copies."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def __getitem__(self, name: str) -> Array:
        return self._weights.read(name)

    def __setitem__(self, name: str, value: npt.ArrayLike) -> None:
        self._weights.write(name, value)

    def __delitem__(self, name: str) -> None:
        raise TypeError("a layer keeps its weights; set them instead")

    def __iter__(self) -> Iterator[str]:
        return iter(self._weights.tensors)

    def __len__(self) -> int:
        return len(self._weights.tensors)


class Runner:
    """A prepared network: `y = runner(x)`. Not to be called from several threads at once.

    Attributes:
        weights: by layer name, then by tensor name, the numbers the network computes with. Convolutions have
            (filters, channels/groups, ..., height, width), fully connected layers (units, inputs); see each kind's
            reference page. Layers that share weights show the same ones.
        kernels: by layer name the algorithm that ran last, and why it was chosen.
    """

    def __init__(self, graph: Graph, *, seed: int, threads: int, dtype: npt.DTypeLike, memory_limit: int) -> None:
        self._graph = graph
        self._limit = memory_limit
        self._batch = 0
        self._work = Work(Arena(), threads, direct=False)
        self._dtype = np.dtype(dtype)
        steps = steps_of(graph, weights_from(Pool(seed, dtype), self._work, lambda node: True))
        self._plan = Plan(fuse(graph, steps), [output.node for output in graph.outputs])
        self.kernels: dict[str, tuple[str, str]] = {}
        # A first run on zeros lets every kernel shape its weights from the arrays it meets.
        shapes = {node.name: _shape(node) for node in graph.inputs}
        self({name: np.zeros((1, *shape), dtype) for name, shape in shapes.items()})
        self.weights: Mapping[str, LayerWeights] = {
            step.name: LayerWeights(step.weights) for step in steps if step.weights.tensors
        }

    def __call__(self, x: npt.ArrayLike | Mapping[str, npt.ArrayLike]) -> Any:
        """Run the network.

        Args:
            x: (N, C, H, W), or (N, C, L), (N, C, T, H, W), (N, F) as the network's input is; a mapping from the
                inputs' names to such arrays where there are several.

        Returns:
            An array with the batch first, then channels, then the spatial axes; a dict of them by the outputs' names
            where there are several.

        Raises:
            ValueError: if the arrays do not have the shapes of the network's inputs.
            MemoryLimitError: if a batch of this size would need more memory than allowed.
            ExecutionError: if memory runs out all the same.
        """
        values = self._inputs(x)
        outputs = self._graph.outputs
        with np.errstate(all="ignore"):
            for done in walk(self._plan, values, self._work):
                self.kernels[done.step.name] = (self._work.kernel or done.step.kind, self._work.why)
        results = {output.name: np.moveaxis(values[output.node], -1, 1).copy(order="C") for output in outputs}
        return results if len(results) > 1 else results[outputs[0].name]

    def _inputs(self, x: npt.ArrayLike | Mapping[str, npt.ArrayLike]) -> dict[int, Array]:
        """The arrays of the input slots, channels last, in buffers of our own."""
        nodes = self._graph.inputs
        given = x if isinstance(x, Mapping) else {nodes[0].name: x}
        if set(given) != {node.name for node in nodes}:
            raise ValueError(f"the network's inputs are {', '.join(node.name for node in nodes)}")
        arrays = {node: np.asarray(given[node.name]) for node in nodes}
        for node, array in arrays.items():
            if array.shape[1:] != _shape(node) or not len(array):
                wanted = ", ".join(("N", *map(str, _shape(node))))
                raise ValueError(f"{node.name} has the shape ({wanted}), not {array.shape}")
        if len({len(array) for array in arrays.values()}) > 1:
            raise ValueError("the inputs have batches of different sizes")
        self._admit(len(next(iter(arrays.values()))))
        values: dict[int, Array] = {}
        for node, array in arrays.items():
            last = np.moveaxis(array, 1, -1)
            values[node.index] = self._work.arena.empty(last.shape, self._dtype)
            # Few maps go one by one: NumPy would copy position by position.
            for maps in range(last.shape[-1]) if last.shape[-1] <= _FEW else (slice(None),):
                values[node.index][..., maps] = last[..., maps]
        return values

    def _admit(self, batch: int) -> None:
        """Check the memory that a batch larger than any before would need."""
        if batch > self._batch:
            threads, itemsize = self._work.threads, self._dtype.itemsize
            memory.check(self._graph, self._limit, batch=batch, itemsize=itemsize, threads=threads, keep=True)
            self._batch = batch


def _shape(node: Node) -> tuple[int, ...]:
    if node.volume is None:
        raise ValueError(f"the volume of {node.name} is unknown")
    return node.volume.shape


def prepare(
    graph: Graph,
    seed: int = 0,
    threads: int = 1,
    *,
    dtype: npt.DTypeLike = np.float32,
    memory_limit: int = memory.DEFAULT_LIMIT,
) -> Runner:
    """Lay out a network's weights, seeded, and return what runs it.

    More than one thread pays only for large layers, and only where BLAS itself is limited to one (the environment
    variable OPENBLAS_NUM_THREADS, set before NumPy is first imported): otherwise the two compete.

    Raises:
        MemoryLimitError: if it would need more memory than allowed.
    """
    return Runner(graph, seed=seed, threads=threads, dtype=dtype, memory_limit=memory_limit)
