"""Text to layer graph: YAML with positions, formulas, the lecture's phrases, blocks, expansion, diagnostics.

The way through: `files` finds the bytes, `text` decodes them, `reader` makes a located tree of YAML events (or
`listing` of a lecture listing), `document` checks the keys, `expand` turns the chain of items into a graph and
works out every volume in the same pass, `checks` compares what came out with what the file expects.
"""
