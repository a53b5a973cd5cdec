"""VIST's stories in tables: CSV files whose ``story_id`` is the photo ids of the story, joined by hyphens.

(github.com/tingyaohsu/VIST-Edit, Human_eval.) ``album_id`` often went through a spreadsheet and is no
number any more.
"""

import re
from collections.abc import Iterator

from auditor.datasets.parsing.keys import NO_PHOTO_ID, photo_id
from auditor.datasets.parsing.row import Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.text import columns_of, table
from auditor.datasets.readers import Format

_STORY = re.compile(r"[0-9]+(?:-[0-9]+)+")


def _read(source: Source) -> Iterator[Row]:
    for number, fields in table(source):
        if isinstance(fields, str):
            yield Row(number, skipped=fields)
            continue
        story = fields["story_id"]
        photos = [photo_id(part) for part in story.split("-")] if _STORY.fullmatch(story) else []
        records = tuple(Record(photo_id=photo, key=story) for photo in photos if photo)
        yield Row(number, records) if records else Row(number, skipped=NO_PHOTO_ID)


FORMAT = Format(
    name="vist-stories-csv",
    title="a table of VIST's stories",
    expects="a CSV with the columns story_id (photo ids joined by hyphens) and album_id",
    match_keys=("photo_id",),
    sniff=lambda source: {"story_id", "album_id"} <= set(columns_of(source)),
    read=_read,
)
