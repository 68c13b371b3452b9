"""Which kernel a convolution gets, and why. Nothing here touches an array."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

Sizes = tuple[int, ...]


class Choice(NamedTuple):
    """The name of a kernel, and the reason in a few words."""

    kernel: str
    why: str


class Shape(NamedTuple):
    """What the choice depends on; sizes in the order of the array's axes, `outputs` as met in the window view."""

    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    groups: int
    channels: int
    filters: int
    outputs: Sizes
    padded: bool


PRODUCT, TILES, GROUPS, DEPTHWISE, WINOGRAD = "product", "tiles", "grouped tiles", "depthwise", "winograd"

_WINOGRAD_CHANNELS = 16
_WINOGRAD_EXTENT = 20


def choose(shape: Shape, *, direct: bool) -> Choice:
    """The kernel for a convolution; with `direct` only those that do every product of the definition."""
    if shape.groups == shape.channels > 1:
        return Choice(DEPTHWISE, "every filter sees one map")
    if shape.groups > 1:
        return Choice(GROUPS, f"{shape.groups} products side by side")
    if prod(shape.kernel) == 1 and set(shape.stride) <= {1} and not shape.padded:
        return Choice(PRODUCT, "1x1 at stride 1 is one matrix product")
    refused = _winograd_refused(shape, direct)
    if refused is None:
        side = shape.kernel[0]
        share = (7 - side) ** 2 * side**2 / 36
        return Choice(WINOGRAD, f"{side}x{side} at stride 1: one product for {share:.2g}")
    return Choice(TILES, refused)


def _winograd_refused(shape: Shape, direct: bool) -> str | None:
    """Why a convolution is not done by Winograd's minimal filtering; None where it is."""
    if len(shape.kernel) != 2 or len(set(shape.kernel)) > 1 or not 2 <= shape.kernel[0] <= 5:
        return "windows copied tile by tile"
    if set(shape.stride) != {1} or set(shape.dilation) != {1}:
        return "strided or dilated: windows copied tile by tile"
    if direct:
        return "every product is to be done"
    if min(shape.channels, shape.filters) < _WINOGRAD_CHANNELS:
        return "too few channels for Winograd"
    if min(shape.outputs) < _WINOGRAD_EXTENT:
        return "the map is too small for Winograd"
    return None
