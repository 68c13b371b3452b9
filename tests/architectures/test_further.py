"""Bundled networks that no table of reference holds, against totals counted in other people's implementations."""

from __future__ import annotations

import pytest

import cnncalc

TOTALS = {
    # timm 1.0.31, counted with hooks on its modules at the input size of its weights
    "nasnet-a-large": (88_753_150, 23_783_414_658),
    "pnasnet-5-large": (86_057_668, 24_937_395_792),
    "hrnet-w18-c": (21_299_004, 4_283_537_072),
    "hrnet-w32-c": (41_232_680, 8_921_133_056),
    "hrnet-w48-c": (77_469_864, 17_277_996_032),
    "dpn92": (37_668_392, 6_501_684_224),
    "dpn98": (61_570_728, 11_671_217_152),
    "dpn131": (79_254_504, 16_013_648_896),
    "inceptionv4": (42_679_816, 12_253_974_624),
    "inception-resnet-v2": (55_843_464, 13_155_794_016),
    "mnasnet-b1": (4_383_312, 314_415_872),
    "ghostnet": (5_182_508, 141_150_512),
    "dla34": (15_742_104, 3_060_043_776),
    "dla60": (22_036_632, 4_235_878_400),
    "cspdarknet53": (27_642_184, 6_533_652_480),
    "mobilenetv4-conv-small": (3_774_024, 186_005_568),
    # pytorchcv 0.0.74, likewise
    "bn-inception": (11_295_240, 2_032_600_064),
    "shufflenet-g1": (1_531_936, 143_078_976),
    "shufflenet-g3": (1_865_728, 137_460_672),
    "vovnet39": (22_600_296, 7_072_227_328),
    # torchvision 0.28; `num_params` and `_ops` of its weights say the same
    "r3d-18": (33_371_472, 40_696_553_472),
    "mc3-18": (11_695_440, 43_342_635_008),
    "r2plus1d-18": (31_505_325, 40_519_080_960),
    "ssd300-vgg16": (35_641_826, 34_858_153_472),
    "retinanet-resnet50-fpn": (34_068_119, 151_540_437_248),
}
"""Parameters and multiply–accumulates."""

PRINTED = {
    # the papers' own tables, the authors' pages for HRNet and DLA, darknet's count for YOLOv3, mmaction2's for C3D,
    # pytorch-pose's for the hourglasses
    "nasnet-a-mobile": ("5.3M", "564M"),
    "nasnet-a-large": (None, "23.8G"),
    "pnasnet-5-large": ("86.1M", None),
    "hrnet-w18-c": ("21.3M", None),
    "hrnet-w32-c": ("41.2M", None),
    "hrnet-w48-c": ("77.5M", None),
    "dpn92": (None, "6.5G"),
    "dpn98": (None, "11.7G"),
    "dpn131": (None, "16.0G"),
    "shufflenet-g1": (None, "143M"),
    "mnasnet-b1": ("4.4M", None),
    "ghostnet": ("5.2M", "141M"),
    "mobilenetv4-conv-small": ("3.8M", "0.2G"),
    "se-bn-inception": (None, "2.03G"),
    "c3d": ("78.4M", "38.5G"),
    "dla60": ("22.0M", None),
    "yolov3": (None, "32.932G"),
    "unetplusplus": ("9.04M", None),
    "hourglass-2": ("6.73M", None),
    "hourglass-8": ("25.59M", None),
    "pointnet-vanilla": ("0.8M", None),
    "m11": ("1.8M", None),
    "m18": ("3.7M", None),
}


@pytest.mark.parametrize("name", TOTALS)
def test_totals_are_those_of_another_implementation(name: str) -> None:
    totals = cnncalc.load(name).totals
    assert (totals.parameters, totals.macs) == TOTALS[name]


@pytest.mark.parametrize("name", PRINTED)
def test_totals_round_to_what_is_in_print(name: str) -> None:
    totals = cnncalc.load(name).totals
    for figure, value in zip(PRINTED[name], (totals.parameters, totals.macs), strict=True):
        if figure is not None:
            assert rounded(value, figure) == figure


def rounded(value: int, like: str) -> str:
    """A number with as many digits as a printed one."""
    places = len(like[:-1].partition(".")[2])
    return f"{value / {'M': 1e6, 'G': 1e9}[like[-1]]:.{places}f}{like[-1]}"
