"""Reference pages of the layer kinds, made from the classes: docstring, fields, spellings."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from cnncalc.layers import KINDS, layer_class
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Field
from cnncalc.render.table import Column, Table, text_lines
from cnncalc.render.terminal import Line, Span, wrapped


def about(cls: type[Layer]) -> str:
    """The page's text: the docstring of the class."""
    return inspect.cleandoc(cls.__doc__ or "")


def default_text(field: Field) -> str:
    """A field's default in words."""
    if field.required:
        return "required"
    if field.follows is not None:
        return f"= {field.follows}"
    value = field.default
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def overview_lines(width: int | None) -> Iterator[Line]:
    """All kinds with their hyperparameters, by family."""
    rows: list[list[str]] = []
    for kind in KINDS:
        cls = layer_class(kind)
        fields = ", ".join(_brief(name, field) for name, field in cls.fields.items())
        rows.append([kind, fields, about(cls).splitlines()[0]])
    table = Table([Column("kind", style="cyan"), Column("hyperparameters"), Column("what it is")], rows)
    yield from text_lines(table, width)
    yield ""
    yield "`cnncalc kinds KIND` shows the page of one."


def _brief(name: str, field: Field) -> str:
    if field.required:
        return name
    return f"{name} {default_text(field)}" if field.default is not None else f"[{name}]"


def page_lines(kind: str, width: int | None) -> Iterator[Line]:
    """The reference page of one kind."""
    cls = layer_class(kind)
    yield (Span(kind, "bold"),)
    yield ""
    for line in about(cls).splitlines():
        yield from wrapped(line, width)
    yield ""
    if cls.fields:
        rows = [[name, default_text(field), field.type.says, field.about] for name, field in cls.fields.items()]
        table = Table(
            [Column("hyperparameter", style="cyan"), Column("default"), Column("takes"), Column("meaning")], rows
        )
        yield from text_lines(table, width)
        yield ""
    if "macs" not in _overridden(cls):
        yield from wrapped(f"It has no multiply–accumulates in the totals: {cls.uncounted}.", width)
    if cls.spellings:
        yield from wrapped(f"Elsewhere it is called {', '.join(cls.spellings)}.", width)


def _overridden(cls: type[Layer]) -> set[str]:
    return {name for base in cls.__mro__ if base not in (Layer, object) for name in vars(base)}


def page_dict(kind: str) -> dict[str, Any]:
    """The page as data."""
    cls = layer_class(kind)
    return {
        "kind": kind,
        "description": about(cls),
        "hyperparameters": {
            name: {
                "default": None if field.required else default_text(field),
                "required": field.required,
                "takes": field.type.says,
                "meaning": field.about,
            }
            for name, field in cls.fields.items()
        },
        "counts_macs": "macs" in _overridden(cls),
        "elsewhere": list(cls.spellings),
    }
