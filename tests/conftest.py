"""Set before anything imports NumPy: with several test processes, BLAS threads would only wait for each other."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
