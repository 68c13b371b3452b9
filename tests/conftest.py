"""Set before anything imports NumPy: with several test processes, BLAS threads would only wait for each other."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# What is printed is compared as it is in a pipe, however wide the terminal is that the tests run in.
os.environ.pop("COLUMNS", None)
