"""Bytes to text, strictly: UTF-8 and nothing that an editor would show at another place than we do."""

from __future__ import annotations

import re
import unicodedata

from cnncalc.diagnostics import Diagnostic, Place, SpecError

# C0 and C1 controls, DEL, exotic line ends (they would shift line numbers), byte order marks, non-characters.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_LINE_END = re.compile(rb"\r\n|\r|\n")


def decode(data: bytes, path: str) -> str:
    """The text of a specification.

    Raises:
        SpecError: `encoding` where the bytes are no UTF-8 (exit code 2), `control-character` where they hold one.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _mostly_null(data):
        raise _refusal(
            "encoding",
            "this looks like UTF-16; specifications are UTF-8",
            path,
            1,
            1,
            status=2,
            help="save the file as UTF-8",
        )
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _position(data, error.start)
        message = f"the byte 0x{data[error.start]:02X} is not UTF-8"
        raise _refusal("encoding", message, path, line, column, 2, "save the file as UTF-8") from None
    if match := _REFUSED.search(text):
        line, column = _position(data, len(text[: match.start()].encode()))
        name = unicodedata.name(match[0], "control character")
        raise _refusal(
            "control-character",
            f"U+{ord(match[0]):04X} ({name.lower()}) has no place in a specification",
            path,
            line,
            column,
            1,
            "delete the character",
        )
    return text


def _mostly_null(data: bytes) -> bool:
    head = data[:64]
    return len(head) >= 4 and (not any(head[1::2]) or not any(head[::2]))


def _position(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column, in code points, of a byte offset; everything before it decodes."""
    ends = [match.end() for match in _LINE_END.finditer(data[:offset])]
    start = ends[-1] if ends else 0
    return len(ends) + 1, len(data[start:offset].decode("utf-8")) + 1


def _refusal(code: str, message: str, path: str, line: int, column: int, status: int, help: str) -> SpecError:
    place = Place(path, line, column, line, column + 1)
    return SpecError([Diagnostic(code, "error", message, place, help=help, status=status)])
