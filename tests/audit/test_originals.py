"""Originals by content: which of the user's files are in a dataset, and which photos they are."""

import base64
import hashlib
import os
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from auditor import database
from auditor.account.photo import Account, Photo
from auditor.audit import originals
from auditor.audit.audit import AccountState, audit
from auditor.audit.match import ContentMatch
from auditor.audit.originals import Originals
from auditor.audit.result import AuditResult
from auditor.datasets import readers
from auditor.datasets.index.build import build
from auditor.datasets.index.lookup import Index
from auditor.errors import UsageError
from auditor.flickr.names import photo_ids_in_name
from auditor.flickr.privacy import Privacy
from tests.watched import Watched

NSID = "99000001@N07"
MINE, GONE, STRANGE = "10000023", "10000024", "10000099"


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    conn = database.connect(tmp_path / "home" / "auditor.sqlite3")
    yield conn
    conn.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "originals"
    folder.mkdir()
    return folder


def content(name: str) -> bytes:
    return f"the picture {name}".encode()


def md5(name: str) -> str:
    return hashlib.md5(content(name)).hexdigest()


def keep(folder: Path, **files: str) -> None:
    """Files by name (``__`` for the dot) with the picture they hold."""
    for name, picture in files.items():
        (folder / name.replace("__", ".")).write_bytes(content(picture))


def paths(found: Originals) -> set[str]:
    return {Path(file.path).relative_to(found.folder).as_posix() for file in found.files}


# -- reading -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("golden-hour_10000023_o.jpg", {"10000023"}),
        ("10000023_0a1b2c3d4e_o.jpg", {"10000023"}),
        ("10000023_o.PNG", {"10000023"}),
        ("20190101_1234567890_o.jpg", {"20190101", "1234567890"}),
        ("a\nb_10000023_o.jpg", {"10000023"}),
        ("10000023_0a1b2c3d4e_b.jpg", set()),
        ("IMG_0042.jpg", set()),
        ("holiday_0_o.jpg", set()),
        ("holiday_99999999999999999999_o.jpg", set()),
        ("_o.jpg", set()),
    ],
)
def test_names_of_originals_tell_their_photo(name: str, ids: set[str]) -> None:
    assert photo_ids_in_name(name) == ids


def test_every_file_is_hashed_or_skipped_with_a_reason(
    folder: Path, tmp_path: Path, conn: sqlite3.Connection
) -> None:
    keep(folder, a__jpg="a")
    (folder / "deep" / "er").mkdir(parents=True)
    keep(folder / "deep" / "er", b__png="b")
    (folder / "empty.jpg").touch()
    os.mkfifo(folder / "pipe.jpg")
    outside = tmp_path / "outside"
    outside.mkdir()
    keep(outside, secret__jpg="outside")
    (folder / "link.jpg").symlink_to(outside / "secret.jpg")
    (folder / "links").symlink_to(outside)
    (folder / "circle").symlink_to(folder)
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 no zip")
    found = originals.read(folder, conn)
    assert {Path(file.path).name: file.md5 for file in found.files} == {"a.jpg": md5("a"), "b.png": md5("b")}
    assert {Path(skip.name).name: skip.reason for skip in found.skipped} == {
        "empty.jpg": "empty",
        "pipe.jpg": "no regular file",
        "link.jpg": "a link to a file",
        "links": "a link to a folder",
        "circle": "a link to a folder",
        "broken.zip": "no zip file, or damaged",
    }


def test_an_unreadable_file_is_told(
    folder: Path, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(folder, a__jpg="a", b__jpg="b")
    read = Path.open

    def denied(path: Path, *args: Any) -> Any:
        # By hand, since nothing is unreadable to root, as whom containers run tests.
        if path.name == "a.jpg":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, *args)

    monkeypatch.setattr(Path, "open", denied)
    found = originals.read(folder, conn)
    assert paths(found) == {"b.jpg"}
    assert "Permission denied" in found.skipped[0].reason


