"""Damaged and hostile index files: never a crash, a hang, boundless memory or a silently short index.

200 variants by default; ``AUDITOR_FUZZ=10000 pytest tests/datasets/test_fuzz.py`` for the full run. Every
variant is made from its number alone, so a failure can be run again: ``-k chunk12``.
"""

import bz2
import gzip
import io
import os
import random
import resource
import tarfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from auditor.datasets import readers
from auditor.datasets.index.build import build
from auditor.errors import AuditorError
from tests.datasets.readers.conftest import records_of
from tests.datasets.readers.lookalikes import ALL, tarred, zipped
from tests.fuzzing.damage import HOSTILE

VARIANTS = int(os.environ.get("AUDITOR_FUZZ", "200"))
CHUNK = 50
MAX_GROWTH_KIB = 700_000
BOMB = bytes(8 << 20)

Members = dict[str, bytes]


def in_gzip(members: Members) -> bytes:
    return gzip.compress(b"".join(members.values()), mtime=0)


def in_bzip2(members: Members) -> bytes:
    return bz2.compress(b"".join(members.values()))


def in_zstd(members: Members) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(b"".join(members.values()))


def in_tar(members: Members) -> bytes:
    return tarred(members, "w")


PACKINGS: list[Callable[[Members], bytes]] = [in_gzip, in_bzip2, in_zstd, in_tar, tarred, zipped]


def truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def flip(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 4, 32])):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def splice(rng: random.Random, data: bytes) -> bytes:
    other = rng.choice([data, *(given.content for given in ALL.values() if isinstance(given.content, bytes))])
    start, end = sorted(rng.randrange(len(other)) for _ in range(2))
    at, resume = sorted(rng.randrange(len(data)) for _ in range(2))
    return data[:at] + other[start:end] + data[resume:]


def insert(rng: random.Random, data: bytes) -> bytes:
    evil = rng.choice([b"x" * (3 << 20), *HOSTILE])
    at = rng.randrange(len(data) + 1)
    return data[:at] + evil + data[at:]


MUTATIONS = [truncate, flip, splice, insert]


def evil_names(rng: random.Random, members: Members, outside: Path) -> Members:
    """The members under names that lead out of the folder they are unpacked to, or nowhere."""
    names = [
        "../evil",
        "../../../evil",
        str(outside / "evil"),
        "a/../../evil",
        "..\\evil",
        "CON",
        "x" * 400,
        "\x1b[2J",
        "é",
        " ",
    ]
    return {**{rng.choice(names): content for content in members.values()}, rng.choice(names): BOMB}


def with_links(content: bytes) -> bytes:
    """A tar of links and devices beside the real file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo("link\udcff")  # a name that is no UTF-8
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("file\udcff")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def check(number: int, indexes: Path, folder: Path) -> None:
    """Build one variant and hold the result against what the whole file gives."""
    rng = random.Random(number)
    name = rng.choice([*ALL, readers.GENERIC])
    own = rng.choice(list(ALL)) if name == readers.GENERIC else name
    given = ALL[own].content
    members = {"file": given} if isinstance(given, bytes) else dict(given)
    path = folder / "given"
    intact = False
    match rng.randrange(8):
        case 0 | 1:  # a packed file, cut short or damaged: refused, or nothing is lost
            pack, damage = rng.choice(PACKINGS), rng.choice([truncate, flip])
            path.write_bytes(damage(rng, pack(members)))
            intact = (pack, damage) != (in_tar, flip)  # the contents of a tar have no checksum
        case 2:
            path.write_bytes(rng.choice([zipped, tarred])(evil_names(rng, members, folder)))
        case 3:
            path.write_bytes(with_links(insert(rng, rng.choice(list(members.values())))))
        case 4 if isinstance(given, bytes):  # cut short as it is: JSON and databases are refused
            path.write_bytes(truncate(rng, given))
            intact = (given[:1] in b"{[" and not own.endswith("jsonl")) or given[:4] in (b"PAR1", b"SQLi")
        case _:
            data = rng.choice(list(members.values()))
            for _ in range(rng.choice([1, 1, 2, 5])):
                data = rng.choice(MUTATIONS)(rng, data or b" ")
            path.write_bytes(data)
    try:
        manifest = build(indexes, "x", [path], formats=readers.select([name]))
    except AuditorError:
        return
    assert manifest.rows == manifest.indexed + sum(manifest.skipped.values())
    assert manifest.records == sum(records_of(indexes, manifest).values())
    if intact and name != readers.GENERIC:
        assert records_of(indexes, manifest) == Counter(ALL[own].expected)


@pytest.mark.parametrize("chunk", range(-(-VARIANTS // CHUNK)), ids=lambda chunk: f"chunk{chunk}")
def test_damaged_and_hostile_files_are_refused_or_accounted_for(
    tmp_path: Path, indexes: Path, chunk: int
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    folder = tmp_path / "in" / "files"
    folder.mkdir(parents=True)
    for number in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        try:
            check(number, indexes, folder)
        except BaseException as error:
            error.add_note(f"variant {number}")
            raise
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MAX_GROWTH_KIB
    assert sorted(path.name for path in tmp_path.rglob("*") if "evil" in path.name) == []
    assert {path.name for path in tmp_path.iterdir()} <= {"in", "indexes"}


@pytest.mark.parametrize("depth", [1000, 200_000, 5_000_000])
@pytest.mark.parametrize(
    "name", ["ffhq-json", "coco-json", "sbu-json", "redcaps-json", "nlvr2-jsonl", readers.GENERIC]
)
def test_endless_nesting_costs_no_memory(tmp_path: Path, indexes: Path, name: str, depth: int) -> None:
    start = {
        "ffhq-json": b'{"0": {"metadata": {"photo_url": ""}}, "1": ',
        "coco-json": b'{"images": [{"flickr_url": ""}], "more": ',
        "sbu-json": b'{"image_urls": ["x"], "more": ',
        "redcaps-json": b'{"annotations": [{"url": "", "subreddit": ""}], "more": ',
        "nlvr2-jsonl": b'{"left_url": "", "more": ',
        readers.GENERIC: b'["http://www.flickr.com/photos/99000001@N07/9000000001/", ',
    }[name]
    path = tmp_path / "deep.json"
    path.write_bytes(start + b"[" * depth + b"]" * depth + (b"]" if name == readers.GENERIC else b"}"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if name == "nlvr2-jsonl":  # one line of many: it costs only itself
        built = build(indexes, "x", [path], formats=readers.select([name]), allow_empty=True)
        assert sum(built.skipped.values()) == 1
    else:
        with pytest.raises(AuditorError, match="nests deeper"):
            build(indexes, "x", [path], formats=readers.select([name]))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MAX_GROWTH_KIB


@pytest.mark.parametrize("name", ["yfcc-hash", "diveface", "ffhq-json", "url-parquet", readers.GENERIC])
@pytest.mark.parametrize(
    "start", [b"", b"9000000001\t" + b"a" * 30 + b"\n", b'{"0": {"metadata": {"photo_url": "']
)
def test_a_small_file_that_unpacks_to_a_huge_one_costs_no_memory(
    tmp_path: Path, indexes: Path, name: str, start: bytes
) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(start) + gzip.compress(bytes(16 << 20)) * 64)  # a gigabyte of zeros
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        manifest = build(indexes, "x", [path], formats=readers.select([name]))
        assert manifest.rows == manifest.indexed + sum(manifest.skipped.values())
    except AuditorError:
        pass
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MAX_GROWTH_KIB
