"""YFCC100M-Entity, and PASS's ``pass_urls.txt``: addresses on Amazon S3 whose file name is the YFCC hash.

``https://multimedia-commons.s3-us-west-2.amazonaws.com/data/images/f0d/b35/f0db35….jpg``, in
YFCC100M-Entity followed by label and source (github.com/lizy14/yfcc100m-entity).
"""

import re

from auditor.datasets.parsing.keys import mostly, url_hash
from auditor.datasets.parsing.photo_lines import lines_of_form
from auditor.datasets.parsing.row import OTHER_SOURCE, Found, Record
from auditor.datasets.parsing.text import by_line
from auditor.datasets.readers import Format

_LINE = re.compile(
    r"\s*\S*(?:^|/)data/(?:images|videos/\w+)/[0-9a-f]{3}/[0-9a-f]{3}/([0-9a-f]+)(?:\.\w+)?(?:\s.*)?",
    re.IGNORECASE,
)
_USUAL = (
    "^https?://[0-9A-Za-z.-]+/data/images/[0-9a-f]{3}/[0-9a-f]{3}/(?P<key>(?P<url_hash>[0-9a-f]{16,32}))"
    r"(?:\.[a-z]+)?(?:[ \t].*)?$"
)


# Lists of all sources name ImageNet's pictures too: n03971218/n03971218_26374.JPEG 72 imagenet
_OF_ANY_SOURCE = re.compile(r"\S+\s+-?[0-9]+\s+(?:yfcc100m|imagenet)\s*", re.IGNORECASE)


def _find(line: str) -> Found:
    match = _LINE.fullmatch(line)
    key = url_hash(match[1]) if match else None
    if key is not None:
        return Record(url_hash=key, key=key)
    return OTHER_SOURCE if _OF_ANY_SOURCE.fullmatch(line) else "no YFCC100M hash"


FORMAT = Format(
    name="yfcc-entity",
    title="a list of YFCC100M's addresses on Amazon S3",
    expects="lines with the address of a YFCC100M picture on Amazon S3, …/data/images/abc/def/<hash>.jpg",
    match_keys=("url_hash",),
    sniff=lambda source: mostly(source.head_lines, _LINE) or mostly(source.head_lines, _OF_ANY_SOURCE),
    read=lambda source: by_line(source, _find),
    bulk=lines_of_form(_USUAL, _find),
)
