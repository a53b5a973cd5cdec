"""MegaFace as it was given out: folders of pictures, whose names are the index.

``876/87667287@N00/4440872808_0.jpg`` in the first challenge,
``100016927@N02_identity_1/9469948405_7.jpg`` in the training set of the second. Read from the folders
themselves, from an archive of them, or from a list of the paths (what ``find`` or ``tar tf`` print). No
picture is opened. Bare lines of the second kind, without a folder before them, are DiveFace's lists.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from auditor.datasets.parsing.bulk import rows_of_form
from auditor.datasets.parsing.keys import NSID, mostly, record
from auditor.datasets.parsing.photo_lines import by_name_or_line, lines_of_form
from auditor.datasets.parsing.row import Found, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format
from auditor.flickr.names import parse_name

_NAME = rf"{NSID}(?:_identity_[0-9]+)?/[0-9]+_[0-9]+\.(?:jpe?g|png|json)"
_MEMBER = re.compile(rf"(?:.*/)?{_NAME}", re.IGNORECASE)
_PATH = re.compile(rf"\s*(?:.*/{_NAME}|{NSID}/[0-9]+_[0-9]+\.\w+)\s*", re.IGNORECASE)

_USUAL = (
    r"^(?P<key>(?:[!-$&-\[\]-~]+/)?(?P<nsid>[1-9][0-9]{4,10}@N[0-9]{2})(?:_identity_[0-9]{1,9})?"
    r"/(?P<photo_id>[1-9][0-9]{0,17})_[0-9]{1,4}\.(?:jpg|png))$"
)
"""For RE2: what `_MEMBER` matches and `parse_name` reads, in ASCII without percent signs and backslashes."""


def _sniff(source: Source) -> bool:
    return _MEMBER.fullmatch(source.member) is not None or mostly(source.head_lines, _PATH)


def _find(path: str) -> Found:
    photo = parse_name(path, numbered=True)
    if photo is None or photo.nsid is None:
        return "no path of a Flickr photo"
    return record(photo, key=path)


def _read(source: Source) -> Iterator[Row]:
    return by_name_or_line(source, _MEMBER, _find)


def _read_at_once(source: Source) -> Iterator[Row | pa.Table]:
    return _read(source) if _MEMBER.fullmatch(source.member) else _paths(source)


_paths = lines_of_form(_USUAL, _find)


def _pictures(names: Sequence[str]) -> tuple[pa.Table, np.ndarray]:
    texts = pa.array([name if name.isascii() else "" for name in names], pa.string())
    table, usual = rows_of_form(np.ones(len(names), np.int64), texts, _USUAL)
    return table.append_column("record", table["key"]), usual


FORMAT = Format(
    name="megaface-folders",
    title="folders of MegaFace pictures or a list of their paths",
    expects="MegaFace's folders, or a list of their paths …/<NSID>_identity_<n>/<photo id>_<face>.jpg",
    match_keys=("photo_id", "owner"),
    sniff=_sniff,
    read=_read,
    bulk=_read_at_once,
    pictures=_pictures,
)
