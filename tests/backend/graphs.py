"""Small graphs for the tests of the backend, put together by hand."""

from cnncalc.graph import Graph, Node, Output, Volume
from cnncalc.layers import layer_class


class Sketch:
    """A graph in the making; `add` returns the index of the new node."""

    def __init__(self, **inputs):
        self.nodes = [
            Node(index, name, "input", None, (), volume) for index, (name, volume) in enumerate(inputs.items())
        ]

    def add(self, kind, *inputs, name=None, shares=None, **hyper):
        """A layer reading the given nodes, by default the last one."""
        read = inputs or (len(self.nodes) - 1,)
        volumes = [self.nodes[index].volume for index in read]
        layer = layer_class(kind).make(len(volumes[0].spatial), **hyper)
        index = len(self.nodes)
        output, weights = layer.output(volumes), layer.weights(volumes)
        self.nodes.append(Node(index, name or f"{kind}{index}", kind, layer, read, output, weights, shares))
        return index

    def graph(self, *outputs):
        """The graph, with the named outputs or the last node's."""
        given = outputs or (len(self.nodes) - 1,)
        return Graph(tuple(self.nodes), tuple(Output(self.nodes[index].name, index) for index in given))


def residual(blocks, width=8, extent=9):
    """A chain of residual blocks with batch normalisation."""
    sketch = Sketch(input=Volume(width, (extent, extent)))
    last = 0
    for _ in range(blocks):
        sketch.add("conv", last, filters=width, kernel=3, pad=1, bias=False)
        sketch.add("batchnorm")
        sketch.add("relu")
        sketch.add("conv", filters=width, kernel=3, pad=1, bias=False)
        inner = sketch.add("batchnorm")
        sketch.add("add", inner, last)
        last = sketch.add("relu")
    return sketch


def siamese():
    """Two inputs through the same weights, joined; two outputs."""
    sketch = Sketch(left=Volume(3, (8, 8)), right=Volume(3, (8, 8)))
    first = sketch.add("conv", 0, filters=4, kernel=3, name="tower")
    second = sketch.add("conv", 1, filters=4, kernel=3, name="again", shares=first)
    one = sketch.add("fc", first, units=5, name="head")
    two = sketch.add("fc", second, units=5, name="head_again", shares=one)
    joined = sketch.add("add", one, two, name="joined")
    return sketch.graph(joined, second)
