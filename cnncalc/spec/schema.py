"""The JSON Schema (draft-07) of the language, generated from the layer classes' own fields.

Editors complete and check specifications with it. It is a little wider than the language: what only the expansion
can know (names, shapes, block parameters) is left to `cnncalc validate`.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any

from cnncalc.graph import AXIS_NAMES
from cnncalc.layers import KINDS, MERGES, layer_class
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import (
    SIDE_NAMES,
    Boolean,
    ChannelPad,
    Choice,
    Connections,
    Field,
    Integer,
    Number,
    Padding,
    Reference,
    Sizes,
    Type,
    VolumeType,
)
from cnncalc.spec.codes import WARNINGS
from cnncalc.spec.document import REFERENCE_KEYS
from cnncalc.spec.formula import RESERVED
from cnncalc.spec.items import CONTROL, ITEM_KEYS

Schema = dict[str, Any]

FILE = "cnncalc.schema.json"
"""Where the first line of a specification looks for the schema: a file beside it."""
_SIZE = r"^[0-9]+([xX×][0-9]+)*$"
_VOLUME = r"^[0-9]+([xX×][0-9]+){0,3}$"
_FORMULA: Schema = {"$ref": "#/definitions/formula"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _any(*options: Schema) -> Schema:
    return {"anyOf": list(options)}


def _text_of(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def _mapping(properties: dict[str, Schema], **more: Any) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def field_schema(declared: Field) -> Schema:
    """What a hyperparameter takes, with its meaning and its default."""
    schema: Schema = {"description": f"{declared.about} ({declared.type.says})", **_any(*_options(declared.type))}
    default = declared.default
    if isinstance(default, bool | int | float | str):
        schema["default"] = default
    return schema


def _options(wanted: Type) -> list[Schema]:
    match wanted:
        case Integer(least=least):
            return [{"type": "integer", "minimum": least}, _FORMULA]
        case Number():
            return [_number(wanted), _FORMULA]
        case Boolean():
            return [{"type": "boolean"}, _FORMULA]
        case Choice(words=words):
            return [{"enum": list(words)}, _FORMULA]
        case Sizes(least=least):
            return [_ref(f"size{least}"), _FORMULA]
        case Padding(words=words):
            return [_ref("padding"), *([{"enum": list(words)}] if words else []), _FORMULA]
        case VolumeType():
            return [_ref("volume"), _FORMULA]
        case Connections():
            maps = {"type": "array", "items": _whole(0)}
            return [{"type": "array", "items": maps}]
        case ChannelPad():
            return [{"type": "array", "items": _whole(0), "minItems": 2, "maxItems": 2}, _FORMULA]
        case Reference():
            return [{"type": "string"}]
    raise TypeError(f"no schema for {wanted!r}")


def _number(wanted: Number) -> Schema:
    bounds = {"minimum": wanted.least, "maximum": wanted.most, "exclusiveMinimum": wanted.above}
    return {"type": "number", **{name: bound for name, bound in bounds.items() if bound is not None}}


def _whole(least: int) -> Schema:
    return _any({"type": "integer", "minimum": least}, _FORMULA)


def _size(least: int) -> Schema:
    axes = _mapping({axis: _whole(least) for axis in (*AXIS_NAMES, "length")})
    return _any({"type": "integer", "minimum": least}, _text_of(_SIZE), axes)


def _padding() -> Schema:
    sides = _mapping({side: _whole(0) for pair in SIDE_NAMES for side in pair})
    return _any({"type": "integer", "minimum": 0}, _text_of(_SIZE), sides)


def kind_schema(cls: type[Layer]) -> Schema:
    """What may stand behind a layer kind: nothing, its first value, a phrase, hyperparameters by name."""
    about = (cls.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
    about = " ".join(about.split())
    fields = cls.fields
    if not fields:
        return {"description": about, "type": ["null", "object"], "maxProperties": 0}
    named = _mapping({name: field_schema(declared) for name, declared in fields.items()})
    needed = [name for name, declared in fields.items() if declared.required]
    if needed:
        named["required"] = needed
    phrase = {"type": "string", "description": "the lecture's words: `96 11x11 filters at stride 4, pad 0`"}
    first = field_schema(next(iter(fields.values())))
    options = [named, phrase, first] if needed else [named, phrase, first, {"type": "null"}]
    return {"description": about, **_any(*options)}


def _modifiers() -> dict[str, Schema]:
    text = {"type": "string"}
    return {
        "name": {"description": "how others refer to it and how the tables call it", **text},
        "from": {"description": "the layer whose volume is taken instead of the one before", **text},
        "shares": {"description": "the layer or block whose weights are used", **text},
        "when": {
            "description": "a formula; when false, the item is left out",
            **_any({"type": "boolean"}, _FORMULA),
        },
        "expect": {
            "description": "what must come out here: a volume, or volume, parameters and macs",
            **_any(_ref("volume"), _FORMULA, _figures("volume", "parameters", "macs")),
        },
        "note": {"description": "a remark shown in the tables", **text},
        "allow": {"description": "codes of warnings not wanted here", **_any(_ref("code"), _list(_ref("code")))},
    }


def _figures(*names: str) -> Schema:
    figure = _any({"type": "number"}, {"type": "string"})
    return _mapping({name: _ref("volume") if name in ("volume", "output") else figure for name in names})


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _item() -> Schema:
    """A list item. Its one kind, block or control word decides what else it may hold."""
    alone = [kind for kind in KINDS if kind not in MERGES]
    branches = {"description": "branches that start at the same volume", "type": "array", "items": _ref("branch")}
    kinds = {kind: branches if kind in MERGES else kind_schema(layer_class(kind)) for kind in KINDS}
    control: dict[str, Schema] = {
        "repeat": {"description": "how many turns; `index` counts them from 0", **_whole(0)},
        "for": {
            "description": "the name of each element, or names for its parts",
            **_any(_text_of(""), _list(_text_of(""))),
        },
        "in": {"description": "the elements; `=n` counts 0 … n-1", **_any({"type": "array"}, _whole(0))},
        "group": {"description": "the name of a scope", "type": "string"},
        "branch": {"description": "the name of a side output", "type": "string"},
        "layers": {"description": "the chain inside", **_ref("chain")},
    }
    mapping = {
        "type": "object",
        "minProperties": 1,
        "properties": {**kinds, **control, **_modifiers()},
        # A block of the file's own: whatever is no word of the language, once.
        "additionalProperties": _ref("arguments"),
        "propertyNames": {"not": {"enum": _misspelt()}},
        "not": {"anyOf": [{"required": [a, b]} for a, b in combinations(CONTROL, 2)]},
        # Beside a kind or a control word only the language's own words stand.
        "if": {"anyOf": [{"required": [word]} for word in (*KINDS, *CONTROL)]},
        "then": {"propertyNames": {"enum": [*KINDS, *control, *_modifiers()]}},
    }
    return _any({"type": "string", "not": {"enum": [*sorted(MERGES), *sorted(ITEM_KEYS - set(alone))]}}, mapping)


def _misspelt() -> list[str]:
    """Other frameworks' spellings, which a block of one's own would hardly be called."""
    found = {spelling for kind in KINDS for spelling in layer_class(kind).spellings}
    return sorted(spelling for spelling in found if not spelling.islower())


def _block() -> Schema:
    value = _ref("value")
    return _mapping(
        {
            "parameters": {
                "description": "names, each with its default; without one it must be given",
                "type": ["object", "null"],
                "propertyNames": _ref("word"),
                "additionalProperties": _any({"type": "null"}, value),
            },
            "define": {
                "description": "values of the block's own",
                "type": ["object", "null"],
                "propertyNames": _ref("word"),
                "additionalProperties": value,
            },
            "layers": _ref("chain"),
        },
        required=["layers"],
    )


def _definitions() -> dict[str, Schema]:
    scalar: Schema = {"type": ["string", "number", "boolean"]}
    return {
        "formula": {"type": "string", "pattern": "^=", "description": "a formula: `=2 * width`"},
        "volume": {
            "description": "a volume: width x height x depth",
            **_any({"type": "integer", "minimum": 1}, _text_of(_VOLUME)),
        },
        "word": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "not": {"enum": sorted(RESERVED)}},
        "value": _any(scalar, _list(_ref("value"))),
        "arguments": _any({"type": "null"}, scalar, _list(_ref("value")), {"type": "object"}),
        "size0": _size(0),
        "size1": _size(1),
        "padding": _padding(),
        "code": {"enum": sorted(WARNINGS)},
        "chain": _any({"type": "array", "items": _ref("item")}, _ref("item"), {"type": "null"}),
        "branch": _any({"type": "array", "items": _ref("item")}, _ref("item")),
        "item": _item(),
        "block": _block(),
    }


def _properties() -> dict[str, Schema]:
    """The keys of a document."""
    text = {"type": "string"}
    figure = _any({"type": "number"}, {"type": "string"})
    reference = _any({"type": ["string", "number"]}, _list(text))
    return {
        "name": {"description": "the network's name", "type": ["string", "number"]},
        "description": {"description": "what it is, in a sentence", **text},
        "reference": {
            "description": "what is known of it from outside: shown, never computed with",
            **_mapping(dict.fromkeys(REFERENCE_KEYS, reference)),
        },
        "input": {
            "description": "the volume that enters, width x height x depth; several by name",
            **_any(_ref("volume"), {"type": "object", "additionalProperties": _ref("volume"), "minProperties": 1}),
        },
        "define": {
            "description": "named values for formulas, settable with --set",
            "type": ["object", "null"],
            "propertyNames": _ref("word"),
            "additionalProperties": _ref("value"),
        },
        "blocks": {
            "description": "layer kinds of the file's own",
            "type": ["object", "null"],
            "propertyNames": {"not": {"enum": [*KINDS, *sorted(ITEM_KEYS), "input"]}},
            "additionalProperties": _ref("block"),
        },
        "layers": {"description": "the chain of layers", "type": "array", "items": _ref("item"), "minItems": 1},
        "expect": {
            "description": "published figures that must hold",
            **_figures("output", "parameters", "macs", "depth"),
        },
        "rounding": {"description": "what becomes of windows that do not fit", "enum": ["floor", "exact"]},
        "budget": {
            "description": "limits of the author's own",
            **_mapping(dict.fromkeys(("parameters", "macs", "activations"), figure)),
        },
        "allow": {"description": "codes of warnings not wanted", **_any(_ref("code"), _list(_ref("code")))},
        "extends": {"description": "a file of the same folder, or a bundled name, that this one changes", **text},
    }


@cache
def json_schema() -> Schema:
    """The schema of a specification."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "a cnncalc architecture",
        **_mapping(_properties(), anyOf=[{"required": ["input", "layers"]}, {"required": ["extends"]}]),
        "definitions": _definitions(),
    }
