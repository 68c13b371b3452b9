"""What can go wrong when a network is executed."""

from __future__ import annotations


class ExecutionError(Exception):
    """A network that could not be executed; the message says which layer and why."""


class MemoryLimitError(ExecutionError):
    """An execution refused before it began, because it would need more memory than allowed.

    Attributes:
        needed: the estimate in bytes.
        limit: the bytes allowed.
        layer: the layer at which the peak is reached.
    """

    def __init__(self, needed: int, limit: int, layer: str) -> None:
        self.needed, self.limit, self.layer = needed, limit, layer
        super().__init__(
            f"executing this network needs about {needed:,} bytes at layer {layer}, and the limit is {limit:,} bytes"
        )
