"""Every bundled network is executed, and every prediction holds."""

from __future__ import annotations

from typing import Any

import pytest

import cnncalc
from cnncalc.spec.files import bundled_names

SMALLER: dict[str, dict[str, Any]] = {
    "c3d": {"input": "56x56x16x3"},
    "dpn131": {"input": "112x112x3"},
    "fcn-resnet101": {"input": "224x224x3"},
    "fcn-resnet101-with-head": {"input": "224x224x3"},
    "fcn-resnet50": {"input": "224x224x3"},
    "fcn16s": {"input": "256x256x3", "define": {"size": 256}},
    "fcn32s": {"input": "256x256x3", "define": {"size": 256}},
    "fcn8s": {"input": "256x256x3", "define": {"size": 256}},
    "fcn8s-resnet50-d": {"input": "224x224x3"},
    "hrnet-w48-c": {"input": "128x128x3"},
    "mc3-18": {"input": "56x56x8x3"},
    "nasnet-a-large": {"input": "107x107x3"},
    "pnasnet-5-large": {"input": "107x107x3"},
    "r2plus1d-18": {"input": "56x56x8x3"},
    "r3d-18": {"input": "56x56x8x3"},
    "regnet-y-128gf": {"input": "128x128x3"},
    "retinanet-resnet50-fpn": {"input": "224x224x3"},
    "unet": {"input": "316x316x1"},
    "unet-cityscapes": {"input": "256x128x3"},
}
"""Inputs for networks of many billion multiply–accumulates, which would take too long at their own."""


@pytest.mark.parametrize("name", bundled_names())
def test_execution_agrees_with_every_prediction(name: str) -> None:
    network = cnncalc.load(name, **SMALLER.get(name, {}))
    result = network.verify(threads=1)
    disagreements = {layer.name: layer.disagreements for layer in result.layers if not layer.ok}
    assert (disagreements, result.problems) == ({}, ())
    assert sum(layer.executed.parameters for layer in result.layers) == network.totals.parameters
    assert len(result.layers) == network.totals.layers
