"""ONNX operators said in the terms of the layer kinds, and run through the kernels."""

from math import prod

import numpy as np

from cnncalc.graph import Volume
from cnncalc.layers import layer_class
from tests.backend.running import Bench


class NotApplicableError(Exception):
    """A case that no layer kind expresses."""


def run(kind, arrays, weights=None, **hyper):
    """A layer of that kind on arrays given as (batch, channels, ...)."""
    layer = layer_class(kind).make(max(x.ndim for x in arrays) - 2, **hyper)
    return Bench(layer, weights=weights, dtype=arrays[0].dtype)(*arrays)


def refuse(condition, reason):
    if condition:
        raise NotApplicableError(reason)


def backwards(sizes):
    return tuple(reversed(sizes))


def sides(attributes, x, kernel, stride, dilation):
    """`pads` or `auto_pad` as (before, after) per axis, width first."""
    axes = len(kernel)
    auto = attributes.get("auto_pad", b"NOTSET").decode()
    if auto.startswith("SAME"):
        found = []
        for n, k, s, d in zip(x.shape[2:], kernel, stride, dilation, strict=True):
            total = max(0, (-(-n // s) - 1) * s + d * (k - 1) + 1 - n)
            found.append((total // 2, total - total // 2) if auto == "SAME_UPPER" else (total - total // 2, total // 2))
        return backwards(found)
    pads = attributes.get("pads", [0] * 2 * axes) if auto == "NOTSET" else [0] * 2 * axes
    return backwards(list(zip(pads[:axes], pads[axes:], strict=True)))


def window(attributes, x, kernel):
    """The hyperparameters of a window."""
    ones = [1] * len(kernel)
    stride, dilation = attributes.get("strides", ones), attributes.get("dilations", ones)
    return {
        "kernel": backwards(kernel),
        "stride": backwards(stride),
        "dilation": backwards(dilation),
        "pad": sides(attributes, x, kernel, stride, dilation),
    }


def conv(a, x, w, b=None):
    tensors = {"weight": w} if b is None else {"weight": w, "bias": b}
    own = window(a, x, w.shape[2:])
    return run("conv", [x], tensors, filters=len(w), groups=a.get("group", 1), bias=b is not None, **own)


def conv_transpose(a, x, w, b=None):
    groups = a.get("group", 1)
    own = window(a, x, w.shape[2:])
    extra = list(a.get("output_padding", [0] * (x.ndim - 2)))
    if "output_shape" in a:
        kernel, stride, dilation = map(backwards, (own["kernel"], own["stride"], own["dilation"]))
        pads = []
        for axis, (n, k, s, d) in enumerate(zip(x.shape[2:], kernel, stride, dilation, strict=True)):
            total = s * (n - 1) + extra[axis] + (k - 1) * d + 1 - a["output_shape"][axis]
            extra[axis] += max(0, -total)
            total = max(0, total)
            pads.append((total - total // 2, total // 2))
        own["pad"] = backwards(pads)
    elif a.get("auto_pad", b"").startswith(b"SAME"):
        own["pad"] = "same"
    tensors = {"weight": w} if b is None else {"weight": w, "bias": b}
    return run(
        "transposed_conv", [x], tensors, filters=w.shape[1] * groups, groups=groups, bias=b is not None,
        output_pad=backwards(extra), **own,
    )  # fmt: skip


def max_pool(a, x):
    refuse(x.dtype.kind != "f", "integers: activations are floating point")
    return run("maxpool", [x], ceil=bool(a.get("ceil_mode", 0)), **window(a, x, a["kernel_shape"]))


def average_pool(a, x):
    counted = bool(a.get("count_include_pad", 0))
    own = window(a, x, a["kernel_shape"])
    return run("avgpool", [x], ceil=bool(a.get("ceil_mode", 0)), count_pad=counted, **own)


def gemm(a, x, w, c=None):
    x = x.T if a.get("transA", 0) else x
    weight = (w if a.get("transB", 0) else w.T) * a.get("alpha", 1.0)
    c = np.zeros(1, x.dtype) if c is None else c
    refuse(c.ndim == 2 and len(c) > 1, "a bias of its own for every image")
    bias = np.broadcast_to(c.ravel() * a.get("beta", 1.0), (len(weight),))
    return run("fc", [x], {"weight": weight, "bias": bias}, units=len(weight))


def batch_norm(a, x, scale, shift, mean, variance):
    refuse(a.get("training_mode", 0), "training")
    tensors = {"scale": scale, "shift": shift, "mean": mean, "variance": variance}
    return run("batchnorm", [x], tensors, eps=a.get("epsilon", 1e-5))


def lrn(a, x):
    return run("lrn", [x], size=a["size"], alpha=a.get("alpha", 1e-4), beta=a.get("beta", 0.75), k=a.get("bias", 1.0))


def instance_norm(a, x, scale, shift):
    return run("instancenorm", [x], {"scale": scale, "shift": shift}, eps=a.get("epsilon", 1e-5))


def group_norm(a, x, scale, shift):
    return run("groupnorm", [x], {"scale": scale, "shift": shift}, groups=a["num_groups"], eps=a.get("epsilon", 1e-5))


def layer_norm(a, x, scale, shift):
    """The normalised axes become the channels."""
    axis = a.get("axis", -1) % x.ndim
    flat = x.reshape(prod(x.shape[:axis]), -1)
    tensors = {"scale": scale.ravel(), "shift": shift.ravel()}
    return run("layernorm", [flat], tensors, eps=a.get("epsilon", 1e-5)).reshape(x.shape)


def flat_run(kind, x, weights=None, **hyper):
    """A function of single numbers: any shape will do."""
    return run(kind, [x.reshape(1, -1)], weights, **hyper).reshape(x.shape)


def prelu(a, x, slope):
    return flat_run("prelu", x, {"slope": np.broadcast_to(slope, x.shape).ravel()})


def selu(a, x):
    refuse("alpha" in a or "gamma" in a, "constants other than the published ones")
    return flat_run("selu", x)


def gelu(a, x):
    refuse(a.get("approximate", b"none") != b"none", "the approximation by tanh")
    return flat_run("gelu", x)


def hard_sigmoid(a, x):
    refuse(abs(a.get("alpha", 0.2) - 1 / 6) > 1e-6, "a slope other than 1/6")
    return flat_run("hard_sigmoid", x)


def swish(a, x):
    refuse(a.get("alpha", 1.0) != 1.0, "a slope other than 1")
    return flat_run("silu", x)


def along_channels(kind, arrays, axis, weights=None, **hyper):
    """A layer that works along channels, along another axis: that axis is made the channels."""
    lifted = [x[None] if x.ndim == 1 else x for x in arrays]
    axis = axis % arrays[0].ndim + (arrays[0].ndim == 1)
    moved = [np.moveaxis(x, axis, 1) if axis else np.moveaxis(x, 0, -1)[..., None] for x in lifted]
    if not axis:
        moved = [np.moveaxis(x, -2, 1) for x in moved]
    y = run(kind, moved, weights, **hyper)
    y = np.moveaxis(y, 1, axis) if axis else np.moveaxis(y, 1, -2)[..., 0]
    y = y if axis else np.moveaxis(y, -1, 0)
    return y[0] if arrays[0].ndim == 1 else y


def softmax(a, x):
    return along_channels("softmax", [x], a.get("axis", -1))


def log_softmax(a, x):
    return along_channels("log_softmax", [x], a.get("axis", -1))


def concat(a, *arrays):
    return along_channels("concat", arrays, a["axis"])


def pairwise(kind):
    def adapter(a, x, y):
        refuse(x.dtype.kind != "f", "integers: activations are floating point")
        if x.shape != y.shape:  # one number per index of the last axis, which is made the channels
            y = np.broadcast_to(y, (len(x), *y.shape))
            return np.moveaxis(run(kind, [np.moveaxis(x, -1, 1), y]), 1, -1)
        return run(kind, [x[None, None], y[None, None]])[0, 0] if x.ndim < 2 else run(kind, [x, y])

    return adapter


def pad(a, x, pads, value=None, axes=None):
    refuse(a.get("mode", b"constant") != b"constant", "padding with other than a constant")
    axes = range(x.ndim) if axes is None else [int(axis) % x.ndim for axis in axes]
    around = [(0, 0)] * x.ndim
    for index, axis in enumerate(axes):
        around[axis] = (int(pads[index]), int(pads[index + len(axes)]))
    value = x.dtype.type(0) if value is None else value
    # Zeros around a shifted volume are the value around the volume.
    return run("pad", [x - value], sides=backwards(around[2:]), channels=around[1]) + value


def cut(a, x, starts, ends, axes=None, steps=None):
    refuse(steps is not None and set(steps.tolist()) != {1}, "a step other than 1")
    axes = range(len(starts)) if axes is None else axes
    for start, end, axis in zip(starts, ends, axes, strict=True):
        first, last, _ = slice(int(start), int(end)).indices(x.shape[axis])
        refuse(first >= last, "an empty result")
        x = along_channels("slice", [x], int(axis), start=first, stop=last)
    return x


def depth_to_space(a, x):
    factor = a["blocksize"]
    if a.get("mode", b"DCR") == b"DCR":  # the factors before the depth that remains: another order of channels
        n, _, *extents = x.shape
        x = x.reshape(n, factor * factor, -1, *extents).swapaxes(1, 2).reshape(x.shape)
    return run("pixel_shuffle", [x], factor=factor)


def space_to_depth(a, x):
    factor = a["blocksize"]
    y = run("space_to_depth", [x], factor=factor)
    if a.get("mode", b"DCR") == b"DCR":
        n, _, *extents = y.shape
        y = y.reshape(n, -1, factor * factor, *extents).swapaxes(1, 2).reshape(y.shape)
    return y


def resize(a, x, *inputs):
    mode = a.get("mode", b"nearest").decode()
    refuse(mode not in ("nearest", "linear"), "cubic interpolation")
    where = a.get("coordinate_transformation_mode", b"half_pixel").decode()
    refuse(where != "half_pixel", f"coordinates by {where}")
    refuse(a.get("antialias", 0), "antialiasing")
    refuse(a.get("keep_aspect_ratio_policy", b"stretch") != b"stretch", "a kept aspect ratio")
    nearest = a.get("nearest_mode", b"round_prefer_floor").decode()
    refuse(nearest != "round_prefer_floor", f"nearest by {nearest}")
    axes = a.get("axes", list(range(x.ndim)))
    given = [i for i in inputs if i is not None and i.size]
    factors = [1.0] * x.ndim
    for axis, value in zip(axes, given[-1], strict=True):
        factors[axis] = float(value) if given[-1].dtype.kind == "f" else value / x.shape[axis]
    refuse(any(f != int(f) for f in factors), "not by a whole factor")
    scale = backwards([int(f) for f in factors[2:]])
    return run("upsample", [x], scale=scale, mode="nearest" if mode == "nearest" else "bilinear")


def lp_norm(a, x):
    refuse(a.get("p", 2) != 2, "a norm other than the Euclidean")
    axis = a.get("axis", -1)
    return along_channels("l2norm", [x], axis, {"scale": np.ones(x.shape[axis], x.dtype)})


def flatten(a, x):
    axis = a.get("axis", 1)
    axis += x.ndim if axis < 0 else 0
    return run("flatten", [x.reshape(prod(x.shape[:axis]), *(x.shape[axis:] or (1,)))])


def reshape(a, x, shape):
    refuse(x.size == 0, "an empty array")
    wanted = [x.shape[i] if n == 0 else int(n) for i, n in enumerate(shape)]
    rest = x.size // -prod(wanted) if -1 in wanted else 0
    wanted = [rest if n == -1 else n for n in wanted]
    return run("reshape", [x[None]], volume=Volume(wanted[0], backwards(wanted[1:])))[0]


def dropout(a, x, ratio=None, training=None):
    refuse(training is not None and bool(training), "training")
    return flat_run("dropout", x)


ADAPTERS = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "GlobalAveragePool": lambda a, x: run("global_avgpool", [x]),
    "GlobalMaxPool": lambda a, x: run("global_maxpool", [x]),
    "Gemm": gemm,
    "BatchNormalization": batch_norm,
    "LRN": lrn,
    "InstanceNormalization": instance_norm,
    "GroupNormalization": group_norm,
    "LayerNormalization": layer_norm,
    "LpNormalization": lp_norm,
    "Relu": lambda a, x: flat_run("relu", x),
    "LeakyRelu": lambda a, x: flat_run("leaky_relu", x, slope=a.get("alpha", 0.01)),
    "PRelu": prelu,
    "Elu": lambda a, x: flat_run("elu", x, alpha=a.get("alpha", 1.0)),
    "Selu": selu,
    "Gelu": gelu,
    "Swish": swish,
    "Mish": lambda a, x: flat_run("mish", x),
    "Sigmoid": lambda a, x: flat_run("sigmoid", x),
    "HardSigmoid": hard_sigmoid,
    "HardSwish": lambda a, x: flat_run("hard_swish", x),
    "Tanh": lambda a, x: flat_run("tanh", x),
    "Softplus": lambda a, x: flat_run("softplus", x),
    "Abs": lambda a, x: flat_run("abs", x),
    "Softmax": softmax,
    "LogSoftmax": log_softmax,
    "Concat": concat,
    "Add": pairwise("add"),
    "Mul": pairwise("multiply"),
    "Pad": pad,
    "Slice": cut,
    "DepthToSpace": depth_to_space,
    "SpaceToDepth": space_to_depth,
    "Resize": resize,
    "Upsample": resize,
    "Flatten": flatten,
    "Reshape": reshape,
    "Dropout": dropout,
}

NOT_APPLICABLE = {
    "a bias of its own for every image": "gemm_default_matrix_bias",
    "a kept aspect ratio": (
        "resize_downsample_sizes_nearest_not_larger resize_downsample_sizes_nearest_not_smaller "
        "resize_upsample_sizes_nearest_not_larger resize_upsample_sizes_nearest_not_smaller"
    ),
    "a norm other than the Euclidean": "l1normalization_axis_0 l1normalization_axis_1 l1normalization_axis_last",
    "a slope other than 1/6": "hardsigmoid hardsigmoid_default hardsigmoid_example",
    "a step other than 1": "slice_neg_steps",
    "an empty array": "reshape_allowzero_reordered",
    "an empty result": "slice_start_out_of_bounds",
    "antialiasing": "resize_downsample_scales_linear_antialias resize_downsample_sizes_linear_antialias",
    "constants other than the published ones": "selu selu_example",
    "coordinates by align_corners": (
        "resize_downsample_scales_linear_align_corners resize_upsample_scales_linear_align_corners "
        "resize_upsample_sizes_nearest_floor_align_corners"
    ),
    "coordinates by asymmetric": "resize_upsample_sizes_nearest_round_prefer_ceil_asymmetric",
    "coordinates by half_pixel_symmetric": (
        "resize_downsample_scales_linear_half_pixel_symmetric resize_upsample_scales_linear_half_pixel_symmetric"
    ),
    "coordinates by pytorch_half_pixel": "resize_downsample_sizes_linear_pytorch_half_pixel",
    "coordinates by tf_crop_and_resize": (
        "resize_tf_crop_and_resize resize_tf_crop_and_resize_axes_2_3 resize_tf_crop_and_resize_axes_3_2 "
        "resize_tf_crop_and_resize_extrapolation_value"
    ),
    "cubic interpolation": (
        "resize_downsample_scales_cubic resize_downsample_scales_cubic_A_n0p5_exclude_outside "
        "resize_downsample_scales_cubic_align_corners resize_downsample_scales_cubic_antialias "
        "resize_downsample_sizes_cubic resize_downsample_sizes_cubic_antialias resize_upsample_scales_cubic "
        "resize_upsample_scales_cubic_A_n0p5_exclude_outside resize_upsample_scales_cubic_align_corners "
        "resize_upsample_scales_cubic_asymmetric resize_upsample_sizes_cubic"
    ),
    "integers: activations are floating point": (
        "add_int16 add_int8 add_uint16 add_uint32 add_uint64 add_uint8 maxpool_2d_uint8 mul_int16 mul_int8 "
        "mul_uint16 mul_uint32 mul_uint64 mul_uint8"
    ),
    "nearest by ceil": "resize_upsample_sizes_nearest_ceil_half_pixel",
    "not by a whole factor": (
        "resize_downsample_scales_linear resize_downsample_scales_nearest resize_downsample_sizes_nearest "
        "resize_upsample_sizes_nearest resize_upsample_sizes_nearest_axes_2_3 "
        "resize_upsample_sizes_nearest_axes_3_2"
    ),
    "padding with other than a constant": "edge_pad reflect_pad wrap_pad",
    "the approximation by tanh": "gelu_tanh_1 gelu_tanh_2",
    "training": (
        "batchnorm_epsilon_training_mode batchnorm_example_training_mode training_dropout "
        "training_dropout_default training_dropout_default_mask training_dropout_mask "
        "training_dropout_zero_ratio training_dropout_zero_ratio_mask"
    ),
}
"""Cases of those operators that no hyperparameters express, by the reason."""
