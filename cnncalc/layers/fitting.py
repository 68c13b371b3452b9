"""What would fit: the window arithmetic backwards, and the findings about windows that do not.

Every option named in a help text does fit: it is tried on all axes before it is named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from math import gcd

from cnncalc.layers.base import Problem, brief, briefest
from cnncalc.layers.window import Pad, WindowRule, axis_label, plural, quotient

_REACH = 64
"""How far from the present value options are looked for."""

Change = Callable[[WindowRule, int], WindowRule]
"""One axis with another value for what is being varied."""


def does_not_fit(rules: Sequence[WindowRule], pad: Pad, pad_field: bool = True) -> Problem | None:
    """The finding for windows that leave a remainder: a warning where real input is never read, else a note."""
    if pad == "same":
        return None
    loose = [(axis_label(index, len(rules)), rule) for index, rule in enumerate(rules) if not _fits(rule)]
    if not loose:
        return None
    groups = _grouped(loose)
    working = ", ".join(f"{label} {_worked(rule)}" for label, rule in groups)
    unread = [_unread(label, rule) for label, rule in groups if rule.unread]
    fate = "only padding is left over"
    if unread:
        # `the last row is`, but `the last 2 columns and the last row are`
        what = unread[0] if len(unread) == 1 else " and ".join(words.rsplit(" ", 1)[0] for words in unread) + " are"
        fate = f"{what} never read"
    strides = _strides(rules)
    return Problem(
        "window-does-not-fit",
        f"the window does not fit: {_worked(groups[0][1]) if len(groups) == 1 else working}, so {fate}",
        field="stride",
        notes=(f"rounded down to {briefest([rule.output for rule in rules])}; `rounding: exact` makes this an error",),
        help=_what_fits(rules, pad, strides, " and ".join(label for label, _ in loose), pad_field),
        fix=strides[0] if strides else None,
        blames=0,
        severity="warning" if unread else "note",
    )


def too_large(rules: Sequence[WindowRule], pad: Pad) -> Problem:
    """The finding for a window larger than the padded input."""
    bad = [(axis_label(index, len(rules)), rule) for index, rule in enumerate(rules) if rule.output < 1]
    label, rule = _grouped(bad)[0]
    padded = f" plus {rule.before + rule.after} of padding" if rule.before + rule.after else ""
    dilated = f" (dilated {rule.dilation} times: {rule.effective} cells)" if rule.dilation > 1 else ""
    kernels = _largest_kernels(rules)
    options = [f"a kernel of at most {briefest(kernels)}"]
    pads = _least_pads(rules)
    if pads is not None:
        options.append(f"a pad of {briefest(pads)}")
    inputs = " and ".join(f"{rule.extent - rule.slack} {_dimension(name)}" for name, rule in bad)
    options.append(f"an input at least {inputs}")
    return Problem(
        "kernel-too-large",
        f"a window of {rule.kernel}{dilated} does not fit into the {label} of {rule.extent}{padded}",
        field="kernel",
        notes=tuple(f"{name}: {_worked(group)}" for name, group in _grouped(bad)),
        help=", or ".join(options),
        fix=briefest(kernels),
        blames=0,
    )


def all_padding(rules: Sequence[WindowRule]) -> Problem | None:
    """The finding for pooling windows that would see nothing but padding."""
    for index, rule in enumerate(rules):
        if rule.blind:
            return Problem(
                "pad-too-large",
                f"taps {rule.dilation} cells apart step over the whole {axis_label(index, len(rules))} of "
                f"{rule.extent}: a window in the padding would see nothing",
                field="pad",
                help=f"a pad of at most {briefest(_seeing_pads(rules))}, or less dilation",
                fix=briefest(_seeing_pads(rules)),
                blames=0,
            )
        if max(rule.before, rule.after) < rule.effective:
            continue
        most = _seeing_pads(rules)
        return Problem(
            "pad-too-large",
            f"a pad of {max(rule.before, rule.after)} with a window of {rule.effective}: windows at the edge of the "
            f"{axis_label(index, len(rules))} would see nothing but padding",
            field="pad",
            help=f"a pad of at most {briefest(most)}",
            fix=briefest(most),
        )
    return None


def _seeing_pads(rules: Sequence[WindowRule]) -> tuple[int, ...]:
    """The most padding, up to what there is, at which every window meets a cell of the input."""
    pads = [min(max(rule.before, rule.after), rule.effective - 1) for rule in rules]
    return tuple(
        pad if _sees(rule._replace(before=pad, after=pad)) else 0 for rule, pad in zip(rules, pads, strict=True)
    )


def _sees(rule: WindowRule) -> bool:
    """Whether every window meets a cell of the input."""
    return max(rule.before, rule.after) < rule.effective and not rule.blind


def ways_to(rules: Sequence[WindowRule], wanted: Sequence[int], names: Collection[str]) -> list[str]:
    """One padding, stride or kernel for all axes that gives the extents wanted, the nearest of each.

    Args:
        names: which of `pad`, `stride` and `kernel` may be changed.
    """
    if tuple(rule.output for rule in rules) == tuple(wanted):
        return []
    changes: tuple[tuple[str, Callable[[WindowRule], int], Change, int], ...] = (
        ("pad", lambda rule: rule.before, lambda rule, n: rule._replace(before=n, after=n), 0),
        ("stride", lambda rule: rule.stride, lambda rule, n: rule._replace(stride=n), 1),
        ("kernel", lambda rule: rule.kernel, lambda rule, n: rule._replace(kernel=n), 1),
    )
    found = []
    for name, value, change, least in changes:
        for option in _around(value(rules[0]), least) if name in names else ():
            changed = [change(rule, option) for rule in rules]
            fits = all(rule.output == n for rule, n in zip(changed, wanted, strict=True))
            if fits and all(map(_sees, changed)):
                found.append(f"a {name} of {option}")
                break
    return found


def uneven_groups(groups: int, depth: int, filters: int | None = None) -> tuple[Problem, ...]:
    """What is wrong with groups that do not divide the depth (and the filters) evenly, and which would."""
    if depth % groups == 0 and (filters is None or filters % groups == 0):
        return ()
    what = f"the input's depth {depth}" if depth % groups else f"the {filters} filters"
    working = f"depth {depth} / {groups} = {quotient(depth, groups)}"
    if filters is not None:
        working += f", filters {filters} / {groups} = {quotient(filters, groups)}"
    nearest = _divisors(depth if filters is None else gcd(depth, filters), groups)
    divided = "it" if filters is None else "both"
    problem = Problem(
        "groups",
        f"{groups} groups do not divide {what} evenly",
        field="groups",
        notes=(working,),
        help=f"groups that divide {divided}: {', '.join(map(str, nearest))}",
        fix=str(nearest[0]),
        blames=0,
    )
    return (problem,)


def uneven_factor(factor: int, label: str, extent: int, power: int) -> Problem:
    """The finding for an extent (or depth) that is not divisible by a shuffle's `factor` to the power it divides by."""
    fitting = [f for f in range(1, _REACH) if extent % f**power == 0]
    nearest = sorted(fitting, key=lambda f: (abs(f - factor), f))[:3]
    step = factor**power
    return Problem(
        "factor",
        f"the {label} {extent} is not divisible by {step}",
        field="factor",
        notes=(f"{extent} / {step} = {quotient(extent, step)}",),
        help=f"factors that fit: {', '.join(map(str, nearest))}",
        blames=0,
    )


