"""Sets made from FFHQ: file names of five digits (``00042.png``), as a list or the folder itself."""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.parent_keys import child, ffhq_number
from auditor.datasets.parsing.row import Row, row_of
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import by_line
from auditor.datasets.readers import Format

_NAME = r"(?:.*[/\\])?[0-6][0-9]{4}\.(?:png|jpe?g)"
_MEMBER = re.compile(_NAME, re.IGNORECASE)
_LINE = re.compile(rf"\s*{_NAME}\s*", re.IGNORECASE)


def _sniff(source: Source) -> bool:
    return _MEMBER.fullmatch(source.member) is not None or mostly(source.head_lines, _LINE)


def _read(source: Source) -> Iterator[Row]:
    if _MEMBER.fullmatch(source.member):
        yield row_of(1, child(ffhq_number(source.member), place=""))
    else:
        yield from by_line(source, lambda line: child(ffhq_number(line.strip())))


FORMAT = Format(
    name="ffhq-names",
    title="a list of FFHQ's file names",
    expects="FFHQ's file names of five digits, such as 00042.png",
    match_keys=("parent_key",),
    sniff=_sniff,
    read=_read,
)
