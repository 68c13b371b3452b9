"""What a kernel is lent while it runs: memory, hands, and the book in which its products are entered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import copy_context
from math import prod
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from cnncalc.backend.arena import Arena, Array

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

_WORTH_THREADS = 5e7
"""Multiply–accumulates below which a layer is not worth a second thread: handing over costs as much as it saves."""


class Work:
    """The bench of one execution, laid out anew for every layer by `begin`.

    Attributes:
        gain: what a kernel divides the spread of its weights by the root of: the mean square of its input, so
            that its output has about unit variance.
        kernel, why: which algorithm ran, and why it was chosen.
        direct: whether only algorithms are allowed that do every product of the definition.
        finish: what the kernel of a convolution or dense layer does to every finished part of its output.
        deviation: the largest difference a spot check found, relative to the largest number; None without one.
    """

    def __init__(self, arena: Arena, threads: int = 1, *, direct: bool = True, spot_check: bool = False) -> None:
        self.arena, self.threads, self.direct, self.spot_check = arena, threads, direct, spot_check
        self._pool: ThreadPoolExecutor | None = None
        self.begin()

    def begin(
        self,
        gain: float = 1.0,
        expendable: Sequence[Array] = (),
        finish: Callable[[Array], None] | None = None,
    ) -> None:
        """Lay out the bench for a layer. `expendable` inputs are needed by nobody else and may be overwritten."""
        self._entries: list[int] = []
        self.kernel = self.why = ""
        self.deviation: float | None = None
        self.gain, self.finish = gain, finish
        self._expendable = set(map(id, expendable))

    @property
    def products(self) -> int:
        """The multiply–accumulates of the products with weights done for this layer, for the whole batch."""
        return sum(self._entries)

    def close(self) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown()

    def empty(self, shape: Sequence[int], like: Array) -> Array:
        """An uninitialised array of the dtype of another."""
        return self.arena.empty(shape, like.dtype)

    def over(self, x: Array) -> Array:
        """Where a result of the shape of `x` goes: over `x` itself if nobody needs it, else a new array."""
        return x if id(x) in self._expendable else self.empty(x.shape, x)

    def may_overwrite(self, x: Array) -> bool:
        """Whether nobody needs an input any more."""
        return id(x) in self._expendable

    def multiply(self, a: Array, b: Array, out: Array) -> None:
        """A matrix product with weights, entered into the book by the extents of its operands."""
        np.matmul(a, b, out=out)
        self.enter(a.size * b.shape[-1])

    def enter(self, products: int) -> None:
        """Enter multiply–accumulates that were done."""
        self._entries.append(products)  # appending is atomic, adding is not

    def complete(self, part: Array, bias: Array | None) -> None:
        """Add the bias to a finished part of an output, and apply what is fused with the layer, while it is near."""
        if bias is not None:
            part += bias
        if self.finish is not None:
            self.finish(part)

    def hands(self, products: int) -> int:
        """How many threads a layer of so many multiply–accumulates is given."""
        return self.threads if products >= _WORTH_THREADS else 1

    def share(self, items: Iterable[Any], hands: int, do: Callable[[Any, int], None]) -> None:
        """Call `do(item, hand)` for all items; hands take the next item when done with one."""
        if hands <= 1:
            for item in items:
                do(item, 0)
            return
        queue, lock = iter(items), Lock()

        def toil(hand: int) -> None:
            while True:
                with lock:
                    item = next(queue, None)
                if item is None:
                    return
                do(item, hand)

        # A copied context carries NumPy's error state into the thread.
        others = [self._threads().submit(copy_context().run, toil, hand) for hand in range(1, hands)]
        toil(0)
        for other in others:
            other.result()

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(self.threads, "cnncalc")
        return self._pool


def tiles(extents: Sequence[int], most: int) -> Iterator[tuple[slice, ...]]:
    """Slices of the leading axes that cut an array into contiguous parts of at most about `most` positions.

    A part is a run along one axis, at one index of each axis before it, with all of the axes after it.
    """
    axis = 0
    while axis < len(extents) - 1 and prod(extents[axis + 1 :]) > most:
        axis += 1
    rest = prod(extents[axis + 1 :])
    run = max(1, most // max(1, rest))
    # Even parts: a last part of a few rows would waste a product.
    count = -(-extents[axis] // run)
    run = -(-extents[axis] // count)
    for outer in np.ndindex(*extents[:axis]):
        fixed = tuple(slice(index, index + 1) for index in outer)
        for first in range(0, extents[axis], run):
            yield (*fixed, slice(first, min(first + run, extents[axis])))


def as_matrix(x: Array) -> Array:
    """Positions by channels: all axes but the last as one. A view where `x` is contiguous."""
    return x.reshape(-1, x.shape[-1])
