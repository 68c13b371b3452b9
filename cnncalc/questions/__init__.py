"""Homework: `ask` answers questions, `solve` works backwards, `explain` derives, `quiz` asks.

A question's text becomes a line of items (`sheet`) that rules rewrite into tags: framework calls (`calls`), volumes
(`extents`), what is asked, layers and their order (`tagging`, with its rules in `claims`,
`unknowns`, `order` and the words in `lexicon`). `fold` gathers the words of
each layer, `reading` gives them to the reader of the lecture's phrases (`spec.phrase`) and settles what is described
(`setups`). `chain` works the layers out, `quantities` and `costs` answer, from the layers' own functions. A question
that names a bundled network goes by way of `networks`. Backwards questions go to `solve`, through several
layers to `chains`. What is not understood is said, never guessed: `accounting` sees that nothing is left unused.
"""
