"""The lines of the table. Their files are made when they are asked for, at a share of their full size."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.table import Figure, Goal, Line, run

_PROGRAM: Final = (sys.executable, "-m", "auditor")
_INDEXED_ROWS: Final = 1_000_000
_OF_HUNDRED_MILLION: Final = 100.0
"""The scale at which the index of the look-ups is as large as their goals mean."""
INDEXES: Final = 20
LATENCIES: Final = [0.5, 2.0]
"""Seconds that Flickr takes for a call; they are waited for."""

_READER: Final = Goal(ratio=3)


class Build(NamedTuple):
    """An index to be built, in its full size."""

    title: str
    format: str
    make: str
    """Its name in `benchmarks.data`."""
    rows: int
    yardstick: str
    job: str
    goal: Goal = _READER
    needs: str = ""
    """The program that is the yardstick."""


BUILDS: Final = (
    Build(
        "YFCC-like TSV",
        "yfcc-tsv",
        "yfcc",
        1_000_000,
        "DuckDB count(*)",
        "count_rows",
        Goal(ratio=3, mib=700, full=10),
    ),
    Build("YFCC-like TSV", "yfcc-tsv", "yfcc", 1_000_000, "pandas in chunks", "pandas_chunks", Goal(1 / 8)),
    Build(
        "YFCC-like bz2",
        "yfcc-tsv",
        "yfcc_bz2",
        1_000_000,
        "lbzip2 -dc -n 2",
        "lbzip2",
        Goal(1.35),
        needs="lbzip2",
    ),
    Build("YFCC-like bz2", "yfcc-tsv", "yfcc_bz2", 1_000_000, "rapidgzip alone", "unpack", Goal()),
    Build("FFHQ-like JSON", "ffhq-json", "ffhq", 70_000, "typed msgspec", "typed_json", Goal(3, mib=450)),
    Build(
        "LAION-like Parquet",
        "url-parquet",
        "laion",
        5_000_000,
        "column of addresses",
        "url_column",
        Goal(2.5),
    ),
    Build("MegaFace-like folders", "megaface-folders", "megaface", 70_000, "walk", "walk", Goal(3, mib=300)),
    Build("CC12M-like TSV", "cc12m-tsv", "cc12m", 200_000, "line loop", "line_loop"),
    Build("Open Images-like CSV", "open-images-csv", "open_images", 200_000, "line loop", "line_loop"),
    Build("Flickr Style-like CSV", "flickr-style-csv", "flickr_style", 200_000, "line loop", "line_loop"),
    Build("VGG Face-like list", "vgg-face", "vgg_face", 200_000, "line loop", "line_loop"),
    Build("DiDeMo-like list", "didemo", "didemo", 200_000, "line loop", "line_loop"),
    Build("Google FEC-like CSV", "google-fec-csv", "google_fec", 200_000, "line loop", "line_loop"),
    Build("YFCC-like SQLite", "yfcc-sqlite", "yfcc_sqlite", 200_000, "row loop", "row_loop"),
)
GROWTH: Final = (100_000, 1_000_000, 10_000_000)
"""Rows of the builds whose memory is compared."""


class Account(NamedTuple):
    """An account that is looked up, by the number of its photos."""

    photos: int
    goal: Goal
    merge: Goal | None = None
    """Against pandas."""


ACCOUNTS: Final = (
    Account(1_000, Goal(5, mib=300, full=_OF_HUNDRED_MILLION)),
    *(
        Account(photos, Goal(ratio, mib=300, full=_OF_HUNDRED_MILLION), Goal(1 / 5, full=_OF_HUNDRED_MILLION))
        for photos, ratio in ((12_000, 5), (200_000, 6))
    ),
)
SIZES: Final = (
    ("list of ids", "photo-id-list", "photo_ids", 1_000_000, ["photo_id"], 6),
    ("LAION-like Parquet", "url-parquet", "laion", 5_000_000, ["photo_id"], 6),
    ("YFCC-like TSV", "yfcc-tsv", "yfcc", 1_000_000, ["photo_id"], 6),
    ("YFCC-like TSV", "yfcc-tsv", "yfcc", 1_000_000, ["photo_id", "owner"], 12),
)
"""Indexes whose bytes are counted: title, format, name in `benchmarks.data`, rows, sorted files, goal."""
REPORTS: Final = ((12_000, Goal(figure=1.5)), (100_000, Goal(figure=6, mib=400)))
"""Photos of the accounts that are reported, nearly half of them exposed."""


def lines(folder: Path, scale: float, words: Sequence[str] = ()) -> Iterator[Line]:
    """The lines whose work or yardstick has one of `words`, or all."""
    for make in (_builds, _growth, _sizes, _lookups, _commands, _flickr):
        yield from make(_Files(folder, scale), lambda work: not words or any(word in work for word in words))


Wanted = Callable[[str], bool]


class _Files(NamedTuple):
    """Where the files are, and how large."""

    folder: Path
    scale: float

    def size(self, full: int, least: int = 10) -> int:
        return max(least, int(full * self.scale))

    def made(self, make: str, size: int, *more: Path) -> Path:
        """A file of `benchmarks.data`."""
        file = self.folder / f"{make}-{size}"
        if not file.exists():
            run(_job("make", make, file, size, *more))
        return file

    @property
    def indexes(self) -> Path:
        """With one index, of the list of links."""
        indexes = self.folder / "home" / "indexes"
        if not indexes.exists():
            run(_job("build", "flickr-url-list", self.links, indexes))
        return indexes

    @property
    def links(self) -> Path:
        return self.made("links", self.size(_INDEXED_ROWS))


def _builds(files: _Files, wanted: Wanted) -> Iterator[Line]:
    for number, given in enumerate(BUILDS):
        rows = files.size(given.rows)
        work = f"build, {given.title}, {rows:,} rows"
        if wanted(f"{work} {given.yardstick}"):
            file = files.made(given.make, rows)
            ours = _job("build", given.format, file, files.folder / f"indexes-{number}")
            yield Line(work, given.yardstick, ours, _job(given.job, file), given.goal, needs=given.needs)


def _growth(files: _Files, wanted: Wanted) -> Iterator[Line]:
    for less, rows in zip(map(files.size, GROWTH), map(files.size, GROWTH[1:]), strict=False):
        work = f"peak memory of a build, YFCC-like TSV, {rows:,} rows"
        if wanted(work):
            larger, smaller = (
                _job("build", "yfcc-tsv", files.made("yfcc", size), files.folder / f"indexes-of-{size}")
                for size in (rows, less)
            )
            goal = Goal(mib=1024, full=10)
            yield Line(work, f"{less:,} rows", larger, smaller, goal, Figure.MEMORY, same=False)


def _sizes(files: _Files, wanted: Wanted) -> Iterator[Line]:
    for title, format_, make, full, keys, most in SIZES:
        rows = files.size(full)
        work = f"bytes a record by {' and '.join(keys)}, {title}, {rows:,} rows"
        if wanted(work):
            job = _job("size", format_, files.made(make, rows), files.folder / f"sizes-{make}", *keys)
            yield Line(work, "–", job, goal=Goal(figure=most), figure=Figure.BYTES)


def _lookups(files: _Files, wanted: Wanted) -> Iterator[Line]:
    rows = files.size(_INDEXED_ROWS)
    for account in ACCOUNTS:
        photos = files.size(account.photos)
        work = f"look-up of {photos:,} photos in {rows:,} records"
        if wanted(f"{work} numpy memmap"):
            ids, array = (
                files.made("account", photos, files.links),
                files.made("sorted_ids", rows, files.links),
            )
            yield Line(
                work,
                "numpy memmap",
                _job("lookup", files.indexes, ids),
                _job("memmap", array, ids),
                account.goal,
            )
        if account.merge and wanted(f"{work} pandas merge"):
            ours, theirs = (
                _job(name, files.indexes, files.made("account", photos, files.links))
                for name in ("lookup", "pandas_merge")
            )
            yield Line(work, "pandas merge", ours, theirs, account.merge)
    work = f"look-up of an owner in {rows:,} records, in process"
    if wanted(work):
        goal = Goal(figure=50, full=_OF_HUNDRED_MILLION)
        owner = _job("owner", files.indexes, files.links)
        yield Line(work, "–", owner, goal=goal, figure=Figure.MILLISECONDS)
    work = f"look-up in {INDEXES} indexes"
    if wanted(work):
        ids = files.made("account", files.size(ACCOUNTS[0].photos), files.links)
        ours, theirs = (_job("lookup", files.indexes, ids, times) for times in (INDEXES, 1))
        goal = Goal(INDEXES / 2, full=_OF_HUNDRED_MILLION)
        yield Line(work, "one index", ours, theirs, goal, same=False)


def _commands(files: _Files, wanted: Wanted) -> Iterator[Line]:
    def line(work: str, *command: object, goal: Goal, code: int = 0) -> Line:
        ours = (*_PROGRAM, *map(str, command))
        return Line(work, "bare Python", ours, _job("nothing"), goal, same=False, code=code)

    for full, goal in REPORTS:
        photos = files.size(full, 20)
        work = f"audit and HTML report of {photos:,} photos"
        if wanted(work):
            home = files.made("home", photos)
            report = ("--format", "html", "--output", f"{home}.html")
            yield line(work, "audit", "--home", home, *report, goal=goal, code=1)
    if wanted("audit at start"):
        yield line("audit at start", "audit", "--home", files.made("home", 20), goal=Goal(more=0.28), code=1)
    if wanted("check ID"):
        yield line("check ID", "check", "1", "--home", files.indexes.parent, goal=Goal(more=0.25))
    if wanted("--help"):
        yield line("--help", "--help", goal=Goal(more=0.08))


def _flickr(files: _Files, wanted: Wanted) -> Iterator[Line]:
    photos = files.size(12_000, 20)
    for latency, seconds in zip(LATENCIES, (5, 15), strict=False):
        work = f"sync of {photos:,} photos at {latency:g} s a call"
        if wanted(work):
            ours = _job("sync", photos, latency)
            yield Line(work, "the calls one by one", ours, goal=Goal(figure=seconds), figure=Figure.WAITED)
    work = f"tag of {photos:,} photos"
    if wanted(work):
        yield Line(work, "a call each", _job("tags", photos), goal=Goal(1.02), figure=Figure.CALLS)


def _job(name: str, *arguments: object) -> Sequence[str]:
    return (sys.executable, "-m", "benchmarks.jobs", name, *map(str, arguments))
