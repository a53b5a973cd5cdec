"""A plain list of Flickr addresses, one a line, and nothing more."""

import re

from auditor.datasets.parsing.keys import address
from auditor.datasets.parsing.photo_lines import address_lines, address_lines_at_once
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_LINE = re.compile(r"\s*(https?://[^\s,;]+)\s*")


def _sniff(source: Source) -> bool:
    found = [match[1] for line in source.head_lines if (match := _LINE.fullmatch(line))]
    return 2 * len(found) >= len(source.head_lines) and any(address(text) for text in found)


FORMAT = Format(
    name="flickr-url-list",
    title="a list of addresses",
    expects="a list of Flickr addresses, one a line",
    match_keys=("photo_id", "owner"),
    certain=False,
    sniff=_sniff,
    read=address_lines(_LINE),
    bulk=address_lines_at_once(_LINE),
)
