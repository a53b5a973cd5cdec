"""FlickrFace11K: NumPy files with the names of Flickr30k's pictures (github.com/omidmnezami/Face-Cap).

Only arrays of text are read. An array of Python objects is stored as a pickle, and opening a pickle runs
whatever program is in it: such a file is refused.
"""

import io
from collections.abc import Iterator

import numpy as np

from auditor.datasets.parsing.keys import NO_PHOTO_ID, photo_id
from auditor.datasets.parsing.row import Record, Row
from auditor.datasets.parsing.sources import Source, Stream
from auditor.datasets.readers import Format
from auditor.errors import WrongFileError

_MAGIC = b"\x93NUMPY"
_MAX_BYTES = 64 << 20


def _read(source: Source) -> Iterator[Row]:
    for number, text in enumerate(_texts(source), 1):
        photo = photo_id(text.rpartition("/")[2].partition(".")[0])
        yield (
            Row(number, skipped=NO_PHOTO_ID)
            if photo is None
            else Row(number, (Record(photo_id=photo, key=text),))
        )


def _texts(source: Source) -> list[str]:
    """The array's texts, in its order."""
    with source.open() as stream:
        content = _whole(stream)
    try:
        array = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False, max_header_size=10_000)
    except ValueError as error:
        raise WrongFileError(
            f"{source.label} is a NumPy file of Python objects, or cut short",
            hint="Such a file can run programs when it is opened. Get a list of names as text instead.",
        ) from error
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8", "replace")
    return [str(text) for text in array.ravel()] if array.dtype.kind == "U" else []


def _whole(stream: Stream) -> bytes:
    """All of it: an array of names is small, and numpy reads it at once."""
    content = bytearray()
    while (block := stream.read(1 << 20)) and len(content) <= _MAX_BYTES:
        content += block
    return bytes(content)


FORMAT = Format(
    name="flickr30k-npy",
    title="a NumPy file",
    expects="a NumPy array of Flickr30k's file names",
    match_keys=("photo_id",),
    sniff=lambda source: source.head.startswith(_MAGIC),
    read=_read,
)
