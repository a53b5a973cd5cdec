"""Rows at once: Flickr's addresses in their usual forms, read by columns of Arrow and not one by one.

Nearly all addresses of an index have one of a few forms, which Arrow's regular expressions read at a tenth of
the cost of a call. Only rows in which every address has such a form, and that are of one photo, are read
here, and with the same result as `records_in` gives; whatever is odd about a row is left to it.
"""

import binascii
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.datasets.parsing.keys import license_of, records_in
from auditor.datasets.parsing.row import NO_ADDRESS, Row, row_of
from auditor.flickr.urls import SECTIONS

_FILE: Final = (
    r"^https?://(?:farm[0-9]{1,4}|live)\.static\.?flickr\.com/[0-9]{1,6}"
    r"/(?P<id>[1-9][0-9]{0,17})_[0-9a-f]{4,20}(?:_(?P<size>[a-ce-z]))?\.(?:jpg|png|gif)$"
)
_SITE: Final = r"^https?://(?:www\.)?flickr\.com"
_OWNER: Final = r"(?P<owner>[0-9A-Za-z_-]{1,60}(?:@N[0-9]{2})?)"
_PAGE: Final = rf"{_SITE}/photos/{_OWNER}/(?P<id>[1-9][0-9]{{0,17}})/?$"
_PERSON: Final = rf"{_SITE}/(?:people|photos)/{_OWNER}/?$"
_VIDEO: Final = rf"{_SITE}/videos/{_OWNER}/(?P<id>[1-9][0-9]{{0,17}})/play/(?P<size>o)rig/[0-9a-f]{{4,20}}/?$"
_FORMS: Final = tuple((form, re.compile(form).groupindex) for form in (_FILE, _PAGE, _PERSON, _VIDEO))
"""The forms, and the groups that each has."""
_BATCH_ROWS: Final = 1 << 16
MOST_ROWS: Final = 1 << 17
"""Of a block, to be read at once: one of nothing but short lines has millions."""
_PHOTO_ID: Final = "^[1-9][0-9]{0,17}$"
_NSID: Final = "^[1-9][0-9]{4,10}@N[0-9]{2}$"
_NOBODY: Final = sorted({*SECTIONS, "me"})
FLICKR: Final = "(?i:flic)"
"""What stands in every text with a Flickr address, for RE2."""
_LONGEST_OF_FORM: Final = 1000  # bytes; in much longer texts nobody searches for a photo
_MAY_SAY_MORE: Final = "(?i:flic)|[@%]"


class Addresses(NamedTuple):
    """What the rows of some columns of addresses say; as many of each as there are rows."""

    usual: np.ndarray
    """Which rows were read here. Only these count in what follows."""
    photo_id: np.ndarray
    """0 for a row without a photo."""
    nsid: np.ndarray
    """The owner, packed, or 0."""
    alias: pa.StringArray
    original: np.ndarray


def read_addresses(columns: Sequence[pa.StringArray]) -> Addresses:
    """The photos and owners that addresses name, as `records_in` finds them for the texts of a row."""
    rows = len(columns[0])
    odd = np.zeros(rows, bool)
    photo, original = np.zeros(rows, np.int64), np.zeros(rows, bool)
    pages: list[_Owners] = []
    people: list[_Owners] = []
    for column in columns:
        texts = column.fill_null("")
        ids = np.zeros(rows, np.int64)
        left = np.arange(rows)
        for form, groups in _FORMS:
            if not len(left):
                break
            found = pc.extract_regex(texts, form)
            matches = mask(found.is_valid())
            if not matches.any():
                continue
            at, found = left[matches], found.drop_null()
            if "id" in groups:
                ids[at] = pc.struct_field(found, "id").cast(pa.int64()).to_numpy()
            if "size" in groups:
                original[at] |= mask(pc.equal(pc.struct_field(found, "size"), "o"))
            if "owner" in groups:
                owners = _owners(pc.struct_field(found, "owner"), at, rows, odd)
                (pages if "id" in groups else people).append(owners)
            left, texts = left[~matches], texts.filter(pa.array(~matches))
        if len(left):
            odd[left] |= matching(texts, _MAY_SAY_MORE)
        odd |= (photo > 0) & (ids > 0) & (photo != ids)
        photo = np.where(photo > 0, photo, ids)
    nsid = np.zeros(rows, np.int64)
    alias = pa.nulls(rows, pa.string())
    for numbers, names in (*pages, *people):
        nsid = np.where(nsid > 0, nsid, numbers)
        alias = names if alias.null_count == rows else pc.coalesce(alias, names)
    odd |= (photo == 0) & ((nsid > 0) | mask(alias.is_valid()))  # owners without a photo
    return Addresses(~odd, photo, nsid, alias, original)


