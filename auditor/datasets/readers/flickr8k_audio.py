"""Flickr 8k Audio Captions: ``wav2capt.txt``, lines of recording, picture of Flickr8k and caption number.

(groups.csail.mit.edu/sls/downloads/flickraudio)
"""

import re

from auditor.datasets.parsing.keys import mostly
from auditor.datasets.parsing.photo_lines import names_in_lines
from auditor.datasets.readers import Format

_NAME = re.compile(r"(?<=\s)([1-9][0-9]*)_[0-9a-f]{6,16}\.jpg(?=\s)")
_LINE = re.compile(r"\S+\.wav\s+\S+\.jpg\s+#[0-9]+\s*")

FORMAT = Format(
    name="flickr8k-audio",
    title="the Flickr 8k Audio Caption Corpus's wav2capt.txt",
    expects="lines of <recording>.wav, <photo id>_<secret>.jpg and #<n>",
    match_keys=("photo_id",),
    sniff=lambda source: mostly(source.head_lines, _LINE),
    read=names_in_lines(_NAME),
)
