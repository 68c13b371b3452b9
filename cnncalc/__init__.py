"""cnncalc: volumes, parameters and operations of convolutional networks, derived, and proved by execution.

    >>> import cnncalc
    >>> network = cnncalc.load("alexnet")
    >>> network.totals.parameters
    62378344
"""

from cnncalc.diagnostics import Diagnostic, SpecError
from cnncalc.network import LayerView, Network, UsageError, load, loads, open_network, validate

__version__ = "0.1.0"
