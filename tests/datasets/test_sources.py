"""Packed index files: told by content, the same index as unpacked, and never silently short."""

import bz2
import errno
import gzip
import io
import os
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from auditor.datasets.index.lookup import Index
from auditor.datasets.parsing.folders import digest, folder_files
from auditor.datasets.parsing.packing import damage
from auditor.datasets.parsing.sources import HEAD_BYTES, Source, listings, sources
from auditor.errors import AuditorError, StorageError, WrongFileError
from tests.datasets import same_photos
from tests.datasets.conftest import Build


def zst(content: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(content, asbytes=True)
    return packed


def zipped(*contents: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"data/part{number}.txt", content)
    return sink.getvalue()


def tarred(*contents: bytes) -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for number, content in enumerate(contents):
            info = tarfile.TarInfo(f"../../part{number}.txt")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return sink.getvalue()


def read_all(path: Path) -> None:
    for source in sources(path):
        with source.open() as stream:
            while stream.read(1 << 16):
                pass


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "bz2 in two streams": lambda content: bz2.compress(content[:100]) + bz2.compress(content[100:]),
    "gz in two members": lambda content: gzip.compress(content[:100]) + gzip.compress(content[100:]),
    "zst": zst,
    "zip": zipped,
    "tar": tarred,
    "tar.gz": lambda content: gzip.compress(tarred(content)),
    "gz in zip": lambda content: zipped(gzip.compress(content)),
    "bz2 in tar": lambda content: tarred(bz2.compress(content)),
}


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("name", ["yfcc-tsv", "coco-json", "open-images-csv"])
def test_packing_is_told_by_content_and_changes_nothing(add: Build, name: str, packing: str) -> None:
    plain = add(name, same_photos.FILES[name])
    packed = add(name, PACKERS[packing](same_photos.FILES[name]))
    assert (packed.rows, packed.indexed, packed.photos, packed.owners, packed.match_keys) == (
        plain.rows,
        plain.indexed,
        plain.photos,
        plain.owners,
        plain.match_keys,
    )


