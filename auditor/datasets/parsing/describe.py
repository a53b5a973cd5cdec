"""A few plain words for what a file is, for the message that it is not what it was given as."""

from auditor.datasets.parsing.parquet import columns as parquet_columns
from auditor.datasets.parsing.sources import Source

_MAGIC = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\xff\xfe", "text in UTF-16 (save it as UTF-8)"),
    (b"\xfe\xff", "text in UTF-16 (save it as UTF-8)"),
)


def describe(source: Source) -> str:
    """What it looks like, with an article: ``an HTML page``, ``a CSV file with the columns a, b``."""
    head = source.head
    if not head:
        return "an empty file"
    if columns := list(parquet_columns(source)):
        return f"a Parquet file with the columns {_listed(columns)}"
    for magic, words in _MAGIC:
        if head.startswith(magic):
            return words
    start = head[:1024].decode("utf-8-sig", errors="replace").lstrip().lower()
    if start.startswith(("<!doctype html", "<html", "<head")):
        return "an HTML page (a web page saved in the place of the file, such as a login or download page)"
    if start.startswith("<"):
        return "an XML file"
    if start.startswith(("{", "[")):
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
