"""The turns of `repeat` and `for`: how many, and what each one sees."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Sequenced
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.layers.fields import Integer
from cnncalc.spec import scalars
from cnncalc.spec.context import Context, Origin
from cnncalc.spec.document import check_name
from cnncalc.spec.infer import frame
from cnncalc.spec.items import Item
from cnncalc.spec.names import NameScope
from cnncalc.spec.operations import UnknownInput
from cnncalc.spec.scalars import Value
from cnncalc.spec.tree import Scalar, Sequence, Tree, extent, kind_of
from cnncalc.spec.values import ValueFault, plain_value, read_field, whole_number

if TYPE_CHECKING:
    from cnncalc.spec.expand import Cursor, Expander


Elements = Sequenced[Tree | Value]
"""A loop's elements: as they are written in the file, or as a formula gives them."""


class Turn(NamedTuple):
    """One turn: what it sees, and the scope it opens where the loop has a name."""

    context: Context
    scope: NameScope | None


def turns_of(expander: Expander, item: Item, cursor: Cursor, context: Context) -> Iterator[Turn | None]:
    """The turns of a loop, limits checked first; None for those that cannot be said, which is reported."""
    name = expander.values.text_of(item.name, cursor, context)
    names: tuple[str, ...] = ()
    elements: Elements | None = None
    if item.form == "repeat":
        count = _count(expander, item, cursor, context)
    else:
        names = _loop_names(expander, item)
        elements = _elements(expander, item, cursor, context)
        count = None if elements is None or not names else len(elements)
    if count is None:
        expander.items_only(item.layers)  # type: ignore[arg-type]
        yield None
        return
    if count == 0:
        expander.findings.add(
            "empty-loop", "this loop has no turn", item.head.at, severity="warning", allow=context.allow | item.allow
        )
    if expander.budget.turns(count, item):
        return
    for index in range(count):
        if expander.budget.spent:
            return
        seen = (
            _with_element(expander, item, names, elements[index], cursor, context) if elements is not None else context
        )
        if seen is None:
            yield None
            return
        label = frame(f"turn {index + 1} of {count}", expander.findings, item.head.at)
        inside = seen._replace(index=index, frames=(*context.frames, label))
        if name is None:
            yield Turn(inside._replace(turns=(*context.turns, index)), None)
        else:
            scope = expander.naming.open_turn(item, name, index, context)
            yield Turn(inside._replace(scope=scope, turns=()), scope)


def _count(expander: Expander, item: Item, cursor: Cursor, context: Context) -> int | None:
    if item.value is None or (isinstance(item.value, Scalar) and item.value.empty):
        expander.findings.add("not-an-integer", "`repeat` needs a count", item.head.at)
        return None
    try:
        value = read_field(Integer(0), item.value, lambda scalar: expander.values.value(scalar, cursor, context))
    except ValueFault as fault:
        expander.values.fault(fault, context)
    except UnknownInput:
        pass
    else:
        return int(value)
    return None


def _loop_names(expander: Expander, item: Item) -> tuple[str, ...]:
    value = item.value
    words = value.items if isinstance(value, Sequence) else [value]
    names = []
    for word in words:
        if not isinstance(word, Scalar) or word.empty:
            at = item.head.at if word is None or isinstance(word, Scalar) else extent(word)
            expander.findings.add("bad-shape", "`for` takes a name, or a list of names", at)
            return ()
        if not check_name(word.text, word, "a loop's name", expander.findings):
            return ()
        names.append(word.text)
    return tuple(names)


def _elements(expander: Expander, item: Item, cursor: Cursor, context: Context) -> Elements | None:
    """The elements as written, or as a formula gives them; `=n` counts 0 … n-1."""
    tree = item.in_
    if isinstance(tree, Sequence):
        return tree.items
    if not isinstance(tree, Scalar):
        expander.findings.add(
            "bad-shape",
            f"`in` takes a list, and {kind_of(tree)} stands here" if tree else "",
            extent(tree) if tree else item.head.at,
        )
        return None
    try:
        value = plain_value(tree, lambda scalar: expander.values.value(scalar, cursor, context))
        if isinstance(value, list):
            return value
        if isinstance(value, str) and tree.text[:1] != "=":
            raise scalars.ScalarError(
                "bad-shape", f"`in` takes a list, and {kind_of(tree)} stands here", "`[a, b]`, or `=n` for 0 … n-1"
            )
        count = scalars.check_range(whole_number(value), 0)
    except ValueFault as fault:
        expander.values.fault(fault, context)
        return None
    except scalars.ScalarError as error:
        expander.values.fault(ValueFault(error, tree.at, tree if tree.text[:1] == "=" else None), context)
        return None
    except UnknownInput:
        return None
    return None if expander.budget.turns(count, item, taken=False) else list(range(count))


def _with_element(
    expander: Expander, item: Item, names: tuple[str, ...], element: Tree | Value, cursor: Cursor, context: Context
) -> Context | None:
    """The context with the loop's names bound to one element."""
    values, origins = dict(context.names), dict(context.origins)
    written = isinstance(element, Scalar | Sequence) or hasattr(element, "entries")
    at = extent(element) if written else item.in_.at if item.in_ is not None else item.at  # type: ignore[arg-type]
    if len(names) == 1:
        if not written:
            values[names[0]], origins[names[0]] = element, Origin(at)  # type: ignore[assignment]
            return context._replace(names=values, origins=origins)
        done = expander.blocks.put(names[0], element, at, context, cursor, values, origins)  # type: ignore[arg-type]
        return context._replace(names=values, origins=origins) if done else None
    parts = element.items if isinstance(element, Sequence) else element if isinstance(element, list) else None
    if parts is None or len(parts) != len(names):
        have = "one value" if parts is None or len(parts) == 1 else f"{len(parts)} values"
        expander.findings.add("arity", f"{len(names)} names ({', '.join(names)}) and {have} in this row", at)
        return None
    for name, part in zip(names, parts, strict=True):
        if not isinstance(element, Sequence):
            values[name], origins[name] = part, Origin(at)  # type: ignore[assignment]
        elif not expander.blocks.put(name, part, at, context, cursor, values, origins):  # type: ignore[arg-type]
            return None
    return context._replace(names=values, origins=origins)