_Owners = tuple[np.ndarray, pa.StringArray]
"""NSIDs and path aliases of all rows, which lack one of them or both."""


def _owners(names: pa.StringArray, at: np.ndarray, rows: int, odd: np.ndarray) -> _Owners:
    """NSIDs and path aliases of the rows `at`; those that are neither are marked as odd."""
    nsid = np.zeros(rows, np.int64)
    nsid[at] = packed = nsids(names)
    if packed.all():
        return nsid, pa.nulls(rows, pa.string())
    at = at[packed == 0]
    alias = pc.utf8_lower(names.filter(pa.array(packed == 0)))
    odd[at] |= mask(pc.is_in(alias, pa.array(_NOBODY))) | matching(alias, "@|flic")
    place = np.full(rows, -1)
    place[at] = np.arange(len(at))
    return nsid, alias.take(pa.array(place, mask=place < 0))


def nsids(texts: pa.StringArray) -> np.ndarray:
    """NSIDs as Flickr writes them, packed; 0 for any other text."""
    right = matching(texts, _NSID)
    packed = np.zeros(len(texts), np.int64)
    if right.any():
        # Without the "@N", which stands before the last two digits.
        digits = pc.binary_replace_slice(texts.filter(pa.array(right)), -4, -2, "")
        packed[right] = digits.cast(pa.int64()).to_numpy()
    return packed


def photo_ids(texts: pa.StringArray) -> np.ndarray:
    """Photo ids of up to 18 digits; 0 for any other text."""
    right = matching(texts, _PHOTO_ID)
    ids = np.zeros(len(texts), np.int64)
    ids[right] = texts.filter(pa.array(right)).cast(pa.int64()).to_numpy()
    return ids


def license_ids(*columns: pa.StringArray) -> pa.Int32Array:
    """`license_of` for the rows of columns of names or addresses, of which there are few different ones."""
    ids = []
    for column in columns:
        encoded = column.dictionary_encode()
        known = pa.array([license_of(name) for name in encoded.dictionary.to_pylist()], pa.int32())
        ids.append(known.take(encoded.indices))
    return pc.coalesce(*ids)


def usual_rows(rows: np.ndarray, read: Addresses, given: Mapping[str, pa.StringArray | None]) -> pa.Table:
    """The usual ones of these `rows`, with more columns, in those of a reader written in SQL."""
    table = {
        "row": pa.array(rows),
        "photo_id": pa.array(read.photo_id),
        "nsid": numbers(read.nsid),
        "alias": read.alias,
        "original": pa.array(read.original),
        "skip": pc.if_else(pa.array(read.photo_id == 0), NO_ADDRESS, pa.scalar(None, pa.string())),
        **{name: column for name, column in given.items() if column is not None},
    }
    return pa.table(table).filter(pa.array(read.usual))


def numbers(values: np.ndarray) -> pa.Int64Array:
    """The numbers, null for 0."""
    return pa.array(values, mask=values == 0)


def rows_of_form(
    rows: np.ndarray, texts: pa.StringArray, form: str, given: Mapping[str, pa.StringArray] | None = None
) -> tuple[pa.Table, np.ndarray]:
    """The rows whose texts have a form for RE2, and which those are; its groups are columns of `Record`.

    `given` are more columns of all rows. The form must match nothing that the reader of single rows reads
    in another way.
    """
    found = pc.extract_regex(texts, form)
    usual = mask(found.is_valid()) & (pc.binary_length(texts).fill_null(0).to_numpy() <= _LONGEST_OF_FORM)
    kept = pa.array(usual)
    found = found.filter(kept)
    groups = {field.name: pc.struct_field(found, field.name) for field in found.type}
    if "photo_id" in groups:
        groups["photo_id"] = groups["photo_id"].cast(pa.int64())
    if "nsid" in groups:
        groups["nsid"] = numbers(nsids(groups["nsid"]))
    more = {name: column.filter(kept) for name, column in (given or {}).items()}
    skip = pa.nulls(len(found), pa.string())
    return pa.table({"row": pa.array(rows[usual]), **groups, **more, "skip": skip}), usual


def skipped_rows(rows: np.ndarray, reason: str) -> pa.Table:
    """Rows that were left out for one reason."""
    return pa.table({"row": pa.array(rows), "skip": pa.repeat(reason, len(rows))})


