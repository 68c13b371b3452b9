"""Questions put to a graph: counts and totals, conventions of counting, receptive fields, depth, memory."""
