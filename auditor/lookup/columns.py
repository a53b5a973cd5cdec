"""The content of a bucket as bytes: columns of whole numbers in byte planes, then deflate.

Every column is written with as many bytes a number as its largest needs, all lowest bytes first, then all
second ones, and so on. Planes that hardly vary (datasets, licences, the high bytes of line numbers) shrink to
next to nothing, and those that do vary cost what they are worth; a program in a browser reads it in a loop.
"""

import zlib
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint64]

MOST_BYTES: Final = 256 * 1024 * 1024
"""Of a bucket unpacked: more is made to exhaust the reader."""
MOST_NUMBERS: Final = 1 << 22
"""Keys or records in a bucket: columns without any byte could otherwise be of any length."""
MOST_PHOTO: Final = (1 << 63) - 1
RECORD_COLUMNS: Final = ("dataset", "source", "via", "license", "flags", "photo", "row", "text", "key")
"""Of each record: `via` and `license` are 0 for none, else one more; `text` and `key` are lengths."""
ORIGINAL, NO_PHOTO, SAME_PHOTO, JOINED = 1, 2, 4, 8
"""Flags: the publisher's file links to the original; no photo id; the photo is the one that was asked
for; `via` tells the photo too, and not the owner alone."""

_LEVEL: Final = 6
_RAW: Final = -15  # deflate without a header, as browsers' DecompressionStream("deflate-raw") reads it


@dataclass(frozen=True, slots=True)
class Entry:
    """A record that a key leads to."""

    dataset: int
    source: int
    via: int | None
    """The dataset whose index tells the owner, where this one does not."""
    joined: bool
    """That index tells the photo too."""
    license_id: int | None
    links_original: bool
    photo_id: int | None
    row: int
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """The records of some keys; all arrays but the first three have a number for each record."""

    places: Numbers
    """Of the keys, in rising order."""
    counts: Numbers
    """Records of each key."""
    firsts: Numbers
    """The first photo id of each key, under its mask."""
    columns: dict[str, Numbers]
    """By the names in `RECORD_COLUMNS`; `photo` is the difference to the photo id before, 0 for the first."""
    texts: bytes
    """Where each record stands in the publisher's file, for those that say more than ``line N``."""
    keys: bytes
    """The publisher's own keys of the records that have one."""

    def packed(self) -> bytes:
        """The bytes, compressed."""
        head = np.array([len(self.places), len(self.columns["dataset"])], ">u4").tobytes()
        numbers = (self.counts, *(self.columns[name] for name in RECORD_COLUMNS))
        parts = [head, *map(_planes, numbers), self.places.astype(">u8").tobytes()]
        parts += [self.firsts.astype(">u8").tobytes(), self.texts, self.keys]
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
        return packer.compress(b"".join(parts)) + packer.flush()

    @classmethod
    def unpacked(cls, content: bytes) -> Self:
        """The bucket in `content`, trusting nothing. Errors: ValueError."""
        reader = _Reader(_inflated(content))
        keys, records = reader.numbers(2, ">u4")
        if max(keys, records) > MOST_NUMBERS:
            raise ValueError("it has far too many records")
        counts = reader.planes(int(keys))
        columns = {name: reader.planes(int(records)) for name in RECORD_COLUMNS}
        places, firsts = reader.numbers(int(keys), ">u8"), reader.numbers(int(keys), ">u8")
        texts = reader.take(_total(columns["text"]))
        own_keys = reader.take(_total(columns["key"]))
        if reader.left or _total(counts) != records or np.any(places[1:] <= places[:-1]):
            raise ValueError("its columns do not fit together")
        return cls(places, counts, firsts, columns, texts, own_keys)

    def find(self, place: int, mask: int) -> list[Entry]:
        """The records of the key with this digest. Errors: ValueError for a photo id that is none."""
        at = int(np.searchsorted(self.places, np.uint64(place)))
        if at == len(self.places) or int(self.places[at]) != place:
            return []
        start = _total(self.counts[:at])
        end = start + int(self.counts[at])
        rows = np.column_stack([self.columns[name][start:end] for name in RECORD_COLUMNS]).tolist()
        photo = int(self.firsts[at]) ^ mask
        text_at, key_at = (_total(self.columns[name][:start]) for name in ("text", "key"))
        entries = []
        for dataset, source, via, license_, flags, step, row, text, key in rows:
            photo += step
            nameless = flags & (NO_PHOTO | SAME_PHOTO)
            if not nameless and not 0 < photo <= MOST_PHOTO:
                raise ValueError("it has a photo id that is none")
            entries.append(
                Entry(
                    dataset=dataset,
                    source=source,
                    via=via - 1 if via else None,
                    joined=bool(flags & JOINED),
                    license_id=license_ - 1 if license_ else None,
                    links_original=bool(flags & ORIGINAL),
                    photo_id=None if nameless else photo,
                    row=row,
                    text=self.texts[text_at : text_at + text].decode(errors="replace"),
                    key=self.keys[key_at : key_at + key].decode(errors="replace"),
                )
            )
            text_at, key_at = text_at + text, key_at + key
        return entries


def _planes(numbers: Numbers) -> bytes:
    """The width in a byte, then the planes, lowest bytes first."""
    width = (int(numbers.max()).bit_length() + 7) // 8 if len(numbers) else 0
    planes = numbers.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width]
    return bytes([width]) + np.ascontiguousarray(planes.T).tobytes()


def _total(numbers: Numbers) -> int:
    """The sum, which no number of a hostile file can make wrap around."""
    return int(numbers.astype(object).sum()) if numbers.max(initial=0) > 1 << 32 else int(numbers.sum())


def _inflated(content: bytes) -> bytes:
    reader = zlib.decompressobj(_RAW)
    try:
        whole = reader.decompress(content, MOST_BYTES)
    except zlib.error as error:
        raise ValueError(f"it cannot be unpacked: {error}") from None
    if not reader.eof or reader.unused_data:
        raise ValueError("it ends too early or too late, or unpacks to far too much data")
    return whole


class _Reader:
    """Takes parts off the front of bytes. Errors: ValueError where there are not as many."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)

    @property
    def left(self) -> int:
        return len(self._content)

    def take(self, size: int) -> bytes:
        if size > len(self._content):
            raise ValueError("it is cut short")
        part, self._content = self._content[:size], self._content[size:]
        return bytes(part)

    def numbers(self, count: int, kind: str) -> Numbers:
        return np.frombuffer(self.take(count * np.dtype(kind).itemsize), kind).astype(np.uint64)

    def planes(self, count: int) -> Numbers:
        (width,) = self.take(1)
        if width > 8:
            raise ValueError("a column is wider than eight bytes")
        whole = np.zeros((count, 8), np.uint8)
        whole[:, :width] = np.frombuffer(self.take(count * width), np.uint8).reshape(width, count).T
        return whole.view("<u8").reshape(-1).astype(np.uint64)
