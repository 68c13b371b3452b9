"""cnncalc: volumes, parameters and operations of convolutional networks, derived, and proved by execution.

>>> import cnncalc
>>> network = cnncalc.load("alexnet")
>>> network.totals.parameters
62378344
"""

from cnncalc.analysis.counts import Counts, Totals
from cnncalc.analysis.measured import LayerView
from cnncalc.analysis.receptive import ReceptiveField
from cnncalc.backend.errors import ExecutionError, MemoryLimitError
from cnncalc.diagnostics import Diagnostic, SpecError
from cnncalc.graph import Graph, Node, Volume, Weight
from cnncalc.network import Network, load, loads, open_network, prepare, validate, verify
from cnncalc.results import Verification
from cnncalc.spec.load import UsageError

__version__ = "0.1.0"

__all__ = [
    "load",
    "loads",
    "open_network",
    "validate",
    "verify",
    "prepare",
    "Network",
    "LayerView",
    "Totals",
    "Counts",
    "ReceptiveField",
    "Verification",
    "Diagnostic",
    "SpecError",
    "UsageError",
    "ExecutionError",
    "MemoryLimitError",
    "Graph",
    "Node",
    "Volume",
    "Weight",
]