def matching(texts: pa.StringArray, form: str) -> np.ndarray:
    """Which texts match; a missing one does not."""
    return mask(pc.match_substring_regex(texts, form).fill_null(pa.scalar(value=False)))


def mask(truths: pa.BooleanArray) -> np.ndarray:
    """Truths of Arrow, none of them missing, as NumPy's."""
    return np.asarray(truths.to_numpy(zero_copy_only=False), bool)


class Entry(NamedTuple):
    """A row before it is read: its number, its addresses, and the rest of its records."""

    number: int
    texts: tuple[object, ...]
    """As many for each row of a file."""
    license_id: int | None
    place: str | None
    key: str | None

    def row(self) -> Row:
        """The row read by itself."""
        found = records_in(self.texts, license_id=self.license_id, place=self.place, key=self.key)
        return row_of(self.number, found)


def one_by_one(entries: Iterable[Entry | Row]) -> Iterator[Row]:
    """The rows, each read by itself."""
    for entry in entries:
        yield entry.row() if isinstance(entry, Entry) else entry


def at_once(entries: Iterable[Entry | Row]) -> Iterator[Row | pa.Table]:
    """The same rows, the usual ones read together."""
    rest = iter(entries)
    while batch := list(islice(rest, _BATCH_ROWS)):
        rows = [entry for entry in batch if isinstance(entry, Entry)]
        yield from (entry for entry in batch if isinstance(entry, Row))
        if not rows:
            continue
        numbers, texts, license_ids, places, keys = zip(*rows, strict=True)
        try:
            columns = [_texts(column) for column in zip(*texts, strict=True)]
            given = {"record": pa.array(places, pa.string()), "key": pa.array(keys, pa.string())}
        except UnicodeEncodeError:  # half a surrogate pair, which JSON can spell
            yield from one_by_one(rows)
            continue
        read = read_addresses(columns)
        yield usual_rows(np.array(numbers), read, {**given, "license_id": pa.array(license_ids, pa.int32())})
        yield from (rows[place].row() for place in np.flatnonzero(~read.usual).tolist())


def _texts(values: Sequence[object]) -> pa.StringArray:
    return pa.array([value if isinstance(value, str) else None for value in values], pa.string())


_NOT_ALIKE = re.compile(r"\\[bBdDwWZ1-9]|\(\?(?!:|P<)")
"""What Python and RE2 read in different ways, or RE2 not at all."""

_NOT_SPACES = re.compile(r"\[\^[^\]]*\]")
_NOT_ASCII = r"\x00-\x20\x7f-\x{10ffff}"


def narrowed(form: re.Pattern[str]) -> str | None:
    """The form of a whole line for RE2, which matches no line that `form` does not; None if that is unsure.

    They differ in what is a space outside ASCII, so what is no space has to be of ASCII here.
    """
    if form.flags & ~(re.UNICODE | re.IGNORECASE) or _NOT_ALIKE.search(form.pattern):
        return None
    narrow = _NOT_SPACES.sub(lambda found: found[0].replace(r"\s", _NOT_ASCII), form.pattern)
    narrow = narrow.replace(r"\S", "[!-~]")
    return f"(?i)^(?:{narrow})$" if form.flags & re.IGNORECASE else f"^(?:{narrow})$"


_MD5_BASE64: Final = "^[A-Za-z0-9+/]{22}==$"


def md5_of_base64(texts: pa.StringArray) -> pa.StringArray:
    """MD5s in base64 as hex digits; null for what is none."""
    good = mask(pc.match_substring_regex(texts, _MD5_BASE64))
    kept = texts.filter(pa.array(good))
    if not len(kept):
        return pa.nulls(len(texts), pa.string())
    # Each text without its "==" is 132 bits; two characters more make it 18 bytes, of which 16 count.
    characters = np.frombuffer(kept.buffers()[2], np.uint8, 24 * len(kept)).reshape(-1, 24).copy()
    characters[:, 22:] = ord("A")
    raw = np.frombuffer(binascii.a2b_base64(characters.tobytes()), np.uint8).reshape(-1, 18)
    digits = raw[:, :16].tobytes().hex()
    offsets = np.arange(len(kept) + 1, dtype=np.int32) * np.int32(32)
    hexadecimal = pa.StringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(digits.encode())
    )
    place = np.cumsum(good) - 1
    return hexadecimal.take(pa.array(place, mask=~good))
