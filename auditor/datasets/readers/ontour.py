"""OnTour: travel histories in JSON, by NSID.

(github.com/tombewley/OnTour-TourismRecommendation, 04_MakeHistories.py)

``{"<NSID>": {"<town>": [["<place>", "<start>", "<end>", photos], …]}}``, or the visits alone in a town's
file.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.json_items import members
from auditor.datasets.parsing.keys import NSID, nsid
from auditor.datasets.parsing.row import Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_HISTORY = re.compile(rf'\s*\{{\s*"{NSID}"\s*:\s*[\[{{]'.encode(), re.IGNORECASE)


def _read(source: Source) -> Iterator[Row]:
    for number, (key, _) in enumerate(members(source), 1):
        owner = nsid(key)
        if owner is None:
            yield Row(number, skipped="no NSID")
        else:
            yield Row(number, (Record(nsid=owner, record=f'["{key}"]', key=key),))


FORMAT = Format(
    name="ontour-json",
    title="a file of travel histories",
    expects="OnTour's JSON object of travel histories by NSID",
    match_keys=("owner",),
    sniff=lambda source: _HISTORY.match(source.head.removeprefix(b"\xef\xbb\xbf")) is not None,
    read=_read,
)
