"""Text from Flickr or an index is hostile: make it safe for a terminal and for a spreadsheet.

HTML is escaped by the templates themselves (Jinja autoescape).
"""

import csv
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

# C0 and C1 controls, the marks that reorder or hide text (bidi overrides and isolates, zero-width, BOM), and
# halves of surrogate pairs, which JSON can carry and no output can.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_PASTE_MARKS = re.compile("\x1b\\[20[01]~")
"""Terminals put them around what is pasted, when a shell or an editor asked them to."""
_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "‘": "’", "«": "»", "<": ">", "(": ")", "[": "]"}
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*([KMGT])?(?:B|bytes?)?", re.IGNORECASE)
_COMMAND = re.compile(r"flickr-auditor(?: [^\s,;()]+)*")
_HARD_SPACE = "\u00a0"
# Spreadsheets in East Asia take the full-width signs for the others.
_FORMULA = re.compile(r"^\s*[=+\-@|%＝＋－＠｜％]")


def plain(text: object, limit: int | None = None) -> str:
    """`text` on one line without control or reordering characters, cut to `limit` characters."""
    line = " ".join(_UNSAFE.sub(" ", str(text)).split())
    if limit is not None and len(line) > limit:
        return line[: limit - 1].rstrip() + "…"
    return line


def plain_lines(text: str) -> str:
    """`text` on its lines, indented as it is, without control or reordering characters."""
    return "\n".join(_UNSAFE.sub(" ", line) for line in text.split("\n"))


def without_invisible(text: str) -> str:
    """`text` without the characters that show nothing: soft hyphens, zero-width spaces and the like."""
    return _INVISIBLE.sub("", text)


def pasted(text: str) -> str:
    """`text` as it was meant, from a clipboard or a file.

    Without the invisible characters and the no-break spaces that web pages and mails put in, and without the
    quotes or brackets around it.
    """
    line = " ".join(without_invisible(_PASTE_MARKS.sub("", text)).split())
    while len(line) > 1 and _QUOTES.get(line[0]) == line[-1] and line[0] not in line[1:-1]:
        line = line[1:-1].strip()
    return line


def csv_cell(value: object) -> object:
    """`value` as a CSV cell that no spreadsheet runs as a formula; numbers and None pass unchanged."""
    if not isinstance(value, str):
        return value
    text = plain(value)
    return f"'{text}" if _FORMULA.match(text) else text


def csv_table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """A CSV table; no cell of it is run as a formula by a spreadsheet."""
    return "".join(csv_lines(columns, rows))


def csv_lines(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The same table, line by line."""
    writer = csv.writer(_Given(), lineterminator="\n")
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow(map(csv_cell, row))


class _Given:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def whole_lines(lines: Iterable[str]) -> Iterator[str]:
    """`lines`, each with its end and without blanks before that; none that is empty comes first or last."""
    empty = ""
    begun = False
    for line in lines:
        if text := line.rstrip():
            yield f"{empty if begun else ''}{text}\n"
            empty, begun = "", True
        else:
            empty += "\n"


def gathered(parts: Iterable[str], characters: int = 1 << 16) -> Iterator[str]:
    """`parts` put together to pieces worth writing."""
    piece: list[str] = []
    size = 0
    for part in parts:
        piece.append(part)
        size += len(part)
        if size >= characters:
            yield "".join(piece)
            piece, size = [], 0
    yield "".join(piece)


def iso(unix_time: float) -> str:
    """``2026-11-26T10:00:00+00:00``."""
    return datetime.fromtimestamp(unix_time, UTC).isoformat(timespec="seconds")


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 photo``, ``1,200 photos``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def file_size(size: int) -> str:
    """``812 bytes``, ``5.9 MB``, ``2 GB``: decimal units, as browsers and publishers give them."""
    if size < 1000:
        return count(size, "byte")
    amount = float(size)
    units = iter(("kB", "MB", "GB", "TB"))
    unit = "bytes"
    while amount >= 999.95 and (larger := next(units, "")):
        amount, unit = amount / 1000, larger
    return f"{amount:,.1f}".removesuffix(".0") + f" {unit}"


def parse_size(text: str) -> int | None:
    """The bytes in ``200MB``, ``1.5 GB`` or ``5000000`` (decimal units, as `file_size` writes them)."""
    match = _SIZE.fullmatch(text.strip())
    if not match:
        return None
    return int(float(match[1]) * 1000 ** " KMGT".index((match[2] or " ").upper()))


def wrapped(line: str, columns: int | None, *, hang: int = 2) -> str:
    """`line` on as many lines as it takes, indented as it is and by `hang` more; words stay whole.

    So do commands, for they are there to be copied. `columns` None: as it is.
    """
    if columns is None or len(line) <= columns or len(line.split()) < 2:
        return line
    indent = " " * (len(line) - len(line.lstrip()))
    whole = _COMMAND.sub(lambda command: command[0].replace(" ", _HARD_SPACE), line.strip())
    return textwrap.fill(
        whole,
        columns,
        initial_indent=indent,
        subsequent_indent=indent + " " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    ).replace(_HARD_SPACE, " ")
