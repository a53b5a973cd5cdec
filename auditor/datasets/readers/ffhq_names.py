"""Sets made from FFHQ: file names of five digits (``00042.png``), as a list or the folder itself."""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.parent_keys import child, ffhq_number
from auditor.datasets.parsing.photo_lines import by_name_or_line
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format

_NAME = r"(?:.*[/\\])?[0-6][0-9]{4}\.(?:png|jpe?g)"
_MEMBER = re.compile(_NAME, re.IGNORECASE)
_LINE = re.compile(rf"\s*{_NAME}\s*", re.IGNORECASE)


def _sniff(source: Source) -> bool:
    return _MEMBER.fullmatch(source.member) is not None or mostly(source.head_lines, _LINE)


FORMAT = Format(
    name="ffhq-names",
    title="a list of FFHQ's file names",
    expects="FFHQ's file names of five digits, such as 00042.png",
    match_keys=("parent_key",),
    sniff=_sniff,
    read=lambda source: by_name_or_line(source, _MEMBER, lambda name: child(ffhq_number(name.strip()))),
)
