"""Random legal hyperparameters of every layer kind, with the volumes the layer reads."""

from hypothesis import strategies as st

from cnncalc.graph import Volume
from cnncalc.layers import layer_class
from cnncalc.layers.base import LayerError

SPATIAL = (
    "conv", "depthwise", "transposed_conv", "maxpool", "avgpool", "subsample", "adaptive_avgpool", "adaptive_maxpool",
    "blurpool", "upsample", "pixel_shuffle", "space_to_depth",
)  # fmt: skip
SIDES = ("left", "right", "top", "bottom", "front", "back")


def volumes(axes, channels=None):
    """Small volumes with that many spatial axes."""
    most = {0: 1, 1: 9, 2: 7, 3: 4}[axes]
    extent = st.integers(1, most)
    depth = st.integers(1, 6) if channels is None else channels
    return st.builds(Volume, depth, st.tuples(*[extent] * axes))


def size(axes, least=1, most=3):
    """A size on every axis, width first."""
    return st.tuples(*[st.integers(least, most)] * axes)


def padding(axes, most=2):
    """Words, and amounts on every side."""
    amount = st.integers(0, most)
    return st.sampled_from(("valid", "same", "half")) | st.tuples(*[st.tuples(amount, amount)] * axes)


def _window(draw, axes, **more):
    return {"kernel": draw(size(axes)), "stride": draw(size(axes)), **{k: draw(v) for k, v in more.items()}}


def _grouped(draw, axes, volume):
    groups = draw(st.sampled_from([g for g in range(1, 7) if volume.channels % g == 0]))
    return {"groups": groups, "filters": groups * draw(st.integers(1, 3)), "bias": draw(st.booleans())}


def _conv(draw, axes, volume):
    own = _window(draw, axes, pad=padding(axes), dilation=size(axes, most=2))
    if draw(st.integers(0, 3)):
        return {**own, **_grouped(draw, axes, volume)}
    maps = st.lists(st.integers(0, volume.channels - 1), max_size=4, unique=True).map(tuple)
    table = tuple(draw(st.lists(maps, min_size=1, max_size=4).filter(any)))
    return {**own, "filters": len(table), "connections": table, "bias": draw(st.booleans())}


def _depthwise(draw, axes, volume):
    return _window(
        draw, axes, pad=padding(axes), dilation=size(axes, most=2), multiplier=st.integers(1, 3), bias=st.booleans()
    )


def _transposed(draw, axes, volume):
    own = _window(draw, axes, pad=padding(axes), dilation=size(axes, most=2), output_pad=size(axes, 0, 2))
    return {**own, **_grouped(draw, axes, volume)}


def _pool(draw, axes, volume):
    return _window(draw, axes, pad=padding(axes), dilation=size(axes, most=2), ceil=st.booleans())


def _avgpool(draw, axes, volume):
    return {**_pool(draw, axes, volume), "count_pad": draw(st.booleans())}


def _norm(draw, axes, volume):
    choice = st.none() | st.booleans()
    return {"affine": draw(st.booleans()), "scale": draw(choice), "shift": draw(choice), "eps": 1e-3}


def _groupnorm(draw, axes, volume):
    groups = draw(st.sampled_from([g for g in range(1, 7) if volume.channels % g == 0]))
    return {**_norm(draw, axes, volume), "groups": groups}


def _lrn(draw, axes, volume):
    return {
        "size": draw(st.integers(1, 7)),
        "alpha": draw(st.floats(0, 1)),
        "beta": draw(st.sampled_from((0.75, 0.5, 1.0))),
        "k": draw(st.floats(0.5, 2)),
    }


def _reshape(draw, axes, volume):
    numbers = volume.size
    extents = []
    for _ in range(draw(st.integers(0, 3))):
        extents.append(draw(st.sampled_from([d for d in range(1, numbers + 1) if numbers % d == 0])))
        numbers //= extents[-1]
    return {"volume": Volume(numbers, tuple(extents))}


def _pad(draw, axes, volume):
    amount = st.integers(0, 2)
    named = {side: draw(amount) for side in SIDES[: 2 * axes]}
    sides = draw(st.tuples(*[st.tuples(amount, amount)] * axes)) if axes else 0
    return {**named, "sides": sides, "channels": (draw(amount), draw(amount))}


