"""Receptive fields of bundled networks against the published ones.

Source: Araujo, Norris and Sim 2019, "Computing Receptive Fields of Convolutional Neural Networks", table 1 (Distill);
for the networks with the stride in the 3x3, whose convolutions reach less far, the same rule by hand.
"""

from __future__ import annotations

import pytest

import cnncalc

PUBLISHED = [
    ("alexnet", "POOL3", 195, 32),
    ("vgg16", "pool5", 212, 32),
    ("resnet50-v1", "conv5_3", 483, 32),
    ("resnet101-v1", "conv5_3", 1027, 32),
    ("resnet50", "conv5_3", 427, 32),
    ("resnet101", "conv5_3", 971, 32),
    ("inceptionv3", "mixed_7c", 1311, 32),
    ("mobilenetv1", "depthwise_separable13", 315, 32),
]


@pytest.mark.parametrize(("name", "where", "size", "stride"), PUBLISHED)
def test_receptive_field(name: str, where: str, size: int, stride: int) -> None:
    layers = [layer for layer in cnncalc.load(name).layers if layer.name == where or layer.name.startswith(f"{where}.")]
    field = layers[-1].receptive_field
    assert field is not None
    assert field.size == (size, size)
    assert field.stride == (stride, stride)
