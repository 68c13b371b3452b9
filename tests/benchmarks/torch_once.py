"""What one would write with torch to see a network's shapes by execution.

Run as `python -m tests.benchmarks.torch_once NAME`.
"""

import sys

import torch

import cnncalc
from tests.benchmarks.peers import TorchNetwork


class Watched(TorchNetwork):
    """Reads the shape of every layer's output, as a forward hook would."""

    def layer(self, node, arrays):
        found = super().layer(node, arrays)
        if tuple(found.shape[1:]) != node.volume.shape:
            raise ValueError(f"{node.name}: {tuple(found.shape)}")
        return found


def main():
    graph = cnncalc.load(sys.argv[1]).graph
    weights = {
        node.name: {weight.name: torch.randn(weight.shape).abs().mul_(0.01).numpy() for weight in node.weights}
        for node in graph.layers
    }
    source = graph.inputs[0]
    Watched(graph, weights)(torch.randn(1, *source.volume.shape).numpy())


if __name__ == "__main__":
    main()