def _crop(draw, axes, volume):
    if not axes or draw(st.booleans()):
        return {"size": tuple(draw(st.integers(1, n)) for n in volume.spatial)}
    named = {}
    for index, extent in enumerate(volume.spatial):
        before = draw(st.integers(0, extent - 1))
        named[SIDES[2 * index]] = before
        named[SIDES[2 * index + 1]] = draw(st.integers(0, extent - 1 - before))
    return named if any(named.values()) else {"size": volume.spatial}


def _slice(draw, axes, volume):
    start = draw(st.integers(0, volume.channels - 1))
    return {"start": start, "stop": draw(st.none() | st.integers(start + 1, volume.channels))}


def _upsample(draw, axes, volume):
    goal = draw(st.sampled_from(("scale", "size")))
    return {goal: draw(size(axes, most=5)), "mode": draw(st.sampled_from(("nearest", "bilinear")))}


OWN = {
    "conv": _conv,
    "depthwise": _depthwise,
    "transposed_conv": _transposed,
    "maxpool": _pool,
    "avgpool": _avgpool,
    "blurpool": lambda draw, axes, volume: _window(draw, axes, pad=padding(axes)),
    "subsample": lambda draw, axes, volume: _window(draw, axes),
    "adaptive_avgpool": lambda draw, axes, volume: {"size": draw(size(axes, most=5))},
    "adaptive_maxpool": lambda draw, axes, volume: {"size": draw(size(axes, most=5))},
    "fc": lambda draw, axes, volume: {"units": draw(st.integers(1, 5)), "bias": draw(st.booleans())},
    "rbf": lambda draw, axes, volume: {"units": draw(st.integers(1, 5))},
    "batchnorm": _norm,
    "layernorm": _norm,
    "instancenorm": _norm,
    "grn": _norm,
    "groupnorm": _groupnorm,
    "lrn": _lrn,
    "leaky_relu": lambda draw, axes, volume: {"slope": draw(st.floats(-1, 1))},
    "prelu": lambda draw, axes, volume: {"shared": draw(st.booleans())},
    "elu": lambda draw, axes, volume: {"alpha": draw(st.floats(0, 2))},
    "scale": lambda draw, axes, volume: {"bias": draw(st.booleans())},
    "rescale": lambda draw, axes, volume: {"factor": draw(st.floats(-2, 2))},
    "reshape": _reshape,
    "pad": _pad,
    "crop": _crop,
    "slice": _slice,
    "channel_shuffle": lambda draw, axes, volume: {
        "groups": draw(st.sampled_from([g for g in range(1, 7) if volume.channels % g == 0]))
    },
    "upsample": _upsample,
}


def _read(draw, kind, axes):
    """The volumes a layer of this kind reads."""
    if kind in ("pixel_shuffle", "space_to_depth"):
        factor = draw(st.integers(1, 2))
        volume = draw(volumes(axes))
        if kind == "pixel_shuffle":
            return [Volume(volume.channels * factor**axes, volume.spatial)], {"factor": factor}
        return [Volume(volume.channels, tuple(n * factor for n in volume.spatial))], {"factor": factor}
    if kind == "concat":
        volume = draw(volumes(axes))
        depths = draw(st.lists(st.integers(1, 4), max_size=2))
        return [volume, *(Volume(depth, volume.spatial) for depth in depths)], {}
    if kind in ("add", "multiply"):
        volume = draw(volumes(axes))
        others = []
        for _ in range(draw(st.integers(1, 2))):
            if draw(st.booleans()):
                others.append(Volume(volume.channels))
            else:
                others.append(
                    Volume(
                        *(
                            Volume(
                                draw(st.sampled_from((1, volume.channels))),
                                tuple(draw(st.sampled_from((1, n))) for n in volume.spatial),
                            )
                        )
                    )
                )
        return [volume, *others], {}
    volume = draw(volumes(axes))
    if kind in ("crop", "upsample") and axes and draw(st.integers(0, 3)) == 0:
        most = volume.spatial if kind == "crop" else (5,) * axes
        like = Volume(1, tuple(draw(st.integers(1, n)) for n in most))
        return [volume, like], {"like": "other"}
    return [volume], OWN[kind](draw, axes, volume) if kind in OWN else {}


@st.composite
def layers(draw, kind):
    """(layer, volumes read, volume given) of a legal layer."""
    least = 1 if kind in SPATIAL else 0
    axes = draw(st.integers(least, 3))
    for _ in range(20):
        read, hyper = _read(draw, kind, axes)
        try:
            layer = layer_class(kind).make(axes, **hyper)
            return layer, read, layer.output(read)
        except LayerError:
            continue
    layer = layer_class(kind).make(axes, **hyper)
    return layer, read, layer.output(read)
