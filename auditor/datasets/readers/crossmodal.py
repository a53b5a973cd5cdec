"""Crossmodal-3600: JSON Lines of captions by Open Images ImageID, ``image/key``.

(google.github.io/crossmodal-3600)
"""

import re

from auditor.datasets.parsing.json_items import by_json_line
from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.parent_keys import child, open_images_id
from auditor.datasets.readers import Format

_LINE = re.compile(r'\{.*"image/key"\s*:\s*"[0-9a-f]{16}".*')

FORMAT = Format(
    name="crossmodal-jsonl",
    title="a Crossmodal-3600 file",
    expects="Crossmodal-3600's JSON Lines, each with its image/key",
    match_keys=("parent_key",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=lambda source: by_json_line(source, lambda entry: child(open_images_id(entry.get("image/key")))),
)