def _divisors(number: int, wanted: int, most: int = 4) -> list[int]:
    """Divisors of a number (up to 4096), those nearest to `wanted` first."""
    divisors = [d for d in range(1, min(number, 4096) + 1) if number % d == 0]
    return sorted(divisors, key=lambda d: (abs(d - wanted), d))[:most]


def _fits(rule: WindowRule) -> bool:
    return rule.ceil or rule.fits


def _worked(rule: WindowRule) -> str:
    _, numbers, exact = rule.formula()
    return f"{numbers} = {exact}"


def _grouped(axes: Sequence[tuple[str, WindowRule]]) -> list[tuple[str, WindowRule]]:
    """Axes that are alike under one label: `width and height`."""
    labels: dict[WindowRule, list[str]] = {}
    for label, rule in axes:
        labels.setdefault(rule, []).append(label)
    return [(" and ".join(names), rule) for rule, names in labels.items()]


def _unread(label: str, rule: WindowRule) -> str:
    return f"the last {plural(rule.unread, label)}"


def _dimension(label: str) -> str:
    return {"width": "wide", "height": "high"}.get(label, "long")


def _largest_kernels(rules: Sequence[WindowRule]) -> tuple[int, ...]:
    """The nearest kernel that fits on every axis; one number for all where it was one number before."""
    largest = [min(rule.kernel, (rule.extent + rule.before + rule.after - 1) // rule.dilation + 1) for rule in rules]
    alike = len({rule.kernel for rule in rules}) == 1
    return (min(largest),) * len(largest) if alike else tuple(largest)


def _least_pads(rules: Sequence[WindowRule]) -> tuple[int, ...] | None:
    """The least padding, the same before and after, with which a window fits on every axis."""
    if any(rule.output >= 1 and rule.before != rule.after for rule in rules):
        return None
    pads = tuple(max(rule.before, rule.after) + max(0, (1 - rule.slack) // 2) for rule in rules)
    most = max(pads)
    return (most,) * len(pads) if all(most < rule.effective for rule in rules) else pads


def _what_fits(rules: Sequence[WindowRule], pad: Pad, strides: list[str], label: str, pad_field: bool) -> str | None:
    offers = [("a stride of", strides)]
    if pad_field:
        offers.append(("a pad of", _pads(rules)))
    offers.append(("a kernel of", _kernels(rules, pad)))
    extents = _options(rules, lambda rule: rule.extent, lambda rule, n: rule._replace(extent=n))
    sides = f"an input {label} of" if all(option.isdigit() for option in extents) else "an input of"
    offers.append((sides, extents))
    listed = [f"{words} {' or '.join(values)}" for words, values in offers if values]
    return "what fits: " + "; ".join(listed) if listed else None


def _strides(rules: Sequence[WindowRule]) -> list[str]:
    return _options(rules, lambda rule: rule.stride, lambda rule, stride: rule._replace(stride=stride), most=3)


def _pads(rules: Sequence[WindowRule]) -> list[str]:
    def change(rule: WindowRule, pad: int) -> WindowRule:
        changed = rule._replace(before=pad, after=pad)
        return changed if _sees(changed) else _hopeless(rule)

    return _options(rules, lambda rule: (rule.before + rule.after) // 2, change, least=0)


def _kernels(rules: Sequence[WindowRule], pad: Pad) -> list[str]:
    def change(rule: WindowRule, kernel: int) -> WindowRule:
        changed = rule._replace(kernel=kernel)
        if pad == "half":
            half = rule.dilation * (kernel - 1) // 2
            changed = changed._replace(before=half, after=half)
        # A pooling's stride may follow its kernel: the option must fit with either.
        follows = rule.stride == rule.kernel and not changed._replace(stride=kernel).fits
        return _hopeless(rule) if follows or not _sees(changed) else changed

    return _options(rules, lambda rule: rule.kernel, change)


def _hopeless(rule: WindowRule) -> WindowRule:
    """An axis that nothing fits into, for changes that are out of the question."""
    return rule._replace(extent=-rule.before - rule.after - 1)


def _options(
    rules: Sequence[WindowRule], value: Callable[[WindowRule], int], change: Change, least: int = 1, most: int = 2
) -> list[str]:
    """Values that fit on every axis, nearest first: one number where it is one now, else one per axis."""
    now = {value(rule) for rule in rules}
    if len(now) == 1:
        alike = [
            str(option) for option in _around(now.pop(), least) if all(change(rule, option).fits for rule in rules)
        ]
        if alike:
            return alike[:most]
    each = []
    for rule in rules:
        nearest = (n for n in _around(value(rule), least) if change(rule, n).fits)
        found = value(rule) if _fits(rule) else next(nearest, None)
        if found is None:
            return []
        each.append(found)
    return [brief(each)]


def _around(centre: int, least: int) -> Iterator[int]:
    for distance in range(1, _REACH):
        if centre - distance >= least:
            yield centre - distance
        yield centre + distance
