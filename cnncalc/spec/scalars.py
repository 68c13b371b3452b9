"""How a scalar is read: cnncalc's own rules, under which nothing turns into something else in silence."""

from __future__ import annotations

import re
from math import isfinite

from cnncalc.graph import Volume
from cnncalc.spec.limits import MAX_LITERAL

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_SIZE = re.compile(r"[0-9]+(?:[xX×][0-9]+)+\Z")
_NUMBER_LIKE = re.compile(r"[+-]?[0-9.][0-9a-fA-F_:.,oxXbBeE+-]*\Z|[+-]?\.(?:inf|nan|Inf|NaN|INF|NAN)\Z")


class ScalarError(Exception):
    """A scalar that is not what is wanted here. `code` names the rule, `help` what to write instead."""

    def __init__(self, code: str, message: str, help: str | None = None, fix: str | None = None) -> None:
        self.code = code
        self.message = message
        self.help = help
        self.fix = fix
        super().__init__(message)


def read_integer(text: str, plain: bool = True, least: int = 0) -> int:
    """A count or size: plain decimal digits.

    Raises:
        ScalarError: `not-an-integer`, `out-of-range`, `number-too-large`.
    """
    if plain and text.isascii() and text.isdigit() and (text[0] != "0" or text == "0"):
        return check_range(bounded(text), least)
    raise _not_an_integer(text, plain, least)


def check_range(value: int, least: int) -> int:
    """The value, if it is large enough.

    Raises:
        ScalarError: `out-of-range`.
    """
    if value < least:
        raise ScalarError("out-of-range", f"{value} is too small: at least {least}", fix=str(least))
    return value


def bounded(digits: str) -> int:
    """An integer literal, measured before it is converted.

    Raises:
        ScalarError: `number-too-large`.
    """
    if len(digits) > 19 or int(digits) > MAX_LITERAL:
        shown = digits if len(digits) <= 24 else f"{digits[:8]}… ({len(digits):,} digits)"
        raise ScalarError("number-too-large", f"{shown} is more than 10^18, the largest number that may be written")
    return int(digits)


def _not_an_integer(text: str, plain: bool, least: int) -> ScalarError:
    wanted = "a whole number"
    if not plain and text.isascii() and (text.isdigit() or _SIZE.match(text)):
        return ScalarError(
            "not-an-integer", f'"{text}" in quotes is text, and {wanted} is wanted', "remove the quotes", fix=text
        )
    if re.fullmatch(r"-[0-9]{1,30}", text):
        return ScalarError("out-of-range", f"{text} is too small: at least {least}", fix=str(least))
    decimal = _meant(text)
    if decimal is not None and re.fullmatch(r"0[0-7]+", text):
        help = f"write {text.lstrip('0') or '0'}, or {decimal} where octal is meant"
        return ScalarError("not-an-integer", f"`{text}` is not a plain decimal number", help)
    if decimal is not None:
        return ScalarError(
            "not-an-integer", f"`{text}` is not a plain decimal number", f"write {decimal}", fix=str(decimal)
        )
    if re.fullmatch(r"[0-9]+:[0-9]+", text):
        size = text.replace(":", "x")
        return ScalarError("not-an-integer", f"`{text}` is no number", f"a size is written {size}", fix=size)
    if not text and plain:
        return ScalarError("not-an-integer", f"{wanted} is wanted, and nothing stands here")
    return ScalarError(
        "not-an-integer", f"{wanted} is wanted, and {f'`{text[:60]}`' if text else 'empty text'} is none"
    )


def _meant(text: str) -> int | None:
    """The whole number meant by a spelling that is not accepted: hexadecimal, octal, `1_000`, `3.0`, `+3`, `1e3`."""
    if len(text) > 24:
        return None
    spellings = (
        (r"0[xX]([0-9a-fA-F]+)", 16),
        (r"0[oO]([0-7]+)", 8),
        (r"0([0-7]+)", 8),
        (r"0[bB]([01]+)", 2),
        (r"\+?([0-9]+)", 10),
        (r"\+?([0-9]+(?:_[0-9]+)+)", 10),
        (r"([0-9]+)\.0*", 10),
    )
    for pattern, base in spellings:
        if match := re.fullmatch(pattern, text):
            return int(match[1].replace("_", ""), base)
    if match := re.fullmatch(r"([0-9]+)[eE]\+?([0-9])", text):
        return int(match[1] + "0" * int(match[2]))
    unicode_digits = text.isdigit() and not text.isascii() and text.isdecimal()
    return int(text) if unicode_digits else None


def read_number(text: str, plain: bool = True) -> float:
    """A real hyperparameter: `0.5`, `.5`, `1e-4`.

    Raises:
        ScalarError: `not-a-number`.
    """
    if plain and text.isascii() and _DECIMAL.match(text) and len(text) <= 40:
        return _finite(text)
    if not plain and _DECIMAL.match(text):
        raise ScalarError(
            "not-a-number", f'"{text}" in quotes is text, and a number is wanted', "remove the quotes", fix=text
        )
    help = f"write {text.replace(',', '.')}" if re.fullmatch(r"[0-9]+,[0-9]+", text) else None
    raise ScalarError("not-a-number", f"a number is wanted, and `{text[:60]}` is none", help)


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ScalarError("number-too-large", f"{text[:60]} is more than the largest number there is")
    return value


