"""Recycled memory: an array's buffer returns by itself when the last view of the array is gone.

First touch of fresh memory costs more than most element-wise kernels, so buffers go round. The arena also keeps
the books: `peak` is the most it ever held.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from math import prod
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_ALIGNMENT = 64
_SMALL = 1 << 14
_WASTE = 2
"""A request is served from a buffer at most this many times as large."""


_Buffer = tuple[int, int, Array]
"""A buffer's usable size, its aligned address, and the memory itself."""


class _Lease:
    """The owner of a lent buffer in NumPy's eyes: views keep it alive, and its end is the buffer's return."""

    __slots__ = ("__array_interface__", "_arena", "_buffer")

    def __init__(self, arena: Arena, buffer: _Buffer, shape: tuple[int, ...], code: str) -> None:
        self.__array_interface__ = {"data": (buffer[1], False), "shape": shape, "typestr": code, "version": 3}
        self._arena, self._buffer = arena, buffer

    def __del__(self) -> None:
        self._arena.take_back(self._buffer)


class Arena:
    """A pool of buffers. Bytes `held` are the pool's, in use or waiting; `peak` is their maximum."""

    def __init__(self) -> None:
        self.held = 0
        self.peak = 0
        self._free: list[_Buffer] = []
        self._lock = RLock()

    def empty(self, shape: Sequence[int], dtype: npt.DTypeLike) -> Array:
        """An uninitialised C-contiguous array."""
        kind = np.dtype(dtype)
        size = prod(shape) * kind.itemsize
        if size < _SMALL:
            return np.empty(tuple(shape), kind)
        with self._lock:
            buffer = self._take(size)
        return np.asarray(_Lease(self, buffer, tuple(shape), kind.str))

    def take_back(self, buffer: _Buffer) -> None:
        """A lease has ended: its buffer is free again."""
        with self._lock:
            insort(self._free, buffer)

    def count(self, size: int) -> None:
        """Enter memory that was taken elsewhere (negative: given back) into the books."""
        with self._lock:
            self.held += size
            self.peak = max(self.peak, self.held)

    def _take(self, size: int) -> _Buffer:
        at = bisect_left(self._free, size, key=_size)
        if at < len(self._free) and self._free[at][0] <= _WASTE * size + _SMALL:
            return self._free.pop(at)
        if self.held + size > self.peak:
            self._drop()
        memory = np.empty(size + _ALIGNMENT, np.uint8)
        self.count(size)
        address = memory.ctypes.data
        return size, address + -address % _ALIGNMENT, memory

    def _drop(self) -> None:
        """Return what is waiting to the system: a request that raises the peak must not find it lying about."""
        self.held -= sum(map(_size, self._free))
        self._free.clear()


def _size(buffer: _Buffer) -> int:
    return buffer[0]


def owner_of(array: Array) -> object:
    """What owns an array's memory: two arrays with the same owner may overlap."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array if array.base is None else array.base
