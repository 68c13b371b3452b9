"""Every layer kind once more, in plain loops over single numbers, straight from its definition.

Arrays are one image each, channels first, float64. `layer` is the layer with its hyperparameters (width first), of
which only plain fields are read; `w` are the weights by name in the frameworks' layouts.
"""

import math
from itertools import product

import numpy as np


def backwards(sizes):
    """Width first, as hyperparameters are, to the order of the array's axes."""
    return tuple(reversed(sizes))


def window_starts(extent, pad, kernel, stride, dilation, ceil=False):
    """Where windows start along one axis, tried one after the other."""
    before, after = pad
    starts = []
    start = -before
    while True:
        last_cell = start + dilation * (kernel - 1)
        fits = last_cell < extent + after
        # With ceil one more window may hang over the end, if it starts before the padding there.
        hangs = ceil and last_cell - stride + 1 < extent + after and start < extent
        if not fits and not hangs:
            return starts
        if ceil and starts and start >= extent:
            return starts
        starts.append(start)
        start += stride


def pads(pad, extents, kernel, stride, dilation):
    """(before, after) per axis of the array."""
    found = []
    for axis in range(len(extents)):
        reach = dilation[axis] * (kernel[axis] - 1) + 1
        if pad == "valid":
            found.append((0, 0))
        elif pad == "half":
            found.append(((reach - 1) // 2, (reach - 1) // 2))
        elif pad == "same":
            wanted = math.ceil(extents[axis] / stride[axis])
            total = max(0, (wanted - 1) * stride[axis] + reach - extents[axis])
            found.append((total // 2, total - total // 2))
        else:
            found.append(backwards(pad)[axis])
    return found


def cell(x, channel, position):
    """One number of a map; 0 outside."""
    if all(0 <= p < n for p, n in zip(position, x.shape[1:], strict=True)):
        return float(x[(channel, *position)])
    return 0.0


def geometry(layer, x, *, ceil=False):
    """Kernel, dilation, and the starts of all windows per axis."""
    kernel, stride = backwards(layer.kernel), backwards(layer.stride)
    dilation = backwards(getattr(layer, "dilation", (1,) * len(kernel)))
    around = pads(getattr(layer, "pad", "valid"), x.shape[1:], kernel, stride, dilation)
    starts = [
        window_starts(n, p, k, s, d, ceil)
        for n, p, k, s, d in zip(x.shape[1:], around, kernel, stride, dilation, strict=True)
    ]
    return kernel, dilation, starts, around


def conv(layer, arrays, w):
    (x,) = arrays
    kernel, dilation, starts, _ = geometry(layer, x)
    y = np.zeros((layer.filters, *map(len, starts)))
    seen, each = x.shape[0] // layer.groups, layer.filters // layer.groups
    link = 0
    for f in range(layer.filters):
        if layer.connections is None:
            group = f // each
            maps = [(group * seen + c, (f, c)) for c in range(seen)]
        else:
            maps = [(c, (link + i,)) for i, c in enumerate(layer.connections[f])]
            link += len(maps)
        for out in np.ndindex(*map(len, starts)):
            total = float(w["bias"][f]) if layer.bias else 0.0
            for (channel, where), tap in product(maps, np.ndindex(*kernel)):
                position = [s[o] + t * d for s, o, t, d in zip(starts, out, tap, dilation, strict=True)]
                total += cell(x, channel, position) * float(w["weight"][(*where, *tap)])
            y[(f, *out)] = total
    return y


def depthwise(layer, arrays, w):
    (x,) = arrays
    kernel, dilation, starts, _ = geometry(layer, x)
    y = np.zeros((x.shape[0] * layer.multiplier, *map(len, starts)))
    for f in range(len(y)):
        for out in np.ndindex(*map(len, starts)):
            total = float(w["bias"][f]) if layer.bias else 0.0
            for tap in np.ndindex(*kernel):
                position = [s[o] + t * d for s, o, t, d in zip(starts, out, tap, dilation, strict=True)]
                total += cell(x, f // layer.multiplier, position) * float(w["weight"][(f, 0, *tap)])
            y[(f, *out)] = total
    return y


def transposed_conv(layer, arrays, w):
    (x,) = arrays
    kernel, stride, dilation = map(backwards, (layer.kernel, layer.stride, layer.dilation))
    extra = backwards(layer.output_pad)
    extents, shifts = [], []
    for n, k, s, d, more, axis in zip(x.shape[1:], kernel, stride, dilation, extra, range(len(kernel)), strict=True):
        reach = d * (k - 1) + 1
        if layer.pad == "same":
            extents.append(n * s)
            shifts.append(max(0, reach - s) // 2)
        else:
            before, after = pads(layer.pad, x.shape[1:], kernel, stride, dilation)[axis]
            extents.append((n - 1) * s + reach + more - before - after)
            shifts.append(before)
    seen, each = x.shape[0] // layer.groups, layer.filters // layer.groups
    y = np.zeros((layer.filters, *extents))
    if layer.bias:
        for f in range(layer.filters):
            y[f] = w["bias"][f]
    for c in range(x.shape[0]):
        for f in range(each):
            for at in np.ndindex(*x.shape[1:]):
                for tap in np.ndindex(*kernel):
                    goal = [a * s + t * d - b for a, s, t, d, b in zip(at, stride, tap, dilation, shifts, strict=True)]
                    if all(0 <= g < n for g, n in zip(goal, extents, strict=True)):
                        channel = c // seen * each + f
                        y[(channel, *goal)] += float(x[(c, *at)]) * float(w["weight"][(c, f, *tap)])
    return y


def window_cells(layer, x):
    """For every output position the positions of its window's cells in the input, and how many count as padding."""
    kernel, dilation, starts, around = geometry(layer, x, ceil=getattr(layer, "ceil", False))
    for out in np.ndindex(*map(len, starts)):
        real, padding = [], 0
        for tap in np.ndindex(*kernel):
            position = tuple(s[o] + t * d for s, o, t, d in zip(starts, out, tap, dilation, strict=True))
            if all(0 <= p < n for p, n in zip(position, x.shape[1:], strict=True)):
                real.append(position)
            elif all(p < n + after for p, n, (_, after) in zip(position, x.shape[1:], around, strict=True)):
                padding += 1
        yield out, real, padding
    return


def windowed(layer, x, value):
    found = list(window_cells(layer, x))
    y = np.zeros((x.shape[0], *(n + 1 for n in found[-1][0])))
    for channel in range(x.shape[0]):
        for out, real, padding in found:
            y[(channel, *out)] = value(channel, [float(x[(channel, *p)]) for p in real], padding)
    return y


def maxpool(layer, arrays, w):
    return windowed(layer, arrays[0], lambda c, cells, padding: max(cells, default=-math.inf))


def avgpool(layer, arrays, w):
    def mean(c, cells, padding):
        count = len(cells) + (padding if layer.count_pad and layer.pad != "same" else 0)
        return math.fsum(cells) / count if count else 0.0

    return windowed(layer, arrays[0], mean)


def mirrored(position, extent):
    """A position outside a map, folded back at its first and last cell until it is inside."""
    while extent > 1 and not 0 <= position < extent:
        position = -position if position < 0 else 2 * (extent - 1) - position
    return position if extent > 1 else 0


def blurpool(layer, arrays, w):
    (x,) = arrays
    kernel, _, starts, _ = geometry(layer, x)
    y = np.zeros((x.shape[0], *map(len, starts)))
    for c in range(len(y)):
        for out in np.ndindex(*map(len, starts)):
            for tap in np.ndindex(*kernel):
                weight = math.prod(math.comb(k - 1, t) / 2 ** (k - 1) for k, t in zip(kernel, tap, strict=True))
                position = [mirrored(s[o] + t, n) for s, o, t, n in zip(starts, out, tap, x.shape[1:], strict=True)]
                y[(c, *out)] += weight * cell(x, c, position)
    return y


def subsample(layer, arrays, w):
    return windowed(layer, arrays[0], lambda c, cells, _: math.fsum(cells) * w["coefficient"][c] + w["bias"][c])


def per_map(x, value):
    return np.array([value([float(v) for v in x[c].ravel()]) for c in range(len(x))]).reshape(
        len(x), *(1,) * (x.ndim - 1)
    )


def global_avgpool(layer, arrays, w):
    return per_map(arrays[0], lambda numbers: math.fsum(numbers) / len(numbers))


def global_maxpool(layer, arrays, w):
    return per_map(arrays[0], max)


def adaptive(layer, x, value):
    size = backwards(layer.size)
    y = np.zeros((len(x), *size))
    for channel in range(len(x)):
        for out in np.ndindex(*size):
            spans = [
                range(math.floor(o * n / m), math.ceil((o + 1) * n / m))
                for o, n, m in zip(out, x.shape[1:], size, strict=True)
            ]
            y[(channel, *out)] = value([float(x[(channel, *p)]) for p in product(*spans)])
    return y


def adaptive_avgpool(layer, arrays, w):
    return adaptive(layer, arrays[0], lambda cells: math.fsum(cells) / len(cells))


def adaptive_maxpool(layer, arrays, w):
    return adaptive(layer, arrays[0], max)


def fc(layer, arrays, w):
    numbers = [float(v) for v in arrays[0].ravel()]
    y = np.zeros(layer.units)
    for unit in range(layer.units):
        y[unit] = math.fsum(a * float(b) for a, b in zip(numbers, w["weight"][unit], strict=True))
        y[unit] += float(w["bias"][unit]) if layer.bias else 0.0
    return y


def rbf(layer, arrays, w):
    numbers = [float(v) for v in arrays[0].ravel()]
    return np.array(
        [math.fsum((a - float(b)) ** 2 for a, b in zip(numbers, row, strict=True)) for row in w["prototypes"]]
    )


def standardised(layer, x, members, w):
    """(x - mean)/√(variance + eps) over the members of each number's set, then scale and shift."""
    y = np.zeros(x.shape)
    for where in np.ndindex(*x.shape):
        numbers = members(where)
        mean = math.fsum(numbers) / len(numbers)
        variance = math.fsum((v - mean) ** 2 for v in numbers) / len(numbers)
        value = (float(x[where]) - mean) / math.sqrt(variance + layer.eps)
        y[where] = value * float(w["scale"][where[0]] if "scale" in w else 1) + float(
            w["shift"][where[0]] if "shift" in w else 0
        )
    return y


def layernorm(layer, arrays, w):
    (x,) = arrays
    return standardised(layer, x, lambda at: [float(x[(c, *at[1:])]) for c in range(len(x))], w)


def groupnorm(layer, arrays, w):
    (x,) = arrays
    each = len(x) // layer.groups

    def members(at):
        first = at[0] // each * each
        return [float(v) for c in range(first, first + each) for v in x[c].ravel()]

    return standardised(layer, x, members, w)


def instancenorm(layer, arrays, w):
    (x,) = arrays
    return standardised(layer, x, lambda at: [float(v) for v in x[at[0]].ravel()], w)


def batchnorm(layer, arrays, w):
    (x,) = arrays
    y = np.zeros(x.shape)
    for at in np.ndindex(*x.shape):
        value = (float(x[at]) - float(w["mean"][at[0]])) / math.sqrt(float(w["variance"][at[0]]) + layer.eps)
        y[at] = value * float(w["scale"][at[0]] if "scale" in w else 1) + float(
            w["shift"][at[0]] if "shift" in w else 0
        )
    return y


def grn(layer, arrays, w):
    (x,) = arrays
    norms = [math.sqrt(math.fsum(float(v) ** 2 for v in channel.ravel())) for channel in x]
    mean = math.fsum(norms) / len(norms)
    y = np.zeros(x.shape)
    for at in np.ndindex(*x.shape):
        scale = float(w["scale"][at[0]]) if "scale" in w else 1.0
        shift = float(w["shift"][at[0]]) if "shift" in w else 0.0
        y[at] = float(x[at]) * (1 + scale * norms[at[0]] / (mean + layer.eps)) + shift
    return y


def l2norm(layer, arrays, w):
    (x,) = arrays
    y = np.zeros(x.shape)
    for at in np.ndindex(*x.shape):
        norm = math.sqrt(math.fsum(float(x[(c, *at[1:])]) ** 2 for c in range(len(x))))
        y[at] = float(x[at]) / (norm + layer.eps) * float(w["scale"][at[0]])
    return y


def lrn(layer, arrays, w):
    (x,) = arrays
    y = np.zeros(x.shape)
    for at in np.ndindex(*x.shape):
        first = max(0, at[0] - (layer.size - 1) // 2)
        last = min(len(x) - 1, at[0] + math.ceil((layer.size - 1) / 2))
        squares = math.fsum(float(x[(c, *at[1:])]) ** 2 for c in range(first, last + 1))
        y[at] = float(x[at]) / (layer.k + layer.alpha / layer.size * squares) ** layer.beta
    return y


def sigmoid(v):
    return 1 / (1 + math.exp(-v))


FUNCTIONS = {
    "relu": lambda layer, v: max(0.0, v),
    "relu6": lambda layer, v: min(max(0.0, v), 6.0),
    "leaky_relu": lambda layer, v: v if v > 0 else layer.slope * v,
    "elu": lambda layer, v: v if v > 0 else layer.alpha * (math.exp(v) - 1),
    "selu": lambda layer, v: 1.0507009873554805 * (v if v > 0 else 1.6732632423543772 * (math.exp(v) - 1)),
    "gelu": lambda layer, v: v * 0.5 * (1 + math.erf(v / math.sqrt(2))),
    "silu": lambda layer, v: v * sigmoid(v),
    "mish": lambda layer, v: v * math.tanh(math.log(1 + math.exp(v))),
    "sigmoid": lambda layer, v: sigmoid(v),
    "hard_sigmoid": lambda layer, v: min(max(v + 3, 0), 6) / 6,
    "hard_swish": lambda layer, v: v * min(max(v + 3, 0), 6) / 6,
    "tanh": lambda layer, v: math.tanh(v),
    "softplus": lambda layer, v: math.log(1 + math.exp(v)),
    "abs": lambda layer, v: abs(v),
    "dropout": lambda layer, v: v,
    "drop_path": lambda layer, v: v,
    "identity": lambda layer, v: v,
    "rescale": lambda layer, v: layer.factor * v,
}


def number_by_number(kind):
    def run(layer, arrays, w):
        (x,) = arrays
        y = np.zeros(x.shape)
        for at in np.ndindex(*x.shape):
            y[at] = FUNCTIONS[kind](layer, float(x[at]))
        return y

    return run


def prelu(layer, arrays, w):
    (x,) = arrays
    y = np.zeros(x.shape)
    for at in np.ndindex(*x.shape):
        v = float(x[at])
        y[at] = v if v > 0 else v * float(w["slope"][0 if layer.shared else at[0]])
    return y


def scale(layer, arrays, w):
    (x,) = arrays
    y = np.zeros(x.shape)
    for at in np.ndindex(*x.shape):
        y[at] = float(x[at]) * float(w["scale"][at[0]]) + (float(w["bias"][at[0]]) if layer.bias else 0.0)
    return y


def softmax(layer, arrays, w):
    (x,) = arrays
    y = np.zeros(x.shape)
    for at in np.ndindex(*x.shape):
        total = math.fsum(math.exp(float(x[(c, *at[1:])]) - float(x[at])) for c in range(len(x)))
        y[at] = 1 / total
    return y


def log_softmax(layer, arrays, w):
    return np.vectorize(math.log)(softmax(layer, arrays, w))


def flatten(layer, arrays, w):
    (x,) = arrays
    return np.array([x[at] for at in np.ndindex(*x.shape)])


def reshape(layer, arrays, w):
    numbers = iter(flatten(layer, arrays, w))
    y = np.zeros((layer.volume.channels, *backwards(layer.volume.spatial)))
    for at in np.ndindex(*y.shape):
        y[at] = next(numbers)
    return y


SIDES = (("left", "right"), ("top", "bottom"), ("front", "back"))


def pad(layer, arrays, w):
    (x,) = arrays
    around = []
    for axis in range(x.ndim - 1):
        side = layer.sides[axis] if layer.sides else (0, 0)
        around.append((side[0] + getattr(layer, SIDES[axis][0]), side[1] + getattr(layer, SIDES[axis][1])))
    around = [layer.channels, *backwards(around)]
    y = np.zeros([a + n + b for n, (a, b) in zip(x.shape, around, strict=True)])
    for at in np.ndindex(*x.shape):
        y[tuple(p + a for p, (a, _) in zip(at, around, strict=True))] = x[at]
    return y


def crop(layer, arrays, w):
    x = arrays[0]
    if len(arrays) > 1 or layer.size is not None:
        extents = arrays[1].shape[1:] if len(arrays) > 1 else backwards(layer.size)
        offsets = [(n - m) // 2 for n, m in zip(x.shape[1:], extents, strict=True)]
    else:
        names = backwards(SIDES[: x.ndim - 1])
        offsets = [getattr(layer, a) for a, _ in names]
        extents = [n - getattr(layer, a) - getattr(layer, b) for n, (a, b) in zip(x.shape[1:], names, strict=True)]
    y = np.zeros((len(x), *extents))
    for at in np.ndindex(*y.shape):
        y[at] = x[(at[0], *(p + o for p, o in zip(at[1:], offsets, strict=True)))]
    return y


def slice_channels(layer, arrays, w):
    (x,) = arrays
    last = len(x) if layer.stop is None else layer.stop
    return np.array([x[c] for c in range(layer.start, last)])


def channel_shuffle(layer, arrays, w):
    (x,) = arrays
    each = len(x) // layer.groups
    return np.array([x[c % layer.groups * each + c // layer.groups] for c in range(len(x))])


def upsample(layer, arrays, w):
    x = arrays[0]
    if layer.scale is not None:
        extents = [n * f for n, f in zip(x.shape[1:], backwards(layer.scale), strict=True)]
    else:
        extents = list(backwards(layer.size)) if layer.size is not None else list(arrays[1].shape[1:])
    y = np.zeros((len(x), *extents))
    for at in np.ndindex(*y.shape):
        if layer.mode == "nearest":
            y[at] = x[(at[0], *(p * n // m for p, n, m in zip(at[1:], x.shape[1:], extents, strict=True)))]
            continue
        corners = []
        for p, n, m in zip(at[1:], x.shape[1:], extents, strict=True):
            centre = min(max((p + 0.5) * n / m - 0.5, 0.0), n - 1.0)
            low = math.floor(centre)
            corners.append(((low, 1 - (centre - low)), (min(low + 1, n - 1), centre - low)))
        y[at] = math.fsum(
            math.prod(share for _, share in chosen) * float(x[(at[0], *(p for p, _ in chosen))])
            for chosen in product(*corners)
        )
    return y


def pixel_shuffle(layer, arrays, w):
    (x,) = arrays
    factor, axes = layer.factor, x.ndim - 1
    y = np.zeros((len(x) // factor**axes, *(n * factor for n in x.shape[1:])))
    for at in np.ndindex(*y.shape):
        channel = at[0]
        for p in at[1:]:
            channel = channel * factor + p % factor
        y[at] = x[(channel, *(p // factor for p in at[1:]))]
    return y


def space_to_depth(layer, arrays, w):
    (x,) = arrays
    factor, axes = layer.factor, x.ndim - 1
    y = np.zeros((len(x) * factor**axes, *(n // factor for n in x.shape[1:])))
    for at in np.ndindex(*x.shape):
        channel = at[0]
        for p in at[1:]:
            channel = channel * factor + p % factor
        y[(channel, *(p // factor for p in at[1:]))] = x[at]
    return y


def aligned(arrays):
    axes = max(x.ndim for x in arrays)
    return [x.reshape(len(x), *(1,) * (axes - 1)) if x.ndim < axes else x for x in arrays]


def concat(layer, arrays, w):
    return np.array([x[c] for x in aligned(arrays) for c in range(len(x))])


def joined(arrays, join):
    arrays = aligned(arrays)
    y = np.zeros([max(sizes) for sizes in zip(*(x.shape for x in arrays), strict=True)])
    for at in np.ndindex(*y.shape):
        y[at] = join(float(x[tuple(p if n > 1 else 0 for p, n in zip(at, x.shape, strict=True))]) for x in arrays)
    return y


def add(layer, arrays, w):
    return joined(arrays, math.fsum)


def multiply(layer, arrays, w):
    return joined(arrays, math.prod)


NAIVE = {
    **{kind: number_by_number(kind) for kind in FUNCTIONS},
    **{
        function.__name__: function
        for function in (
            conv, depthwise, transposed_conv, maxpool, avgpool, blurpool, subsample, global_avgpool, global_maxpool,
            adaptive_avgpool, adaptive_maxpool, fc, rbf, layernorm, groupnorm, instancenorm, batchnorm, l2norm, lrn,
            grn, prelu, scale, softmax, log_softmax, flatten, reshape, pad, crop, channel_shuffle, upsample,
            pixel_shuffle, space_to_depth, concat, add, multiply,
        )
    },
    "slice": slice_channels,
}  # fmt: skip