@pytest.mark.parametrize("packing", PACKERS)
def test_a_packed_file_cut_short_is_refused_wherever_it_is_cut(tmp_path: Path, packing: str) -> None:
    packed = PACKERS[packing](b"".join(os.urandom(20).hex().encode() + b"\n" for _ in range(3000)))
    path = tmp_path / "file"
    end = len(packed.rstrip(b"\0"))  # a tar is padded: only its two closing blocks matter
    for length in [*range(600, end, end // 40), end]:
        path.write_bytes(packed[: length - 1])
        with pytest.raises(WrongFileError, match="cut short or damaged"):
            read_all(path)


@pytest.mark.parametrize("packing", ["gz", "bz2", "zip"])
def test_damage_inside_is_refused(tmp_path: Path, packing: str) -> None:
    content = b"".join(os.urandom(20).hex().encode() + b"\n" for _ in range(3000))
    packed = bytearray(PACKERS[packing](content))
    packed[len(packed) // 2] ^= 0x10
    path = tmp_path / "file"
    path.write_bytes(packed)
    with pytest.raises(WrongFileError, match="cut short or damaged"):
        read_all(path)


def test_archives_give_all_members_and_name_them(add: Build, index: Callable[[], Index]) -> None:
    half = same_photos.diveface().splitlines(keepends=True)
    manifest = add("diveface", zipped(b"".join(half[:3]), b"read me", b"".join(half[3:])))
    assert (manifest.rows, manifest.indexed, dict(manifest.skipped)) == (
        8,
        7,
        {"other file of the archive": 1},
    )
    (hit,) = index().by_photo([str(same_photos.PHOTOS[3][0])])
    assert (hit.source, hit.record) == ("file0", "data/part2.txt: line 1")


def test_a_folder_is_read_like_an_archive(tmp_path: Path, add: Build) -> None:
    folder = tmp_path / "folds"
    (folder / "b").mkdir(parents=True)
    rows = same_photos.adience().splitlines(keepends=True)
    (folder / "a.txt").write_bytes(b"".join(rows[:3]))
    (folder / "b" / "c.txt.gz").write_bytes(gzip.compress(b"".join([rows[0], *rows[3:]])))
    (folder / "loop").symlink_to(folder)
    manifest = add("adience", folder)
    assert (manifest.rows, manifest.indexed) == (7, 7)
    assert (manifest.sources[0].name, manifest.sources[0].sha256) == ("folds", digest(folder))


@pytest.mark.parametrize(
    "content",
    [zipped(b"read me"), zipped(), tarred(b"read me"), gzip.compress(b"")],
    ids=["zip", "empty zip", "tar", "empty gz"],  # by content they would differ with the clock
)
def test_an_archive_without_index_is_refused(add: Build, content: bytes) -> None:
    with pytest.raises(WrongFileError):
        add("diveface", content)


def test_an_empty_folder_and_a_missing_file_are_refused(tmp_path: Path, add: Build) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises(AuditorError) as error:
            add("diveface", path)
        assert error.value.exit_code == 2
        assert path.name in error.value.message


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    packed = bytearray(zipped(b"secret rows\n" * 50))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(signature) + offset] |= 1
    path = tmp_path / "file"
    path.write_bytes(packed)
    with pytest.raises(WrongFileError, match="encrypted"):
        read_all(path)


def test_members_outside_the_archive_are_not_written(tmp_path: Path, add: Build) -> None:
    add("diveface", tarred(same_photos.diveface()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file0", "indexes"]


def test_progress_counts_each_byte_of_the_file_once(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for packing in ("gz", "bz2", "zst", "zip", "tar"):
        path.write_bytes(PACKERS[packing](os.urandom(300_000)))
        seen: list[int] = []
        for source in sources(path, watch=seen.append):
            for _ in range(2):
                with source.open() as stream:
                    stream.read()
        assert all(count > 0 for count in seen), packing
        assert sum(seen) == path.stat().st_size, packing


def test_the_head_holds_whole_lines_only(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\xef\xbb\xbfa\r\n\n" + b"b" * 100_000)
    assert Source(path).head_lines == ["a"]


def test_a_folder_is_walked_in_the_order_of_its_paths_and_without_links(tmp_path: Path) -> None:
    for name in ("a/b/c", "a/b-c", "a-b/c", "a.b", "ab", "Z/z", "ü", "a/ /x", "a/.hidden"):
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).touch()
    (tmp_path / "folder" / "empty").mkdir()
    (tmp_path / "folder" / "circle").symlink_to(tmp_path / "folder", target_is_directory=True)
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "folder" / "ab")
    found = folder_files(tmp_path / "folder")
    assert [file.name for file in found] == sorted(
        (file.name for file in found), key=lambda name: Path(name).parts
    )
    assert [file.name for file in found] == [
        *("Z/z", "a/ /x", "a/.hidden", "a/b/c", "a/b-c", "a-b/c", "a.b", "ab", "ü")
    ]


@pytest.mark.parametrize(
    ("content", "word"), [(b"%s tail", True), (b"tail", False)], ids=["far down", "nowhere"]
)
def test_what_stands_beyond_the_head_is_found_too(tmp_path: Path, content: bytes, word: bool) -> None:
    (tmp_path / "file").write_bytes(b"x\n" * HEAD_BYTES + content.replace(b"%s", b"flickr.com"))
    source = Source(tmp_path / "file")
    assert source.finds(re.compile(rb"flickr\.com")) is word
    assert [source.mentions(b"flickr.com", b"flic.kr") for _ in range(2)] == [word, word]


def test_a_file_that_the_system_does_not_give_is_no_damage() -> None:
    with pytest.raises(StorageError, match="Input/output error"), damage("list.csv"):
        raise OSError(errno.EIO, "Input/output error")
    for nameless in (OSError("Not a gzipped file"), EOFError(), RuntimeError("std::exception")):
        with pytest.raises(WrongFileError, match="cut short or damaged") as raised, damage("list.csv"):
            raise nameless
        assert raised.value.message.partition("damaged: ")[2]


def test_a_list_in_bzip2_within_an_archive_is_read(tmp_path: Path, add: Build) -> None:
    name = "diveface"
    (tmp_path / "archive.zip").write_bytes(zipped(bz2.compress(same_photos.FILES[name])))
    assert add(name, tmp_path / "archive.zip").photos == 7


def test_a_packed_archive_of_many_lists_is_not_unpacked_to_look_for_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.datasets.parsing.sources._FIRST_MEMBERS", 2)
    (tmp_path / "lists.tar.gz").write_bytes(gzip.compress(tarred(b"a", b"b", b"c")))
    assert list(listings(tmp_path / "lists.tar.gz")) == []
