"""PubFig: tab-separated person, number, address, box and MD5 below two comments.

(cs.columbia.edu/CAVE/databases/pubfig)
"""

import re

from auditor.datasets.parsing.photo_lines import address_lines, address_lines_at_once
from auditor.datasets.readers import Format

_LINE = re.compile(r"[^\t#][^\t]*\t[0-9]+\t(https?://[^\t]+)\t[0-9,-]+(?:\t.*)?")
_TITLE = re.compile(rb"(?:\xef\xbb\xbf)?#\s*PubFig Dataset v[0-9.]+ - \w+_urls\.txt")

FORMAT = Format(
    name="pubfig-urls",
    title="a PubFig list of addresses",
    expects="PubFig's dev_urls.txt or eval_urls.txt",
    match_keys=("photo_id",),
    sniff=lambda source: _TITLE.match(source.head) is not None,
    read=address_lines(_LINE),
    bulk=address_lines_at_once(_LINE),
)
