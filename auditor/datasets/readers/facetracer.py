"""FaceTracer: ``faceindex.txt``, tab-separated number, address of the picture and of its page.

(cave.cs.columbia.edu)
"""

import re

from auditor.datasets.parsing.keys import mostly, records_in
from auditor.datasets.parsing.row import Found
from auditor.datasets.parsing.text import COLUMNS, by_line
from auditor.datasets.readers import Format

_LINE = re.compile(r"([0-9]{1,6})\t(https?://[^\t]+)\t(https?://[^\t]+)")


def _find(line: str) -> Found:
    if line.startswith("#"):
        return "comment"
    match = _LINE.fullmatch(line)
    if match is None:
        return COLUMNS
    return records_in((match[2], match[3]), key=match[1])


FORMAT = Format(
    name="facetracer-index",
    title="FaceTracer's index of faces",
    expects="FaceTracer's faceindex.txt: lines of number, address of the picture and of its page",
    match_keys=("photo_id", "owner"),
    sniff=lambda source: mostly([line for line in source.head_lines if not line.startswith("#")], _LINE),
    read=lambda source: by_line(source, _find),
)
