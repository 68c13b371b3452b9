"""Layers spelled as framework calls: PyTorch's `Conv2d(3, 16, 3, stride=2)`, Keras' `Conv2D(32, 3, padding="same")`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cnncalc.questions.setups import Known, Said
from cnncalc.questions.sheet import Item, Match, Sheet

# Positional arguments by the framework's own names; `in` is the depth, `-` is of no account here.
_TORCH_CONV = "in filters kernel stride pad dilation groups bias"
_SIGNATURES: dict[str, tuple[str, str]] = {
    r"Conv[123]d": ("conv", _TORCH_CONV),
    r"ConvTranspose[123]d": ("transposed_conv", "in filters kernel stride pad output_pad groups bias dilation"),
    r"MaxPool[123]d": ("maxpool", "kernel stride pad dilation - ceil"),
    r"AvgPool[123]d": ("avgpool", "kernel stride pad ceil count_pad"),
    r"AdaptiveAvgPool[123]d": ("adaptive_avgpool", "size"),
    r"Linear": ("fc", "in units bias"),
    r"BatchNorm[123]d": ("batchnorm", "in"),
    r"GroupNorm": ("groupnorm", "groups in"),
    r"Conv(?:olution)?[123]D": ("conv", "filters kernel stride pad"),
    r"Conv[123]DTranspose": ("transposed_conv", "filters kernel stride pad"),
    r"DepthwiseConv[12]D": ("depthwise", "kernel stride pad multiplier"),
    r"SeparableConv[12]D": ("separable", "filters kernel stride pad"),
    r"MaxPool(?:ing)?[123]D": ("maxpool", "kernel stride pad"),
    r"AveragePooling[123]D": ("avgpool", "kernel stride pad"),
    r"GlobalAveragePooling[123]D": ("global_avgpool", ""),
    r"GlobalMaxPool(?:ing)?[123]D": ("global_maxpool", ""),
    r"ZeroPadding2D": ("pad", "sides"),
    r"ZeroPad2d": ("pad", "sides"),
    r"Dense": ("fc", "units -"),
    r"BatchNormalization": ("batchnorm", "-"),
    r"Flatten": ("flatten", "- -"),
    r"Dropout(?:2d)?": ("dropout", "rate"),
    r"ReLU": ("relu", "-"),
    r"Softmax": ("softmax", "-"),
}
_KEYWORDS = {
    "in_channels": "in",
    "in_features": "in",
    "num_features": "in",
    "num_channels": "in",
    "out_channels": "filters",
    "out_features": "units",
    "filters": "filters",
    "units": "units",
    "kernel_size": "kernel",
    "kernel": "kernel",
    "pool_size": "kernel",
    "stride": "stride",
    "strides": "stride",
    "padding": "pad",
    "pad": "pad",
    "dilation": "dilation",
    "dilation_rate": "dilation",
    "groups": "groups",
    "bias": "bias",
    "use_bias": "bias",
    "output_padding": "output_pad",
    "ceil_mode": "ceil",
    "depth_multiplier": "multiplier",
    "output_size": "size",
    "num_groups": "groups",
    "activation": "-",
    "inplace": "-",
    "affine": "affine",
    "p": "rate",
}
_ARGUMENTS = r"(?:\( (?:[^()?]*)\)|<t>)"


def tag_calls(sheet: Sheet) -> list[str]:
    """Replace every framework call by `@layer` with what it says; remarks say how tuples were read."""
    remarks: list[str] = []

    def make(match: Match) -> tuple[str, Said] | None:
        said = _call(match.items, remarks)
        return ("@layer", said) if said else None

    sheet.rewrite(rf"(?:(?:nn|layer|tf|kera) \. )*[a-z]\w*(?: {_ARGUMENTS})", make)
    return remarks


def _call(items: Sequence[Item], remarks: list[str]) -> Said | None:
    start = next((i for i, item in enumerate(items) if item.text == "(" or item.text.startswith("#t")), len(items))
    name = items[start - 1].said
    found = next((value for key, value in _SIGNATURES.items() if re.fullmatch(key, name)), None)
    if found is None:
        return None
    kind, order = found
    said = Said(kind)
    said.one_bias = kind == "separable"
    axes = re.search(r"([123])[dD]", name)
    said.axes = int(axes.group(1)) if axes else None
    inside = items[start + 1 : -1] if items[start].text == "(" else items[start:]
    if items[start].text == "(":
        _read_arguments(said, inside, order.split(), remarks)
    else:
        for target, value in zip(order.split(), items[start].tokens[0].value, strict=False):
            _store(said, target, value, remarks)
    return said


def _read_arguments(said: Said, items: Sequence[Item], order: list[str], remarks: list[str]) -> None:
    arguments: list[list[Item]] = [[]]
    for item in items:
        if item.text == ",":
            arguments.append([])
        elif item.text not in ('"', "'", "="):
            arguments[-1].append(item)
    for position, argument in enumerate(arguments):
        if not argument:
            continue
        token = argument[-1].tokens[0]
        if len(argument) == 1:
            _store(said, order[position] if position < len(order) else "-", token.value, remarks)
        else:
            keyword = str(argument[0].tokens[0].value)
            _store(said, _KEYWORDS.get(keyword, keyword), token.value, remarks)


def _store(said: Said, target: str, value: Any, remarks: list[str]) -> None:
    if target == "-":
        return
    if target in ("input_shape", "input_dim", "shape"):
        numbers = value if isinstance(value, tuple) else (value,)
        said.shape = Known(tuple(reversed(numbers[:-1])), numbers[-1])
        return
    if target == "in":
        said.channels = value
        return
    if isinstance(value, tuple):
        value = tuple(reversed(value))
        if len(set(value)) > 1:
            remarks.append(f"tuples are height first, as in the frameworks: {target} {'x'.join(map(str, value))}")
    said.values[target] = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
