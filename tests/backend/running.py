"""Running single layers through the backend's kernels."""

from types import SimpleNamespace

import numpy as np

from cnncalc.backend.arena import Arena
from cnncalc.backend.kernels import KERNELS
from cnncalc.backend.weights import Pool, Weights
from cnncalc.backend.work import Work


class Bench:
    """One layer run on arrays given channels first, and what is to be known of it afterwards."""

    def __init__(self, layer, *, dtype=np.float32, threads=1, direct=True, weights=None, keep=True):
        self.layer = layer
        self.work = Work(Arena(), threads, direct=direct)
        self.weights = Weights(Pool(1, dtype), self.work.arena, 0, keep=keep)
        self.given = weights or {}

    def __call__(self, *arrays):
        """Arrays (batch, channels, ...) in, one out; given weights are put in after a first run has shaped them."""
        y = self._run(arrays)
        if self.given:
            for name, value in self.given.items():
                self.weights.write(name, value)
            y = self._run(arrays)
        return np.moveaxis(y, -1, 1)

    def _run(self, arrays):
        self.work.begin()
        last = [np.ascontiguousarray(np.moveaxis(x, 1, -1)) for x in arrays]
        layer = SimpleNamespace(**vars(self.layer))
        with np.errstate(all="ignore"):
            y = KERNELS[self.layer.kind](layer, last, self.weights, self.work)
        assert y.flags.c_contiguous
        for before, after in zip(arrays, last, strict=True):
            np.testing.assert_array_equal(np.moveaxis(before, 1, -1), after)
        return y

    def read(self):
        """The weights by name, in the frameworks' layouts."""
        return {name: self.weights.read(name) for name in self.weights.tensors}
