"""How far building an index is from just reading the file: ``python benchmarks/build_index.py [rows]``.

Writes an invented YFCC100M-like file, plain and as bz2, and builds an index of each in a process of its own.
The yardstick of the same run is ``wc -l`` for the plain file and ``bzip2 -d`` for the packed one, so that the
ratios mean something on any machine.
"""

import bz2
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LICENSES = (
    "http://creativecommons.org/licenses/by/2.0/",
    "http://creativecommons.org/licenses/by-nc-sa/2.0/",
    "http://creativecommons.org/licenses/by-nc-nd/2.0/",
)


def write_rows(path: Path, rows: int) -> None:
    """A file in the 25-column layout with about 460 bytes a row, as the real one has."""
    chance = random.Random(1)
    owners = [
        f"{chance.randrange(10_000, 99_999_999_999)}@N0{chance.randrange(9)}" for _ in range(rows // 170 + 1)
    ]
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            photo, owner, server = (
                chance.randrange(10**4, 14 * 10**9),
                chance.choice(owners),
                chance.randrange(1, 9000),
            )
            secret, original = (f"{chance.getrandbits(40):010x}" for _ in range(2))
            columns: list[object] = [number, photo, f"{chance.getrandbits(120):030x}", owner, "some+body"]
            columns += ["2011-09-10 21:13:32.0", 1316432672, "Nokia+N950", "A+title+of+a+photo"]
            columns += ["A+description+" * 6, "helsinki,party", ""]
            columns += ["24.94", "60.17", 14, f"http://www.flickr.com/photos/{owner}/{photo}/"]
            columns += [f"http://farm7.staticflickr.com/{server}/{photo}_{secret}.jpg", "Attribution License"]
            columns += [chance.choice(LICENSES), server, 7, secret, original, "jpg", 0]
            file.write("\t".join(map(str, columns)) + "\n")


def build(path: Path, home: Path) -> None:
    """Build and report: run in a process of its own, for its memory to be measurable."""
    from auditor.datasets import readers
    from auditor.datasets.index.build import build as build_index

    start = time.perf_counter()
    manifest = build_index(home, "yfcc100m", [path], formats=readers.select(["yfcc-tsv"]))
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "rows": manifest.rows,
        "s": seconds,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mib": used.ru_maxrss // 1024,
        "bytes": sum(file.bytes for file in manifest.files),
    }
    print(json.dumps(figures))


def compare(path: Path, home: Path, yardstick: list[str]) -> None:
    """Print one line: the build against the yardstick."""
    start = time.perf_counter()
    subprocess.run(yardstick, check=True, stdout=subprocess.DEVNULL)
    plain = time.perf_counter() - start
    answer = subprocess.run(
        [sys.executable, __file__, "--build", str(path), str(home)],
        check=True,
        capture_output=True,
        text=True,
    )
    built = json.loads(answer.stdout)
    rows, seconds = built["rows"], built["s"]
    print(
        f"{path.name}: {rows:,} rows in {seconds:.2f} s = {rows / seconds:,.0f} rows/s, "
        f"{built['cpu']:.2f} s of CPU, {seconds / plain:.1f} × {yardstick[0]} ({plain:.2f} s); "
        f"peak {built['peak_mib']} MiB; {built['bytes'] / rows:.1f} B a row"
    )


def main() -> None:
    """Make the files and compare."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "yfcc.tsv")
        write_rows(plain, rows)
        packed = Path(folder, "yfcc.tsv.bz2")
        with plain.open("rb") as source, bz2.open(packed, "wb") as target:
            while block := source.read(1 << 20):
                target.write(block)
        compare(plain, Path(folder, "plain"), ["wc", "-l", str(plain)])
        compare(packed, Path(folder, "packed"), ["bzip2", "-dc", str(packed)])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--build"]:
        build(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
