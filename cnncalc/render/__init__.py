"""How results look: tables, JSON, CSV, Markdown, LaTeX, diagnostics. The only room that knows Rich."""
