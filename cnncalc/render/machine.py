"""Text for machines."""

from __future__ import annotations

import json


def json_text(value: object) -> str:
    """One JSON object on one line, in ASCII: valid in every encoding, and inert on a terminal."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False) + "\n"
