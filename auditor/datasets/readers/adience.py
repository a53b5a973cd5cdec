"""Adience: tab-separated fold files (github.com/GilLevi/AgeGenderDeepLearning, Folds).

The files of the splits have paths like
``<NSID>/landmark_aligned_face.<n>.<photo id>_<original secret>_o.jpg`` and a class instead.
``user_id`` is the NSID, ``original_image`` is ``<photo id>_<original secret>_o.jpg``: with it anyone can
fetch the original.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.keys import NO_PHOTO_ID, NSID, mostly, nsid, record
from auditor.datasets.parsing.row import Found, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_fields, by_line, columns_of
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

_PATH = re.compile(
    rf"\s*(?:.*/)?{NSID}/(?:coarse_tilt|landmark)_aligned_face\.[0-9]+\.[0-9]+_\S+(?:\s.*)?", re.IGNORECASE
)


def _is_table(source: Source) -> bool:
    return "original_image" in columns_of(source, "\t")


def _find(fields: dict[str, str]) -> Found:
    name = fields["original_image"]
    photo = parse_name(name, proven=True)
    if photo is None:
        return NO_PHOTO_ID
    return record(photo)._replace(nsid=nsid(fields.get("user_id")), key=name)


def _find_path(line: str) -> Found:
    path = line.split()[0]
    photo = parse_name(path, proven=True)
    return record(photo, key=path) if photo else NO_PHOTO_ID


def _read(source: Source) -> Iterator[Row]:
    return by_fields(source, _find, "\t") if _is_table(source) else by_line(source, _find_path)


FORMAT = Format(
    name="adience",
    title="an Adience fold file",
    expects="Adience's tab-separated fold file with original_image, or a list of its aligned faces",
    match_keys=("photo_id", "owner"),
    sniff=lambda source: _is_table(source) or mostly(source.head_lines, _PATH),
    read=_read,
)
