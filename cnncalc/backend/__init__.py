"""The graph run in NumPy: the second witness, which never asks `cnncalc.layers` for a size.

Only this package imports NumPy. Its parts, from the inside out: `kernels` (one function per layer kind, given
hyperparameters and arrays), `planner` (which convolution kernel, and why), `arena` (recycled buffers), `weights`
(seeded numbers), `work` (what a kernel is lent), `executor` (the walk over the graph), `verify` and `runner`.
"""