def test_names_that_are_no_text_are_read(folder: Path, conn: sqlite3.Connection) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.jpg")).write_bytes(content("a"))
    for _ in range(2):
        assert [file.md5 for file in originals.read(folder, conn).files] == [md5("a")]


def test_the_zips_of_an_export_are_looked_into(folder: Path, conn: sqlite3.Connection) -> None:
    with zipfile.ZipFile(folder / "data-download-1.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"one_{MINE}_o.jpg", content("one"))
        archive.writestr("../../two_1234567_o.jpg", content("two"))
    for _ in range(2):  # also when they are known
        found = originals.read(folder, conn)
        assert {file.md5: file.photo_ids for file in found.files} == {
            md5("one"): {MINE},
            md5("two"): {"1234567"},
        }
        assert not found.skipped


def test_only_new_and_changed_files_are_read_again(
    folder: Path, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    hash_ = originals._hash

    def watched(file: originals._OnDisk) -> object:
        read.append(file.path.name)
        return hash_(file)

    monkeypatch.setattr(originals, "_hash", watched)
    keep(folder, a__jpg="a", b__jpg="b")
    originals.read(folder, conn)
    keep(folder, b__jpg="other b", c__jpg="c")
    found = originals.read(folder, conn)
    assert sorted(read) == ["a.jpg", "b.jpg", "b.jpg", "c.jpg"]
    assert {file.md5 for file in found.files} == {md5("a"), md5("other b"), md5("c")}


def test_an_interruption_keeps_what_was_read(
    folder: Path, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(folder, a__jpg="a", b__jpg="b")
    hash_ = originals._hash

    def stop_at_b(file: originals._OnDisk) -> object:
        if file.path.name == "b.jpg":
            raise KeyboardInterrupt
        return hash_(file)

    monkeypatch.setattr(originals, "_hash", stop_at_b)
    with pytest.raises(KeyboardInterrupt):
        originals.read(folder, conn)
    assert [row["md5"] for row in conn.execute("SELECT md5 FROM original_file")] == [md5("a")]


def test_a_folder_that_is_none_is_told(tmp_path: Path, conn: sqlite3.Connection) -> None:
    with pytest.raises(UsageError) as error:
        originals.read(tmp_path / "nowhere", conn)
    assert error.value.message == f"there is no folder {tmp_path / 'nowhere'}"
    assert error.value.hint == "Give --originals the folder that holds your original files."


def skips(found: Originals) -> list[tuple[str, str]]:
    return [(Path(skip.name).relative_to(found.folder).as_posix(), skip.reason) for skip in found.skipped]


def test_what_cannot_be_read_hides_nothing_beside_it(
    folder: Path, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(folder, a__jpg="a", b__jpg="b", c__jpg="c")
    (folder / "shut").mkdir()
    stat, walk = Path.lstat, os.walk

    def refusing(path: Path) -> os.stat_result:
        if path.name == "a.jpg":
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path)

    def walking(top: Path, onerror: Any) -> Any:
        onerror(OSError(5, None, str(folder / "shut")))
        for parent, folders, names in walk(top):
            yield parent, folders, sorted(names)

    monkeypatch.setattr(Path, "lstat", refusing)
    monkeypatch.setattr("auditor.audit.originals.os.walk", walking)
    found = originals.read(folder, conn)
    assert paths(found) == {"b.jpg", "c.jpg"}
    assert skips(found) == [
        ("shut", "cannot be read: [Errno 5] None: " + repr(str(folder / "shut"))),
        ("a.jpg", "cannot be read: Permission denied"),
    ]


def test_a_file_that_changes_while_it_is_read_is_told_and_read_again(
    folder: Path, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(folder, a__jpg="a", b__jpg="b")
    listed = originals._listed

    def late(*given: Any) -> Any:
        found = list(listed(*given))
        keep(folder, a__jpg="longer than before")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(originals, "_listed", late)
        found = originals.read(folder, conn)
    assert (paths(found), skips(found)) == ({"b.jpg"}, [("a.jpg", "it was changed while it was read")])
    assert paths(originals.read(folder, conn)) == {"a.jpg", "b.jpg"}


def test_members_that_cannot_be_read_are_told_each_time_and_hide_no_other(
    folder: Path, conn: sqlite3.Connection
) -> None:
    path = folder / "Export.ZIP"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.mkdir("folder")
        archive.writestr("folder/empty_1_o.jpg", b"")
        archive.writestr("folder/bad_10000023_o.jpg", content("bad"))
        archive.writestr("folder/good_10000024_o.jpg", content("good"))
    path.write_bytes(path.read_bytes().replace(content("bad"), content("bet")))
    keep(folder, z__jpg="z")
    for _ in range(2):
        found = originals.read(folder, conn)
        assert found.folder == str(folder)
        assert [(file.path, file.md5, file.photo_ids) for file in found.files] == [
            (f"{path}/folder/good_10000024_o.jpg", md5("good"), {GONE}),
            (str(folder / "z.jpg"), md5("z"), frozenset()),
        ]
        assert skips(found) == [
            ("Export.ZIP/folder/bad_10000023_o.jpg", "damaged or encrypted inside its zip")
        ]


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_hides_no_other_however_it_is_packed(
    folder: Path, conn: sqlite3.Connection, kind: int
) -> None:
    with zipfile.ZipFile(folder / "x.zip", "w", kind) as archive:
        archive.writestr("good.jpg", content("good"))
        archive.writestr("bad.jpg", content("bad") * 50)
        bad = archive.infolist()[1]
    data = bytearray((folder / "x.zip").read_bytes())
    start = bad.header_offset + 30 + len("bad.jpg")
    data[start + 4 : start + bad.compress_size - 1] = b"\xff" * (bad.compress_size - 5)
    (folder / "x.zip").write_bytes(data)
    found = originals.read(folder, conn)
    assert [file.md5 for file in found.files] == [md5("good")]
    assert skips(found) == [("x.zip/bad.jpg", "damaged or encrypted inside its zip")]


def test_a_disk_that_fails_is_no_damage_of_the_member(
    folder: Path, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: object) -> str:
        raise OSError(5, "Input/output error")

    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        archive.writestr("a.jpg", content("a"))
    monkeypatch.setattr(originals, "_md5", failing)
    assert skips(originals.read(folder, conn)) == [("x.zip/a.jpg", "cannot be read: Input/output error")]


def test_a_zip_that_lost_a_member_is_known_without_it(folder: Path, conn: sqlite3.Connection) -> None:
    for members in ("ab", "b"):
        with zipfile.ZipFile(folder / "x.zip", "w") as archive:
            for member in members:
                archive.writestr(f"{member}.jpg", content(member))
        originals.read(folder, conn)
    found = originals.read(folder, conn)
    assert [Path(file.path).name for file in found.files] == ["b.jpg"]
    status = (folder / "x.zip").stat()
    (row,) = map(tuple, conn.execute("SELECT path, member, bytes, modified_ns, md5 FROM original_file"))
    assert row == (os.fsencode(folder / "x.zip"), "b.jpg", status.st_size, status.st_mtime_ns, md5("b"))


def test_what_is_read_is_shown_in_bytes_and_written_down_as_it_comes(
    folder: Path, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched()
    kept: list[list[str]] = []
    write = originals._keep

    def keeping(conn: sqlite3.Connection, files: Any) -> None:
        kept.append([file.path.name for file, _ in files])
        write(conn, files)

    monkeypatch.setattr(originals, "_KEEP_EVERY", 2)
    monkeypatch.setattr(originals, "_keep", keeping)
    keep(folder, e__jpg="5", d__jpg="44", c__jpg="333", b__jpg="2", a__jpg="1")
    found = originals.read(folder, conn, progress=watched)
    sizes = [len(content(picture)) for picture in ("1", "2", "333", "44", "5")]
    assert watched.told == [("Reading originals", sum(sizes), "B"), *sizes]
    assert kept == [["a.jpg", "b.jpg"], ["c.jpg", "d.jpg"], ["e.jpg"]]
    assert [Path(file.path).name for file in found.files] == ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]


def test_a_file_larger_than_a_piece_is_hashed_whole(
    folder: Path, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(originals, "_CHUNK", 4)
    keep(folder, a__jpg="a")
    assert [file.md5 for file in originals.read(folder, conn).files] == [md5("a")]


def test_a_file_of_the_same_size_and_another_time_is_read_again(
    folder: Path, conn: sqlite3.Connection
) -> None:
    keep(folder, a__jpg="a")
    originals.read(folder, conn)
    keep(folder, a__jpg="b")
    os.utime(folder / "a.jpg", ns=(1, 1))
    assert [file.md5 for file in originals.read(folder, conn).files] == [md5("b")]


@pytest.mark.parametrize(
    ("by_name", "by_record", "account", "photo"),
    [
        ({"2", "1"}, {"3"}, {"1", "2", "3"}, "1"),
        ({"2", "1"}, {"3"}, {"2", "3"}, "2"),
        ({"2"}, {"4", "3"}, {"3", "4"}, "3"),
        ({"2"}, {"3"}, {"5"}, None),
    ],
)
def test_a_name_tells_a_photo_before_a_record_does(
    by_name: set[str], by_record: set[str], account: set[str], photo: str | None
) -> None:
    file = originals.OriginalFile("/x.jpg", "m", frozenset(by_name))
    content = ContentMatch(cast("Any", None), frozenset(by_record))
    assert originals.photo_of(file, content, account) == photo


# -- matching ------------------------------------------------------------------------------------------------


def open_images(folder: Path, *rows: tuple[str, str]) -> Index:
    """An index like Open Images' of (photo id, picture); without an id, of a photo that tells none."""
    lines = ["ImageID,Subset,OriginalURL,OriginalLandingURL,License,AuthorProfileURL,OriginalMD5"]
    for number, (photo_id, picture) in enumerate(rows):
        digest = base64.b64encode(hashlib.md5(content(picture)).digest()).decode()
        address = f"https://c2.staticflickr.com/2/1433/{photo_id}_0a1b2c3d4e_o.jpg"
        lines.append(f"{number:016x},train,{address},,https://creativecommons.org/licenses/by/2.0/,,{digest}")
    file = folder / "index.csv"
    file.write_text("\n".join(lines) + "\n")
    build(folder / "indexes", "open-images", [file], formats=readers.select(["open-images-csv"]))
    return Index.open(folder / "indexes" / "open-images")


@pytest.fixture
def found(folder: Path, tmp_path: Path, conn: sqlite3.Connection) -> "Audit":
    return Audit(folder, tmp_path, conn)


class Audit:
    """An account with the one photo `MINE`, audited with the files in the folder."""

    def __init__(self, folder: Path, tmp_path: Path, conn: sqlite3.Connection) -> None:
        self.folder, self.tmp_path, self.conn = folder, tmp_path, conn

    def __call__(self, *rows: tuple[str, str]) -> AuditResult:
        photo = Photo(MINE, "Golden hour", "0", Privacy.PUBLIC)
        return audit(
            AccountState(Account(NSID), [photo], gone_ids=frozenset({GONE})),
            [open_images(self.tmp_path, *rows)],
            {},
            generated_at="2026-11-21T12:00:00+00:00",
            originals=originals.read(self.folder, self.conn),
        )


def exposed(result: AuditResult) -> list[tuple[str, str, str]]:
    return [(item.photo.id, e.dataset, e.match_key) for item in result.exposed for e in item.exposures]


def listed(result: AuditResult) -> list[tuple[str, list[str]]]:
    return [(Path(file.path).name, [e.match_key for e in file.exposures]) for file in result.files]


def test_a_file_named_after_a_photo_of_the_account_exposes_that_photo(folder: Path, found: Audit) -> None:
    """The dataset knows the picture under another id: it was uploaded twice."""
    keep(folder, **{f"hour_{MINE}_o__jpg": "hour", f"copy_{MINE}_o__jpg": "hour"})
    result = found((STRANGE, "hour"))
    assert exposed(result) == [(MINE, "open-images", "content_md5")]
    assert listed(result) == []
    assert result.exposed[0].exposures[0].license_then == "CC BY 2.0"


def test_a_stronger_key_stays(folder: Path, found: Audit) -> None:
    keep(folder, **{f"hour_{MINE}_o__jpg": "hour"})
    assert exposed(found((MINE, "hour"))) == [(MINE, "open-images", "photo_id")]


def test_a_file_of_any_name_is_the_photo_that_the_record_says(folder: Path, found: Audit) -> None:
    keep(folder, IMG_0042__jpg="hour")
    result = found((MINE, "hour"))
    assert exposed(result) == [(MINE, "open-images", "photo_id")]
    assert listed(result) == []


def test_a_file_that_is_no_photo_of_the_account_is_listed(folder: Path, found: Audit) -> None:
    keep(folder, IMG_0042__jpg="old", **{f"old_{STRANGE}_o__jpg": "other", "private__jpg": "unknown"})
    result = found((STRANGE, "old"), (STRANGE, "other"))
    assert exposed(result) == []
    assert listed(result) == [("IMG_0042.jpg", ["content_md5"]), (f"old_{STRANGE}_o.jpg", ["content_md5"])]
    assert result.files[0].md5 == md5("old")
    assert result.anything_found


def test_a_photo_gone_from_flickr_is_found_by_its_original(folder: Path, found: Audit) -> None:
    keep(folder, **{f"old_{GONE}_o__jpg": "old"})
    result = found((STRANGE, "old"))
    assert listed(result) == [(f"old_{GONE}_o.jpg", ["content_md5"])]


def test_the_audit_says_what_was_read(folder: Path, found: Audit) -> None:
    keep(folder, a__jpg="a")
    (folder / "empty.jpg").touch()
    result = found((STRANGE, "other"))
    assert result.originals is not None
    assert (result.originals.files, len(result.originals.skipped)) == (1, 1)
    assert not result.anything_found


def test_a_file_that_changes_while_it_is_read_is_told_and_read_again_the_next_time(
    folder: Path, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(folder, a__jpg="a", b__jpg="b", c__jpg="c")
    read = originals._md5

    def growing(stream: Any) -> str:
        found = read(stream)
        if stream.name.endswith("b.jpg"):
            os.utime(stream.name, (1, 1))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(originals, "_md5", growing)
        patch.setattr(originals, "_KEEP_EVERY", 1)
        found = originals.read(folder, conn)
    assert {Path(file.path).name for file in found.files} == {"a.jpg", "c.jpg"}
    assert [skip.reason for skip in found.skipped] == ["it was changed while it was read"]
    again = originals.read(folder, conn)
    assert {file.md5 for file in again.files} == {md5("a"), md5("b"), md5("c")}


def test_folders_and_empty_files_in_a_zip_hold_no_picture(folder: Path, conn: sqlite3.Connection) -> None:
    with zipfile.ZipFile(folder / "export.zip", "w") as archive:
        archive.writestr("photos/", b"")
        archive.writestr("photos/empty.jpg", b"")
        archive.writestr("photos/a.jpg", content("a"))
    found = originals.read(folder, conn)
    assert [file.md5 for file in found.files] == [md5("a")]
