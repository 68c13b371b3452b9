"""Seeded weights: shaped by the kernels from the arrays they meet, drawn straight in the kernels' own layout.

Where the numbers come from: one pool of 2^20 - 3 random numbers of four bits, with mean 0 and variance 1, drawn from
the seed. Every tensor reads on from a place of its own in the pool, again and again until it is full, and is scaled
to its law, so a tensor costs one multiplication per number, and the same seed gives the same network whichever
kernels run it. A tensor is an array of its full size all the same: nothing is broadcast, nothing left out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from random import Random
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cnncalc.backend.arena import Arena, Array

_POOL = (1 << 20) - 3
_BLOCK = 1 << 18
"""Numbers in one block of a streamed tensor: what stays in a core's cache between writing and reading."""


class Frame(NamedTuple):
    """How a tensor in the kernel's layout becomes the frameworks': transposed by `axes`, then reshaped."""

    axes: tuple[int, ...]
    shape: tuple[int, ...]


class Law(NamedTuple):
    """The distribution of a tensor's numbers."""

    mean: float = 0.0
    deviation: float = 1.0


SCALE = Law(1.0, 0.125)
SHIFT = Law(0.0, 0.0625)
VARIANCE = Law(1.0, 0.125)


class Pool:
    """The random numbers all tensors are made of."""

    def __init__(self, seed: int, dtype: npt.DTypeLike) -> None:
        # The standard library's generator: importing NumPy's costs more than drawing the numbers.
        levels = np.frombuffer(Random(seed).randbytes(_POOL), np.uint8) & 15
        self.numbers: Array = levels.astype(dtype)
        self.numbers -= 7.5
        self.numbers /= np.sqrt(np.asarray(21.25, dtype))

    def fill(self, flat: Array, start: int, law: Law) -> None:
        """Write the pool's numbers from `start` on, to the law, into a flat array."""
        done, at = 0, start % _POOL
        while done < flat.size:
            part = self.numbers[at : at + flat.size - done]
            np.multiply(part, law.deviation, out=flat[done : done + part.size])
            done, at = done + part.size, 0
        if law.mean:
            flat += law.mean


class Tensor:
    """One weight tensor of a layer: its frameworks' shape, and its numbers in the kernel's layout once drawn."""

    def __init__(self, frame: Frame, trainable: bool) -> None:
        self.frame = frame
        self.trainable = trainable
        self.array: Array | None = None


class Weights:
    """The weights of one layer, as its kernel sees them. What is `kept` is drawn once and stays the same array."""

    def __init__(self, pool: Pool, arena: Arena, start: int, *, keep: bool) -> None:
        self.tensors: dict[str, Tensor] = {}
        self.learned = 0
        self.fixed = 0
        """How many trainable and how many other numbers were really drawn, by the size of the arrays."""
        self.version = 0
        """Grows whenever a tensor is set."""
        self._pool, self._arena, self._start, self._keep = pool, arena, start, keep
        self._derived: dict[Hashable, Any] = {}

    def draw(
        self, name: str, shape: tuple[int, ...], law: Law, *, frame: Frame | None = None, trainable: bool = True
    ) -> Array:
        """The tensor, in the kernel's layout."""
        tensor, start = self._declare(name, shape, frame, trainable)
        if tensor.array is not None:
            return tensor.array
        array = self._arena.empty(shape, self._pool.numbers.dtype)
        self._pool.fill(array.reshape(-1), start, law)
        self._count(array, trainable)
        if self._keep:
            tensor.array = array
        return array

    def stream(
        self, name: str, shape: tuple[int, int], law: Law, *, trainable: bool = True
    ) -> Iterator[tuple[slice, Array]]:
        """The rows of a matrix, block by block; a kept matrix is one block. An array lives until the next one."""
        if self._keep:
            yield slice(0, shape[0]), self.draw(name, shape, law, trainable=trainable)
            return
        _, start = self._declare(name, shape, None, trainable)
        rows = max(1, _BLOCK // shape[1])
        block = self._arena.empty((min(rows, shape[0]), shape[1]), self._pool.numbers.dtype)
        for first in range(0, shape[0], rows):
            part = block[: min(rows, shape[0] - first)]
            self._pool.fill(part.reshape(-1), start + first * shape[1], law)
            self._count(part, trainable)
            yield slice(first, first + len(part)), part

    def _count(self, array: Array, trainable: bool) -> None:
        if trainable:
            self.learned += array.size
        else:
            self.fixed += array.size

    def derived(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """Something made from the tensors, kept as long as they are: a transformed or folded weight."""
        if not self._keep:
            return make()
        if name not in self._derived:
            self._derived[name] = make()
        return self._derived[name]

    def read(self, name: str) -> Array:
        """A kept tensor in the frameworks' layout, as a copy."""
        tensor = self.tensors[name]
        if tensor.array is None:
            raise KeyError(name)
        return tensor.array.transpose(tensor.frame.axes).reshape(tensor.frame.shape).copy()

    def write(self, name: str, value: npt.ArrayLike) -> None:
        """Set a kept tensor from the frameworks' layout.

        Raises:
            KeyError: if the layer has no such tensor.
            ValueError: if the shape is another.
        """
        tensor = self.tensors[name]
        given = np.asarray(value)
        if tensor.array is None:
            raise KeyError(name)
        if given.shape != tensor.frame.shape:
            raise ValueError(f"{name} has the shape {tensor.frame.shape}, not {given.shape}")
        target = tensor.array.transpose(tensor.frame.axes)
        target[...] = given.reshape(target.shape)
        self.version += 1
        self._derived.clear()

    def _declare(self, name: str, shape: tuple[int, ...], frame: Frame | None, trainable: bool) -> tuple[Tensor, int]:
        if name not in self.tensors:
            self.tensors[name] = Tensor(frame or Frame(tuple(range(len(shape))), shape), trainable)
        return self.tensors[name], self._start + 104_729 * list(self.tensors).index(name)
