"""DiDeMo: Flickr videos of YFCC100M (github.com/LisaAnne/LocalizingMoments, data/).

``video_licenses.txt`` has the video's id, its address with the original's secret, and its licence. The
JSON files have ``"video": "<NSID>_<id>_<secret>.<type>"``, the name of the original file.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.json_items import entries, opens_with
from auditor.datasets.parsing.keys import (
    NO_ADDRESS,
    NSID,
    address,
    license_of,
    mostly,
    nsid,
    photo_id,
    record,
)
from auditor.datasets.parsing.row import HEADER, Found, Record, Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_line
from auditor.datasets.readers import Format

_VIDEO = rf"({NSID})_([1-9][0-9]*)_[0-9a-f]+(?:\.\w+)*"
_NAME = re.compile(_VIDEO)
_SEEN = re.compile(rb'"video"\s*:\s*"' + _VIDEO.encode())
_LINE = re.compile(r"[1-9][0-9]*\s+\S+://\S*/videos?/\S+(?:\s.*)?")


def _video(name: object, place: str) -> Found:
    match = _NAME.fullmatch(name) if isinstance(name, str) else None
    photo = photo_id(match[2]) if match else None
    if match is None or photo is None:
        return "no name of a Flickr video"
    return Record(photo_id=photo, nsid=nsid(match[1]), original=True, record=place)


def _line(line: str) -> Found:
    fields = line.split()
    if fields[0] == "VideoID":
        return HEADER
    photo = address(fields[1]) if len(fields) > 1 else None
    return record(photo, license_id=license_of(fields[-1])) if photo else NO_ADDRESS


def _read(source: Source) -> Iterator[Row]:
    if not opens_with(source, b"["):
        yield from by_line(source, _line)
        return
    for index, moment in enumerate(entries(source, "item")):
        yield row_of(index + 1, _video(moment.get("video"), f"[{index}]"))


FORMAT = Format(
    name="didemo",
    title="a DiDeMo file",
    expects='DiDeMo\'s list of video licences, or its JSON list with "video"',
    match_keys=("photo_id", "owner"),
    sniff=lambda source: _SEEN.search(source.head) is not None or mostly(source.head_lines, _LINE),
    read=_read,
)
