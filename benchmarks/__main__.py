"""The table: ``python -m benchmarks [--scale 0.1] [--repeat 3] [WORD…]``."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

_PROGRAM: Final = (sys.executable, "-m", "auditor")
_INDEXED_ROWS: Final = 1_000_000
ACCOUNTS: Final = (1_000, 12_000, 200_000)
"""Photos of the accounts that are looked up."""
REPORTS: Final = (12_000, 100_000)
"""Photos of the accounts that are reported, nearly half of them exposed."""
INDEXES: Final = 20


class Build(NamedTuple):
    """An index to be built, in its full size."""

    title: str
    format: str
    make: str
    """Its name in `benchmarks.data`."""
    rows: int
    yardstick: str
    job: str


BUILDS: Final = (
    Build("YFCC-like TSV", "yfcc-tsv", "yfcc", 1_000_000, "DuckDB count(*)", "count_rows"),
    Build("YFCC-like TSV", "yfcc-tsv", "yfcc", 1_000_000, "pandas in chunks", "pandas_chunks"),
    Build("YFCC-like bz2", "yfcc-tsv", "yfcc_bz2", 1_000_000, "rapidgzip alone", "unpack"),
    Build("FFHQ-like JSON", "ffhq-json", "ffhq", 70_000, "typed msgspec", "typed_json"),
    Build("LAION-like Parquet", "url-parquet", "laion", 5_000_000, "column of addresses", "url_column"),
    Build("CC12M-like TSV", "cc12m-tsv", "cc12m", 200_000, "line loop", "line_loop"),
    Build("Open Images-like CSV", "open-images-csv", "open_images", 200_000, "line loop", "line_loop"),
    Build("Flickr Style-like CSV", "flickr-style-csv", "flickr_style", 200_000, "line loop", "line_loop"),
    Build("MegaFace-like folders", "megaface-folders", "megaface", 70_000, "walk", "walk"),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of the table: what is done, and what it is compared with."""

    work: str
    yardstick: str
    ours: Sequence[str]
    theirs: Sequence[str]
    same: bool = True
    """Both print how much they found, and it must be as much."""
    code: int = 0
    """The exit code of the work; 1 is that something was found."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took. Its processor time, which others on the machine disturb least."""

    seconds: float
    mib: int
    said: str


