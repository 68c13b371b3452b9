"""The same network in ONNX and in torch, with the weights of a runner, to be timed and compared beside it.

Covers the kinds that the benchmarked networks consist of; both libraries are optional.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def backwards(sizes):
    return list(reversed(sizes))


def pads(layer):
    """ONNX pads of a window: all that come before, then all that come after."""
    pad = layer.pad
    if pad == "half":
        pad = tuple((d * (k - 1) // 2,) * 2 for k, d in zip(layer.kernel, layer.dilation, strict=True))
    if pad == "valid":
        pad = ((0, 0),) * len(layer.kernel)
    return backwards([before for before, _ in pad]) + backwards([after for _, after in pad])


class OnnxWriter:
    """Builds an ONNX model node by node."""

    def __init__(self, graph, weights):
        import onnx

        self.helper, self.numpy_helper = onnx.helper, onnx.numpy_helper
        self.graph, self.weights = graph, weights
        self.nodes, self.tensors, self.names = [], [], {}

    def model(self):
        """The model's bytes: one output, the network's last."""
        helper = self.helper
        for node in self.graph.nodes:
            self.names[node.index] = node.name
            if node.kind != "input":
                getattr(self, node.kind, self.simple)(node, [self.names[i] for i in node.inputs])
        source, last = self.graph.inputs[0], self.graph.nodes[self.graph.outputs[-1].node]
        made = helper.make_graph(
            self.nodes,
            "network",
            [helper.make_tensor_value_info(source.name, 1, (1, *source.volume.shape))],
            [helper.make_tensor_value_info(last.name, 1, None)],
            self.tensors,
        )
        opset = helper.make_opsetid("", 17)
        return helper.make_model(made, opset_imports=[opset], ir_version=8).SerializeToString()

    def tensor(self, node, name, value=None):
        """An initialiser; returns its name."""
        value = self.weights[node.name][name] if value is None else value
        label = f"{node.name}.{name}"
        self.tensors.append(self.numpy_helper.from_array(np.ascontiguousarray(value), label))
        return label

    def emit(self, kind, inputs, node, **attributes):
        """A node named and writing like the layer."""
        self.nodes.append(self.helper.make_node(kind, inputs, [node.name], name=node.name, **attributes))

    def window(self, layer):
        return {
            "kernel_shape": backwards(layer.kernel),
            "strides": backwards(layer.stride),
            "dilations": backwards(layer.dilation),
            "pads": pads(layer),
        }

    def conv(self, node, inputs):
        layer = node.layer
        names = [self.tensor(node, name) for name in self.weights[node.name]]
        self.emit("Conv", inputs + names, node, group=layer.groups, **self.window(layer))

    def depthwise(self, node, inputs):
        names = [self.tensor(node, name) for name in self.weights[node.name]]
        groups = len(self.weights[node.name]["weight"]) // node.layer.multiplier
        self.emit("Conv", inputs + names, node, group=groups, **self.window(node.layer))

    def transposed_conv(self, node, inputs):
        layer = node.layer
        names = [self.tensor(node, name) for name in self.weights[node.name]]
        self.emit("ConvTranspose", inputs + names, node, group=layer.groups, **self.window(layer))

    def maxpool(self, node, inputs):
        self.emit("MaxPool", inputs, node, ceil_mode=int(node.layer.ceil), **self.window(node.layer))

    def avgpool(self, node, inputs):
        own = self.window(node.layer)
        del own["dilations"]
        counted = int(node.layer.count_pad)
        self.emit("AveragePool", inputs, node, ceil_mode=int(node.layer.ceil), count_include_pad=counted, **own)

    def adaptive_avgpool(self, node, inputs):
        extents = self.graph.nodes[node.inputs[0]].volume.spatial
        kernel = backwards([n // m for n, m in zip(extents, node.layer.size, strict=True)])
        self.emit("AveragePool", inputs, node, kernel_shape=kernel, strides=kernel)

    def fc(self, node, inputs):
        self.nodes.append(self.helper.make_node("Flatten", inputs, [f"{node.name}.flat"]))
        names = [self.tensor(node, name) for name in self.weights[node.name]]
        self.emit("Gemm", [f"{node.name}.flat", *names], node, transB=1)

    def batchnorm(self, node, inputs):
        names = [self.tensor(node, name) for name in ("scale", "shift", "mean", "variance")]
        self.emit("BatchNormalization", inputs + names, node, epsilon=node.layer.eps)

    def lrn(self, node, inputs):
        layer = node.layer
        self.emit("LRN", inputs, node, size=layer.size, alpha=layer.alpha, beta=layer.beta, bias=layer.k)

    def relu6(self, node, inputs):
        bounds = [self.tensor(node, str(bound), np.float32(bound)) for bound in (0, 6)]
        self.emit("Clip", inputs + bounds, node)

    def concat(self, node, inputs):
        self.emit("Concat", inputs, node, axis=1)

    def softmax(self, node, inputs):
        self.emit("Softmax", inputs, node, axis=1)

    def simple(self, node, inputs):
        kinds = {
            "relu": "Relu", "add": "Add", "multiply": "Mul", "global_avgpool": "GlobalAveragePool",
            "dropout": "Identity", "identity": "Identity", "flatten": "Flatten",
        }  # fmt: skip
        self.emit(kinds[node.kind], inputs, node)


def onnx_bytes(graph, weights):
    """The network as an ONNX model."""
    return OnnxWriter(graph, weights).model()


class TorchNetwork:
    """The network in torch's eager mode, layer by layer, without gradients."""

    def __init__(self, graph, weights):
        import torch

        self.torch, self.graph = torch, graph
        self.weights = {
            name: {key: torch.from_numpy(np.array(value)) for key, value in tensors.items()}
            for name, tensors in weights.items()
        }

    def __call__(self, x: Any) -> Any:
        """One output, the network's last."""
        with self.torch.inference_mode():
            values = {self.graph.inputs[0].index: self.torch.from_numpy(x)}
            left = {node.index: 0 for node in self.graph.nodes}
            for node in self.graph.nodes:
                for index in node.inputs:
                    left[index] += 1
            for node in self.graph.layers:
                arrays = [values[index] for index in node.inputs]
                for index in node.inputs:
                    left[index] -= 1
                    if not left[index]:
                        del values[index]
                values[node.index] = self.layer(node, arrays)
                del arrays
            return values[self.graph.outputs[-1].node].numpy()

    def layer(self, node, arrays):
        functions, layer, w = self.torch.nn.functional, node.layer, self.weights.get(node.name, {})
        x = arrays[0]
        match node.kind:
            case "conv" | "depthwise":
                groups = layer.groups if node.kind == "conv" else x.shape[1]
                around = pads(layer)[: len(layer.kernel)]
                return functions.conv2d(
                    x, w["weight"], w.get("bias"), backwards(layer.stride), around, backwards(layer.dilation), groups
                )
            case "transposed_conv":
                around = pads(layer)[: len(layer.kernel)]
                return functions.conv_transpose2d(
                    x, w["weight"], w.get("bias"), backwards(layer.stride), around, 0, layer.groups
                )
            case "maxpool":
                around = pads(layer)[: len(layer.kernel)]
                return functions.max_pool2d(
                    x, backwards(layer.kernel), backwards(layer.stride), around, ceil_mode=layer.ceil
                )
            case "avgpool":
                around = pads(layer)[: len(layer.kernel)]
                return functions.avg_pool2d(
                    x, backwards(layer.kernel), backwards(layer.stride), around, layer.ceil, layer.count_pad
                )
            case "fc":
                return functions.linear(x.flatten(1), w["weight"], w.get("bias"))
            case "batchnorm":
                return functions.batch_norm(x, w["mean"], w["variance"], w["scale"], w["shift"], eps=layer.eps)
            case "relu":
                return functions.relu_(x) if node.inputs[0] != self.graph.inputs[0].index else functions.relu(x)
            case "lrn":
                return functions.local_response_norm(x, layer.size, layer.alpha, layer.beta, layer.k)
            case "add":
                return x + arrays[1]
            case "concat":
                return self.torch.cat(arrays, 1)
            case "adaptive_avgpool":
                return functions.adaptive_avg_pool2d(x, backwards(layer.size))
            case "global_avgpool":
                return functions.adaptive_avg_pool2d(x, 1)
            case "relu6":
                return functions.relu6(x)
            case "softmax":
                return functions.softmax(x, 1)
            case "flatten":
                return x.flatten(1)
            case _:
                return x
