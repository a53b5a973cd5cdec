"""A few plain words for what a file is, for the message that it is not what it was given as."""

import re
from collections.abc import Sequence

from auditor.datasets.parsing.folders import is_picture
from auditor.datasets.parsing.packing import packing
from auditor.datasets.parsing.parquet import columns as parquet_columns
from auditor.datasets.parsing.sources import Source
from auditor.datasets.parsing.sqlite import MAGIC

_AS_TEXT = "export its list of names as text or CSV"
_NO_LIST = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
)
_MAYBE_LIST = (
    (
        b"PK\x03\x04",  # of other zips the members are looked at
        "an Excel workbook: save its table as CSV, or as XML Spreadsheet 2003 where links are behind words",
    ),
    (b"MATLAB 5.0 MAT-file", f"a MATLAB file (.mat), which is binary: {_AS_TEXT}"),
    (b"\x89HDF\r\n", f"an HDF5 file, or a MATLAB one of version 7.3: {_AS_TEXT}"),
    (b"\x80\x02", _PICKLE := f"a Python pickle, which can run programs: {_AS_TEXT}"),
    (b"\x80\x03", _PICKLE),
    (b"\x80\x04", _PICKLE),
    (b"\x80\x05", _PICKLE),
    (b"Rar!", "a RAR archive: unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive: unpack it first"),
    (b"ARROW1", "an Arrow (Feather) file: save it as Parquet"),
    (b"\xff\xff\xff\xff", "an Arrow file: save it as Parquet"),
    (b"FEA1", "an Arrow (Feather) file: save it as Parquet"),
    (b"ORC", "an ORC file: save it as Parquet"),
    (b"Obj\x01", "an Avro file: save it as Parquet"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file: save its table as CSV"),
    (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer, not the file itself: run git lfs pull"),
)
_READABLE = (
    (MAGIC, "an SQLite database"),
    (b"PAR1", "a Parquet file that is damaged"),
    (b"\x93NUMPY", f"a NumPy file (.npy), which is binary: {_AS_TEXT}"),
)
"""Binary files of kinds that some reader reads."""
# A symbolic link of git-annex as text, which is what Windows and GitHub make of one.
_ANNEX = re.compile(rb"/annex/objects/\S+\s*|\S*\.git/annex/objects/\S+\s*")

_EXPORTED = re.compile(r"(?:.*/)?(?:account_profile|albums|photo_[0-9]+)\.json", re.IGNORECASE | re.DOTALL)
"""People take what Flickr sends them for the index of a dataset."""


def no_index(source: Source) -> str | None:
    """What kind of file it is, when one look tells that no reader can do anything with it."""
    return _known(source, _NO_LIST) or unreadable_list(source)


def unreadable_list(source: Source) -> str | None:
    """What kind of file it is, when it may well hold a list but cannot be read; None for all others."""
    head = source.head  # one layer of packing is taken off already
    if packing(head[:16]) or head[257:262] == b"ustar" or (source.member and head.startswith(b"PK\x03\x04")):
        return "an archive inside of another: unpack the outer one first"
    if _ANNEX.fullmatch(source.head):
        return "a git-annex pointer, not the file itself: run git annex get"
    return _known(source, _MAYBE_LIST)


def _known(source: Source, kinds: Sequence[tuple[bytes, str]]) -> str | None:
    return next((words for magic, words in kinds if source.head.startswith(magic)), None)


def describe(source: Source) -> str:
    """What it looks like, with an article: ``an HTML page``, ``a CSV file with the columns a, b``."""
    head = source.head
    if not head:  # pictures in folders and archives are not opened
        return (
            "a picture, of which only the name is looked at" if is_picture(source.member) else "an empty file"
        )
    if columns := list(parquet_columns(source)):
        return f"a Parquet file with the columns {_listed(columns)}"
    if readable := _known(source, _READABLE):
        return readable
    if known := no_index(source):
        return known
    start = head[:1024].decode("utf-8-sig", errors="replace").lstrip().lower()
    if start.startswith(("<!doctype html", "<html", "<head")):
        return "an HTML page (a web page saved instead of the file, such as a login or download page)"
    if start.startswith("<"):
        return "an XML file"
    if start.startswith(("{", "[")):
        if _EXPORTED.fullmatch(source.member or source.path.name):
            return "a file of a Flickr data export, which flickr-auditor sync --export loads"
        return "a JSON file of another shape"
    if b"\0" in head or start.count("\ufffd") > len(start) // 10:
        return "binary data"
    return _text(source.head_lines)


def _text(lines: list[str]) -> str:
    if not lines:
        return "a file of empty lines"
    for separator, name in (("\t", "a tab-separated file"), (",", "a CSV file")):
        columns = lines[0].split(separator)
        if len(columns) > 1:
            return f"{name} with the columns {_listed(columns)}"
    return f"text that starts with “{_printable(lines[0])}”"


def _listed(columns: list[str]) -> str:
    shown = ", ".join(_printable(column) for column in columns[:8])
    return shown if len(columns) <= 8 else f"{shown} and {len(columns) - 8} more"


def _printable(text: str) -> str:
    kept = "".join(character for character in text.strip() if character.isprintable())
    return kept if len(kept) <= 40 else kept[:39] + "…"
