"""The one writer of JSON results: ASCII, and the schema version first.

In ASCII because a title or a plan from elsewhere can hold U+202E, a C1 control or half a surrogate pair: raw,
they reorder or break what a terminal shows; as escapes they do no harm and mean the same to a program.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

SCHEMA_VERSION: Final = 1


def json_text(result: Mapping[str, Any]) -> str:
    """`result` as JSON text, a line for each key and for each entry of a list directly below it.

    Such a list may be an iterator: its entries are then written one by one, and need no memory together.

    ``json.dumps(indent=…)`` runs in Python instead of C: a third of the time of an audit of 200,000 photos.
    """
    members = {"schema_version": SCHEMA_VERSION, **result}
    lines = (f"  {json.dumps(key)}: {_value(value)}" for key, value in members.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _value(value: object) -> str:
    if isinstance(value, list | Iterator):
        entries = ",\n".join(f"    {json.dumps(entry)}" for entry in value)
        return f"[\n{entries}\n  ]" if entries else "[]"
    return json.dumps(value)
