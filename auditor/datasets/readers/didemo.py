"""DiDeMo: Flickr videos of YFCC100M (github.com/LisaAnne/LocalizingMoments, data/).

``video_licenses.txt`` has the video's id, its address with the original's secret, and its licence. The JSON
files have ``"video": "<NSID>_<id>_<secret>.<type>"``, the name of the original file, whose type can be
missing.
"""

import re
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.datasets.parsing.bulk import mask, read_addresses, usual_rows
from auditor.datasets.parsing.json_items import by_entry, opens_with
from auditor.datasets.parsing.keys import NSID, license_of, mostly, record, records_in
from auditor.datasets.parsing.photo_lines import lines_at_once
from auditor.datasets.parsing.row import HEADER, Found, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_line, line_reader
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

# {"video": "<NSID>_4253489686_….m4v"}: YFCC hashed videos by owner and original secret, and this is
# where both are.
_SEEN = re.compile(rf'"video"\s*:\s*"{NSID}_[1-9][0-9]*_[0-9a-f]+'.encode())
_LINE = re.compile(r"[1-9][0-9]*\s+\S+://\S*/videos?/\S+(?:\s.*)?")
_USUAL = (
    r"^(?P<key>[0-9]+)[ \t]+(?P<address>https?://[!-~]+)[ \t]+(?P<license>https?://creativecommons[!-~]+)$"
)


def _video(moment: Mapping[str, object], place: str) -> Found:
    name = moment.get("video")
    photo = parse_name(name, proven=True) if isinstance(name, str) else None
    if not isinstance(name, str) or photo is None or photo.nsid is None:
        return "no name of a Flickr video"
    # The secret is the original's: whoever has it can fetch the whole file, so the key goes without.
    key = name.replace(str(photo.secret), "…")
    return record(photo, place=place)._replace(original=True, key=key)


def _line(line: str) -> Found:
    fields = line.split()
    if fields[0] == "VideoID":
        return HEADER
    return records_in(fields[1:], license_id=license_of(fields[-1]), key=fields[0])


def _usual(rows: np.ndarray, texts: pa.StringArray) -> tuple[pa.Table, np.ndarray]:
    found = pc.extract_regex(texts, _USUAL)
    key, address, license_ = found.flatten()
    read = read_addresses([address, license_])
    usual = read.usual & mask(found.is_valid())
    return usual_rows(rows, read._replace(usual=usual), {"key": key, "license": license_}), usual


def _read_at_once(source: Source) -> Iterator[Row | pa.Table]:
    if opens_with(source, b"["):
        return _read(source)
    return lines_at_once(source, _usual, line_reader(_line))


def _read(source: Source) -> Iterator[Row]:
    return by_entry(source, "", _video, ["video"]) if opens_with(source, b"[") else by_line(source, _line)


FORMAT = Format(
    name="didemo",
    title="a DiDeMo file",
    expects='DiDeMo\'s list of video licences, or its JSON list with "video"',
    match_keys=("photo_id", "owner"),
    sniff=lambda source: _SEEN.search(source.head) is not None or mostly(source.head_lines, _LINE),
    read=_read,
    bulk=_read_at_once,
)
