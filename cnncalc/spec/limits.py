"""Every bound of the tool, in one place; each is checked before the work it bounds is done."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_LITERAL = 10**18
"""The largest integer that may be written."""
MAX_BITS = 2048
"""How large a computed integer may become."""
MAX_FORMULA = 200
"""How many characters a formula may have."""
MAX_FORMULA_DEPTH = 32
"""How deep a formula may nest."""
MAX_LIST = 10_000
"""How long a list in a formula may become."""
MAX_EFFORT = 1_000_000
"""How many elements of lists the formulas of a file may go through."""
MAX_FINDINGS = 100
"""How many findings of one file are reported."""

_SUFFIXES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}


class Limits(NamedTuple):
    """What one file may ask for. `--limit NAME=VALUE` raises one."""

    bytes: int = 8 * 10**6
    depth: int = 64
    nodes: int = 2 * 10**6
    scalar: int = 10_000
    layers: int = 100_000
    blocks: int = 32
    memory: int = 8 * 10**9

    def changed(self, setting: str) -> Limits:
        """The limits with one `NAME=VALUE` applied; VALUE takes the decimal suffixes K, M, G.

        Raises:
            ValueError: for an unknown name or a value that is no whole number.
        """
        name, _, value = setting.partition("=")
        if name not in self._fields:
            raise ValueError(f"there is no limit {name!r}; there are {', '.join(self._fields)}")
        match = re.fullmatch(r"([0-9]{1,18})([KMG]?)", value.strip().upper())
        if not match or not int(match[1]):
            raise ValueError(f"{value!r} is not a whole number such as 500, 20K or 8G")
        return self._replace(**{name: int(match[1]) * _SUFFIXES[match[2]]})


DEFAULTS = Limits()
