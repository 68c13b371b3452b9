"""Numbers for people, by integer arithmetic only: nothing overflows, nothing is rounded unseen."""

from __future__ import annotations

_SCALES = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "K"))
_BYTES = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
LONGEST = 30
"""Integers with more digits are shown in powers of ten (exact ones are in the machine-readable formats)."""


def grouped(value: int) -> str:
    """`62,378,344`; huge numbers as `≈ 1.2e345`."""
    digits = str(value) if value.bit_length() < 4096 else ""
    if digits and len(digits) <= LONGEST:
        return f"{value:,}"
    text = digits or _decimal(value)
    return f"≈ {text[0]}.{text[1]}e{len(text) - 1}"


def _decimal(value: int) -> str:
    """Leading digits of a huge number, padded to its length: only the first two and the count matter."""
    exponent = value.bit_length() * 30103 // 100000 - 3
    lead = str(value // 10**exponent)
    return lead + "0" * exponent


def short(value: int) -> str:
    """Three digits and a scale: `62.4 M`, `1.14 G`."""
    return _scaled(value, _SCALES) or grouped(value)


def short_bytes(value: int) -> str:
    """Three digits and a decimal unit: `249.5 MB`."""
    return _scaled(value, _BYTES) or f"{value} bytes"


def _scaled(value: int, scales: tuple[tuple[int, str], ...]) -> str:
    for scale, suffix in scales:
        if value >= scale:
            whole = value // scale
            if whole >= 10**6:
                return ""
            places = 2 if whole < 10 else 1
            tenths = (value * 10**places + scale // 2) // scale
            return f"{tenths // 10**places}.{tenths % 10**places:0{places}d} {suffix}"
    return ""


def percent(part: int, whole: int) -> str:
    """A share with one decimal: `94.0 %`."""
    if whole == 0:
        return "0 %"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10} %"