def run(command: Sequence[str], code: int = 0) -> Run:
    """Run a command to its end. Raises SystemExit when it ends with another exit code."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != code:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Run(used.ru_utime + used.ru_stime, used.ru_maxrss >> 10, said)


def measured(pair: Pair, repeat: int) -> str:
    """A line of the table: medians of pairs that ran one after the other."""
    runs = [(run(pair.ours, pair.code), run(pair.theirs)) for _ in range(repeat)]
    for ours, theirs in runs:
        if pair.same and ours.said != theirs.said:
            raise SystemExit(f"{pair.work} found {ours.said.strip()}, {pair.yardstick} {theirs.said.strip()}")
    ratio = statistics.median(ours.seconds / theirs.seconds for ours, theirs in runs)
    seconds = [statistics.median(one.seconds for one in side) for side in zip(*runs, strict=True)]
    memory = max(ours.mib for ours, _ in runs)
    return (
        f"| {pair.work} | {pair.yardstick} | {ratio:.1f} × | {seconds[0]:.2f} s / {seconds[1]:.2f} s"
        f" | {memory} MiB |"
    )


def pairs(folder: Path, scale: float, words: Sequence[str] = ()) -> Iterator[Pair]:
    """The lines whose work has one of `words`, or all; their files are made when they are asked for."""

    def wanted(work: str) -> bool:
        return not words or any(word in work for word in words)

    yield from _builds(folder, scale, wanted)
    yield from _lookups(folder, scale, wanted)
    yield from _commands(folder, scale, wanted)


def _builds(folder: Path, scale: float, wanted: Callable[[str], bool]) -> Iterator[Pair]:
    for number, given in enumerate(BUILDS):
        rows = max(10, int(given.rows * scale))
        work = f"build, {given.title}, {rows:,} rows"
        if wanted(work):
            file = _made(folder, given.make, rows)
            ours = _job("build", given.format, file, folder / f"indexes-{number}")
            yield Pair(work, given.yardstick, ours, _job(given.job, file))


def _lookups(folder: Path, scale: float, wanted: Callable[[str], bool]) -> Iterator[Pair]:
    rows = max(10, int(_INDEXED_ROWS * scale))
    indexes = folder / "home" / "indexes"
    for photos in (max(10, int(full * scale)) for full in ACCOUNTS):
        work = f"look-up of {photos:,} photos in {rows:,} records"
        if wanted(work):
            source, array = _indexed(folder, indexes, rows)
            ids = _account(folder, photos, source)
            yield Pair(work, "numpy memmap", _job("lookup", indexes, ids), _job("memmap", array, ids))
    work = f"look-up in {INDEXES} indexes"
    if wanted(work):
        source, _ = _indexed(folder, indexes, rows)
        lookup = ("lookup", indexes, _account(folder, max(10, int(ACCOUNTS[0] * scale)), source))
        yield Pair(work, "one index", _job(*lookup, INDEXES), _job(*lookup), same=False)


def _commands(folder: Path, scale: float, wanted: Callable[[str], bool]) -> Iterator[Pair]:
    for photos in (max(20, int(full * scale)) for full in REPORTS):
        work = f"audit and HTML report of {photos:,} photos"
        if wanted(work):
            home = folder / f"home-{photos}"
            if not home.exists():
                run(_job("make", "home", home, photos))
            report = (*_PROGRAM, "audit", "--home", str(home), "--format", "html", "--output", f"{home}.html")
            yield Pair(work, "bare Python", report, _job("nothing"), same=False, code=1)
    if wanted("check ID"):
        indexes = folder / "home" / "indexes"
        _indexed(folder, indexes, max(10, int(_INDEXED_ROWS * scale)))
        check = (*_PROGRAM, "check", "1", "--home", str(indexes.parent))
        yield Pair("check ID", "bare Python", check, _job("nothing"), same=False)
    if wanted("--help"):
        yield Pair("--help", "bare Python", (*_PROGRAM, "--help"), _job("nothing"), same=False)


def _account(folder: Path, photos: int, source: Path) -> Path:
    ids = folder / f"account-{photos}"
    if not ids.exists():
        run(_job("make", "account", ids, photos, source))
    return ids


def _job(name: str, *arguments: object) -> Sequence[str]:
    return (sys.executable, "-m", "benchmarks.jobs", name, *map(str, arguments))


def _made(folder: Path, make: str, rows: int) -> Path:
    file = folder / f"{make}-{rows}"
    if not file.exists():
        run(_job("make", make, file, rows))
    return file


def _indexed(folder: Path, indexes: Path, rows: int) -> tuple[Path, Path]:
    """The YFCC-like file whose index is in `indexes`, and the sorted array of its photo ids."""
    source, array = _made(folder, "yfcc", rows), folder / "ids.npy"
    if not array.exists():
        run(_job("build", "yfcc-tsv", source, indexes))
        run(_job("make", "sorted_ids", array, rows, source))
    return source, array


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="size of the files; 1 takes minutes and 3 GB"
    )
    parser.add_argument("--repeat", type=int, default=3, help="pairs of runs for each line")
    parser.add_argument("words", nargs="*", metavar="WORD", help="only lines whose work has one of these")
    given = parser.parse_args(arguments)
    print(
        "| work | yardstick | ratio | processor time, ours / yardstick | peak memory |\n|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        for pair in pairs(Path(folder), given.scale, given.words):
            print(measured(pair, given.repeat), flush=True)


if __name__ == "__main__":
    main()
