"""FlickrFace11K: NumPy files with the names of Flickr30k's pictures (github.com/omidmnezami/Face-Cap)."""

from collections.abc import Iterator
from typing import Any

from auditor.datasets.parsing import npy
from auditor.datasets.parsing.keys import NO_PHOTO_ID, photo_id
from auditor.datasets.parsing.row import Record, Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format


def _read(source: Source) -> Iterator[Row]:
    for number, texts in enumerate(npy.rows(source), 1):
        names = {
            photo: text
            for text in _texts(texts)
            if (photo := photo_id(text.rpartition("/")[2].partition(".")[0]))
        }
        records = tuple(Record(photo_id=photo, key=text) for photo, text in names.items())
        yield Row(number, records) if records else Row(number, skipped=NO_PHOTO_ID)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


FORMAT = Format(
    name="flickr30k-npy",
    title="a NumPy file",
    expects="a NumPy array of Flickr30k's file names",
    match_keys=("photo_id",),
    sniff=lambda source: source.head.startswith(npy.MAGIC),
    read=_read,
)
