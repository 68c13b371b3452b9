"""An atheris harness: `python tests/fuzz/fuzz_spec.py tests/fuzz/seeds -dict=tests/fuzz/words.dict -max_total_time=300`.

The first byte chooses what is fuzzed: a whole file, a formula, a phrase, or a file under the pure YAML parser. It is
no part of the test suite: atheris is installed by whoever wants it. What it finds becomes a file under tests/corpus.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports():
    from cnncalc.diagnostics import SpecError
    from cnncalc.network import Network
    from cnncalc.spec.files import Found
    from cnncalc.spec.limits import Limits
    from cnncalc.spec.load import Options, load_found

SMALL = Limits(bytes=20_000, layers=2_000)


def one_input(data: bytes) -> None:
    """Load one input; anything but a report is a find."""
    form, rest = data[:1], data[1:]
    if form == b"=":
        rest = b"input: 8x8x3\nlayers:\n  - fc: '=" + rest.replace(b"'", b'"') + b"'\n"
    elif form == b"p":
        rest = b"input: 8x8x3\nlayers:\n  - conv: '" + rest.replace(b"'", b'"') + b"'\n"
    try:
        network = Network.of(load_found(Found("net.yaml", rest, None, False), Options(limits=SMALL, pure=form == b"y")))
    except SpecError:
        return
    _ = network.totals, network.receptive_fields


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