def read_boolean(text: str, plain: bool = True) -> bool:
    """`true` or `false`.

    Raises:
        ScalarError: `not-a-boolean`.
    """
    if plain and text in ("true", "false"):
        return text == "true"
    meant = {
        "yes": "true",
        "on": "true",
        "y": "true",
        "1": "true",
        "no": "false",
        "off": "false",
        "n": "false",
        "0": "false",
    }.get(text.lower(), text.lower() if text.lower() in ("true", "false") else None)
    if not plain and text in ("true", "false"):
        message, help = f'"{text}" in quotes is text, and `true` or `false` is wanted', "remove the quotes"
        raise ScalarError("not-a-boolean", message, help, fix=text)
    raise ScalarError(
        "not-a-boolean",
        f"`true` or `false` is wanted, and `{text[:60]}` is neither",
        f"write {meant}" if meant else None,
        fix=meant,
    )


def read_size(text: str, plain: bool = True, least: int = 1) -> int | tuple[int, ...]:
    """`3`, or `7x1`: width first.

    Raises:
        ScalarError: where it is neither.
    """
    if plain and _SIZE.match(text):
        return tuple(check_range(bounded(part), least) for part in re.split("[xX×]", text))
    if plain and re.fullmatch(r"[0-9]+( [xX×] ?[0-9]+)+|[0-9]+([xX×] [0-9]+)+", text):
        raise ScalarError(
            "not-an-integer",
            f"`{text}` is no size",
            f"write {text.replace(' ', '')} without spaces",
            fix=text.replace(" ", ""),
        )
    return read_integer(text, plain, least)


def is_size(text: str) -> bool:
    """Whether the text is a size with several numbers, such as `7x1`."""
    return bool(_SIZE.match(text))


def read_volume(text: str, plain: bool = True) -> Volume:
    """A volume `227x227x3` (width, height, depth), `100x8` (length, depth), `1000`.

    Raises:
        ScalarError: `not-a-volume` and those of its numbers.
    """
    compact = text.strip("[] ") if plain else text
    if not plain or not re.fullmatch(r"[0-9]+(?:[xX×][0-9]+){0,3}", compact) or compact != text:
        raise _not_a_volume(text, plain)
    numbers = [check_range(bounded(part), 1) for part in re.split("[xX×]", text)]
    return Volume(numbers[-1], tuple(numbers[:-1]))


def _not_a_volume(text: str, plain: bool) -> ScalarError:
    compact = re.sub(r"\s+", "", text)
    if plain and re.fullmatch(r"[0-9]+(?:[xX×][0-9]+){4,}", compact):
        return ScalarError(
            "not-a-volume",
            f"`{text[:60]}` has more than three spatial axes",
            "at most WxHxTxD: width, height, time, depth",
        )
    if not plain and compact == text and re.fullmatch(r"[0-9]+(?:[xX×][0-9]+){0,3}", text):
        return ScalarError(
            "not-a-volume", f'"{text}" in quotes is text, and a volume is wanted', "remove the quotes", fix=text
        )
    if re.fullmatch(r"[0-9]+(?:[xX×][0-9]+){1,3}", compact):
        return ScalarError("not-a-volume", f"`{text}` is not written as a volume", f"write {compact}", fix=compact)
    if re.fullmatch(r"[0-9]+(?:,[0-9]+)+", compact):
        volume = compact.replace(",", "x")
        return ScalarError(
            "not-a-volume",
            f"`{text}` is not written as a volume",
            f"width, height and depth are written {volume}",
            fix=volume,
        )
    shown = text[:60] or "nothing"
    return ScalarError("not-a-volume", f"a volume WxHxD such as 224x224x3 is wanted, and `{shown}` is none")


Value = int | float | bool | str | list["Value"]
"""What a formula, a define or a loop's element can be."""


def read_value(text: str, plain: bool = True) -> Value:
    """A defined value: a number, `true`, `false`, or text; text that looks like a misspelt number is refused.

    Raises:
        ScalarError: `not-a-number`.
    """
    if not plain:
        return text
    if text.isascii() and text.isdigit() and (text[0] != "0" or text == "0"):
        return bounded(text)
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-[1-9][0-9]*", text):
        return -bounded(text[1:])
    if text.isascii() and _DECIMAL.match(text) and not re.match(r"[+-]?0[0-9]|\+", text):
        return _finite(text)
    if _NUMBER_LIKE.match(text) and not is_size(text):
        meant = _meant(text)
        raise ScalarError(
            "not-a-number",
            f"`{text[:60]}` looks like a number and is none",
            f"write {meant}" if meant is not None else "put it into quotes if it is text",
            fix=str(meant) if meant is not None else None,
        )
    return text
