"""One reader a format, each in a file of its own in this package, found by being there.

A reader file defines ``FORMAT = Format(...)``: how to tell the format from the content of a file, and how to
get rows out of it. It is called as its format is, or as that begins: ``yfcc15m.py`` has ``yfcc15m-tsv``.
Everything else (unpacking, cutting lines and JSON, counting, sorting, writing the index) is shared.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from auditor.datasets.arrow import spare_pandas
from auditor.datasets.parsing.describe import describe, no_index
from auditor.datasets.parsing.folders import FolderFile, is_picture
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source
from auditor.errors import UsageError, WrongFileError

spare_pandas()  # here, for a first look at a file comes before its build, and makes arrays too

GENERIC = "generic"
"""The format of any file in which a column holds Flickr links: for datasets whose own shape nobody knows."""


@dataclass(frozen=True, slots=True)
class Format:
    """A shape of index file. Either `read` is given, and maybe `bulk`; or `sql` and `bulk`."""

    name: str
    """As in the ``formats`` of a card, such as ``coco-json``."""
    title: str
    """With an article, to complete "found …": ``a COCO annotation file``."""
    expects: str
    """What was expected, for the message about a file that is something else."""
    match_keys: tuple[str, ...]
    """What the format can prove a match by: of ``photo_id``, ``owner``, ``url_hash``, ``content_md5``."""
    sniff: Callable[[Source], bool]
    """Whether the content looks like this format, told quickly: by `Source.head`, or a Parquet file's schema.

    It asks for no more than `read` needs and what tells the format from its siblings: files with other
    columns, or keys in another order, are of the format too.
    """
    read: Callable[[Source], Iterator[Row]] | None = None
    """All rows of the file, in its order, each with records or with the reason why it has none."""
    bulk: Callable[[Source], Iterator[Row | pa.Table | pa.RecordBatch]] | None = None
    """The same rows in less time: the usual ones as tables, as `sql` gives them, the others as `read` gives
    them, or as lines for `sql`. In a table, the records of one row follow each other."""
    pictures: Callable[[Sequence[str]], tuple[pa.Table, np.ndarray]] | None = None
    """What `read` makes of pictures of a folder by their names alone: the usual ones, and which those are."""
    advice: Callable[[Source], str] | None = None
    """For a file that is refused: what it holds all the same, and how to have it taken; "" for nothing."""
    certain: bool = True
    """A file of this shape is of its dataset and no other list, so that holding no photo is an answer too."""
    sql: str | None = None
    """For the lines that `bulk` leaves: DuckDB SQL from the relation ``lines(row, line)``.

    It gives one row for each line: the columns of `Record` that the format has, ``row``, ``skip`` (a reason,
    or null where there is a record), and ``license`` (any name or address of a licence) in place of
    ``license_id``. A line over the limit comes as null. `auditor.datasets.parsing.sql` has macros for it.
    """


@cache
def formats() -> dict[str, Format]:
    """All formats by name."""
    found = {format_.name: format_ for format_ in map(_format_in, _files())}
    return {**found, GENERIC: found.pop(GENERIC)}  # last: it reads whatever holds links


def select(names: Iterable[str]) -> tuple[Format, ...]:
    """The formats of these names. Errors: `UsageError` when there is a reader for none of them."""
    names = tuple(names)
    found = tuple(format_ for name in names if (format_ := _named(name)))
    if not found:
        wanted = ", ".join(names) or "none is named"
        raise UsageError(
            f"no reader for the files of this dataset ({wanted})",
            hint="flickr-auditor datasets info NAME says what is known about its files.",
        )
    return found


@cache
def _files() -> tuple[str, ...]:
    """The modules of readers, by name."""
    return tuple(module.name for module in pkgutil.iter_modules(__path__))


def _format_in(file: str) -> Format:
    format_: Format = importlib.import_module(f"{__name__}.{file}").FORMAT
    return format_


def _named(name: str) -> Format | None:
    """The format of this name, from its own file alone: to import all takes a tenth of a small build."""
    file = name.replace("-", "_")
    while file and file not in _files():
        file = file.rpartition("_")[0]
    format_ = _format_in(file) if file else None
    return format_ if format_ and format_.name == name else None


def detect(source: Source, among: Sequence[Format]) -> Format | None:
    """The first of the formats that the content looks like, or the name where names are the index."""
    if not source.member and (not source.head or no_index(source)):
        return None
    return next((format_ for format_ in among if format_.sniff(source)), None)


def detect_listing(names: Iterable[Source], among: Sequence[Format]) -> tuple[Source, Format] | None:
    """The names of the pictures in a folder or zip (`listings`), and the format of name lists they have.

    What is read from it stands at the picture's name, not at a line.
    """
    with_reader = [format_ for format_ in among if format_.read and format_.name != GENERIC]
    for source in names:
        format_ = detect(source, with_reader)
        if format_ and format_.read:
            return source, replace(format_, read=partial(_by_name, format_.read), bulk=None)
    return None


def detect_pictures(
    path: Path, listed: Sequence[FolderFile], among: Sequence[Format]
) -> tuple[pa.Table, Sequence[FolderFile]] | None:
    """The pictures of a folder whose names say all, read at once, and the files that are left."""
    format_ = next((format_ for format_ in among if format_.pictures), None)
    name = next((file.name for file in listed if is_picture(file.name)), None)
    # The generic format judges a name by all names of the folder, so they must not become fewer.
    if name is None or format_ is None or any(other.name == GENERIC for other in among):
        return None
    if format_.pictures is None or detect(Source(path, name, file=path / name), among) is not format_:
        return None
    table, usual = format_.pictures([file.name for file in listed])
    return table, [file for file, read in zip(listed, usual.tolist(), strict=True) if not read]


def _by_name(read: Callable[[Source], Iterator[Row]], source: Source) -> Iterator[Row]:
    for row in read(source):
        place = source.names[row.number - 1]
        yield row._replace(records=tuple(record._replace(record=place) for record in row.records))


def wrong_file(source: Source, expected: Sequence[Format]) -> WrongFileError:
    """The error for a file of another format: what was expected and what was found."""
    others = [format_ for format_ in formats().values() if format_.name != GENERIC]
    known = None if no_index(source) else detect(source, others)
    found = known.title if known else describe(source)
    if known and not known.certain:  # a list of numbers may be anybody's
        found = f"what looks like {found}"
    advice = "; ".join(said for format_ in expected if format_.advice and (said := format_.advice(source)))
    hint = "Check that the dataset's name and the file belong together."
    if known is None or not known.certain:
        hint += _as_own_list(source)
    return WrongFileError(
        f"{source.label}: expected {' or '.join(format_.expects for format_ in expected)}; found {found}",
        hint=advice or hint,
    )


def _as_own_list(source: Source) -> str:
    """How what a file has of Flickr is read all the same: a publisher's table with other separators."""
    generic = formats()[GENERIC]
    command = "flickr-auditor datasets add my-list FILE"
    try:
        if generic.sniff(source):
            return f" What it has of Flickr can be read as a list of your own: {command}"
        said = generic.advice(source) if generic.advice else ""
    except WrongFileError:  # damaged besides, which is not what was asked
        return ""
    return f" As a list of your own ({command}), {said}." if said else ""
