"""Loading the "Your Flickr Data" export: what a member gets, in all the states in which people keep it."""

import io
import json
import os
import random
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor import database
from auditor.account import export_files
from auditor.account.data_export import load, save_export
from auditor.account.one_export import Export
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore
from auditor.errors import WrongFileError
from auditor.flickr.privacy import Privacy

OWNER = "99000001@N07"
EMAIL = "somebody@example.invalid"
SECRET = "0a1b2c3d4e"
PREFIX = "72157700000000001_ab12cd34ef56"
PROFILE: dict[str, Any] = {
    "email": EMAIL,
    "nsid": OWNER,
    "path_alias": "lena-lens",
    "screen_name": "Lena",
    "pro_user": "no",
    "showcase": {"photos": []},
    "settings": {"default_license": "CC BY 4.0", "who_can_download_photos": "anyone", "other": "x"},
}


def photo(photo_id: str = "31000000001", **changes: object) -> dict[str, Any]:
    """A photo's JSON as an export of today has it."""
    return {
        "id": photo_id,
        "name": "Harbour",
        "count_views": "12",
        "date_taken": "2019-05-01 10:00:00",
        "date_imported": "2019-05-02 00:00:00",
        "photopage": f"https://www.flickr.com/photos/lena-lens/{photo_id}/",
        "original": f"https://live.staticflickr.com/65535/{photo_id}_{SECRET}_o.jpg",
        "license": "CC BY-NC-SA 4.0",
        "albums": [],
        "tags": [],
        "privacy": "public",
        "safety": "safe",
        "comments": [{"comment": "lovely", "user": "99000002@N07"}],
    } | changes


def files(*photos: Mapping[str, Any], **others: object) -> dict[str, bytes]:
    """An export by file name: the profile, `photos`, and other JSON files by their names without suffix."""
    contents = {"account_profile.json": PROFILE} | {
        f"{name}.json": content for name, content in others.items()
    }
    contents |= {f"photo_{one['id']}.json": one for one in photos}
    return {name: json.dumps(content).encode() for name, content in contents.items() if content is not None}


def folder(path: Path, contents: Mapping[str, bytes]) -> Path:
    for name, data in contents.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def zipped(path: Path, contents: Mapping[str, bytes], *, day: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in contents.items():
            target.writestr(zipfile.ZipInfo(name, (2024, 6, day, 12, 0, 0)), data)
    return path


def load_one(tmp_path: Path, **changes: object) -> tuple[Photo, Export]:
    export = load(folder(tmp_path, files(photo(**changes))))  # type: ignore[arg-type]
    assert len(export.photos) == 1
    return export.photos[0], export


def ids(export: Export) -> list[str]:
    return [one.id for one in export.photos]


def reasons(export: Export) -> dict[str, str]:
    return {skipped.name: skipped.reason for skipped in export.skipped}


@pytest.fixture
def store() -> Iterator[AccountStore]:
    with tempfile.TemporaryDirectory() as home, closing(database.connect(Path(home, "a.sqlite3"))) as conn:
        yield AccountStore(conn)


# -- what is read --------------------------------------------------------------------------------------------


def test_the_real_export_is_read(shared: Path) -> None:
    export = load(shared / "samples" / "takeout")

    account = replace(export.account, defaults={})
    assert account == Account("99999999@N00", username="testuser", path_alias="testuser", is_pro=False)
    assert export.skipped == ()
    assert export.warnings == ()
    assert {one.id: one.privacy for one in export.photos} == {
        "10000001": Privacy.PUBLIC,
        "10000006": Privacy.FRIENDS,
        "10000008": Privacy.PUBLIC,
        "10000013": Privacy.PUBLIC,
        "10000026": Privacy.PUBLIC,
        "10000033": Privacy.PRIVATE,
    }
    first = export.photos[0]
    assert (first.license_id, first.server, first.tags, first.views) == ("15", "9999", ("sunset", "שקיעה"), 1)
    assert first.albums == ("10000000000000001",)
    # The sample is a part of an export: its albums name photos whose files it lacks.
    assert not export.complete


def test_a_photo_tells_what_flickr_tells(tmp_path: Path) -> None:
    one, export = load_one(
        tmp_path,
        tags=[{"tag": "no_cv"}, {"tag": "Old Town"}, {"tag": "geo:lat=54"}, {"tag": "oldtown"}],
        albums=[{"id": "72157600000000001", "title": "Sea"}],
    )

    assert one == Photo(
        id="31000000001",
        title="Harbour",
        license_id="15",
        privacy=Privacy.PUBLIC,
        secret=None,
        server="65535",
        original_secret=SECRET,
        original_format="jpg",
        tags=("nocv", "oldtown", "geo:lat=54"),
        machine_tags=("geo:lat=54",),
        albums=("72157600000000001",),
        date_upload=1556755200,
        date_taken="2019-05-01 10:00:00",
        media="photo",
        safety_level=0,
        views=12,
    )
    assert export.account == Account(
        OWNER,
        username="Lena",
        path_alias="lena-lens",
        is_pro=False,
        defaults={"default_license": "CC BY 4.0", "who_can_download_photos": "anyone"},
    )
    assert (export.complete, export.warnings, export.skipped) == (True, (), ())


def test_private_data_is_not_kept(tmp_path: Path) -> None:
    _, export = load_one(tmp_path)

    assert EMAIL not in repr(export)
    assert SECRET not in repr(export)
    assert "lovely" not in repr(export)


@pytest.mark.parametrize(
    ("changes", "attribute", "expected"),
    [
        ({"license": "Attribution-NonCommercial License"}, "license_id", "2"),
        ({"license": "All Rights Reserved"}, "license_id", "0"),
        ({"privacy": "friends & family"}, "privacy", Privacy.FRIENDS_FAMILY),
        ({"privacy": "only you"}, "privacy", Privacy.PRIVATE),
        ({"privacy": "friend & family"}, "privacy", Privacy.FRIENDS_FAMILY),
        ({"privacy": "Friends &amp; Family "}, "privacy", Privacy.FRIENDS_FAMILY),
        ({"privacy": "friend"}, "privacy", Privacy.FRIENDS),
        ({"privacy": "not public"}, "privacy", None),
        ({"privacy": "friends of friends, public"}, "privacy", None),
        ({"privacy": ["private"]}, "privacy", None),
        ({"privacy": None}, "privacy", None),
        ({"license": "CC BY 9.0"}, "license_id", None),
        ({"license": None}, "license_id", None),
        ({"safety": "restricted"}, "safety_level", 2),
        ({"safety": "novel"}, "safety_level", None),
        ({"tags": ["Sea Side", "no_cv"]}, "tags", ("seaside", "nocv")),
        ({"tags": [{"tag": 2019}, {"tag": None}, {"tag": "!!!"}, 7, None]}, "tags", ("2019", "7")),
        ({"albums": ["72157600000000001", {"id": None}, "x"]}, "albums", ("72157600000000001",)),
        ({"name": None}, "title", ""),
        ({"name": "CafÃ©"}, "title", "Café"),
        ({"name": "Café"}, "title", "Café"),
        ({"name": "itâ€™s Café"}, "title", "itâ€™s Café"),
        ({"name": "itâ€™s CafÃ©"}, "title", "it’s Café"),
        ({"name": "CafÃƒÂ©"}, "title", "Café"),
        ({"name": "naïve Ã"}, "title", "naïve Ã"),
        ({"name": "half \ud83d"}, "title", "half ?"),
        ({"count_views": 12}, "views", 12),
        ({"count_views": "9" * 30}, "views", None),
        ({"date_imported": "0000-00-00 00:00:00"}, "date_upload", None),
        ({"date_imported": "2019-05-02T02:00:00+02:00"}, "date_upload", 1556755200),
        ({"date_imported": ["x"]}, "date_upload", None),
        ({"original": "https://live.staticflickr.com/7/1_0a1b2c3d4e_o.jpg"}, "original_secret", None),
        ({"original": "https://evil.example/65535/31000000001_0a1b2c3d4e_o.jpg"}, "server", None),
        ({"original": "https://live.staticflickr.com/7/31000000001_0a1b2c3d4e_o.mov"}, "media", "video"),
        ({"original": "https://live.staticflickr.com/7/31000000001_0a1b2c3d4e_o.xyz"}, "media", None),
        ({"original": None}, "media", None),
        ({"albums": None}, "albums", None),
        (
            {"original": "https://live.staticflickr.com/video/31000000001/0a1b2c3d4e/720p.mp4"},
            "media",
            "video",
        ),
        (
            {"original": "https://live.staticflickr.com/7/31000000001_0a1b2c3d4e_b.jpg"},
            "secret",
            "0a1b2c3d4e",
        ),
        ({"original": "http://[::"}, "original_format", None),
        ({"never": {"seen": ["before"]}}, "title", "Harbour"),
    ],
)
def test_values_of_other_years_and_types(
    tmp_path: Path, changes: dict[str, Any], attribute: str, expected: object
) -> None:
    one, export = load_one(tmp_path, **changes)

    assert getattr(one, attribute) == expected
    assert export.skipped == ()


@pytest.mark.parametrize(
    ("word", "expected"), [("yes", True), ("no", False), ("", None), (None, None), (["?"], None)]
)
def test_pro_is_unknown_unless_told(tmp_path: Path, word: object, expected: bool | None) -> None:
    export = load(folder(tmp_path, files(photo(), account_profile=PROFILE | {"pro_user": word})))

    assert export.account.is_pro is expected


def test_words_that_nobody_knows_are_named_and_counted(tmp_path: Path) -> None:
    export = load(
        folder(
            tmp_path,
            files(
                photo("11", license="CC BY 9.0\x1b[31m"),
                photo("12", license="CC BY 9.0\x1b[31m"),
                photo("13", license=None),
                photo("14", privacy="aliens"),
            ),
        )
    )

    assert [one.license_id for one in export.photos] == [None, None, None, "15"]
    assert export.photos[3].privacy is None
    assert export.warnings == (
        'the licence of 2 photos ("CC BY 9.0 [31m") and 1 photo (not told) is not known',
        'the privacy of 1 photo ("aliens") is not known',
    )
    assert export.complete


def test_albums_of_both_files_are_united(tmp_path: Path) -> None:
    albums = {"albums": [{"id": "72157600000000002", "photos": ["11", "0", None]}, "?", {"photos": 5}]}
    export = load(
        folder(tmp_path, files(photo("11", albums=[{"id": "72157600000000001"}]), photo("12"), albums=albums))
    )

    assert [one.albums for one in export.photos] == [("72157600000000001", "72157600000000002"), ()]
    assert export.complete


def test_a_byte_order_mark_and_broken_utf8_lose_nothing(tmp_path: Path) -> None:
    data = json.dumps(photo(name="Caf%"), ensure_ascii=False).encode().replace(b"%", b"\xe9")
    export = load(folder(tmp_path, files() | {"photo_31000000001.json": b"\xef\xbb\xbf" + data}))

    assert [one.title for one in export.photos] == ["Caf\ufffd"]


# -- where it lies -------------------------------------------------------------------------------------------


def _in_a_folder(path: Path) -> Path:
    return folder(path, files(photo("11"), photo("12"), photo("13")))


def _deep_in_folders(path: Path) -> Path:
    folder(path, {f"flickr/data/{name}": data for name, data in files(photo("11"), photo("12")).items()})
    return folder(
        path, {f"more/{name}": data for name, data in files(photo("13"), account_profile=None).items()}
    )


def _in_one_zip(path: Path) -> Path:
    return zipped(path / "export.zip", _in_the_zip(files(photo("11"), photo("12"), photo("13"))))


def _in_parts(path: Path) -> Path:
    zipped(path / "other_part3.zip", {"photo_14.json": b"of another export"})
    zipped(path / f"{PREFIX}_part2.zip", files(photo("12"), account_profile=None))
    zipped(path / f"{PREFIX}_part3 (1).zip", files(photo("13"), account_profile=None))
    return zipped(path / f"{PREFIX}_part1.zip", files(photo("11")))


def _in_the_second_part(path: Path) -> Path:
    return _in_parts(path).with_name(f"{PREFIX}_part2.zip")


def _partly_unpacked(path: Path) -> Path:
    folder(path / "part1", files(photo("11"), photo("12")))
    zipped(path / "zips" / f"{PREFIX}_part2.zip", files(photo("13"), account_profile=None))
    zipped(path / f"{PREFIX}_part1.zip", {})
    # The originals: their names are looked at, their bytes are not.
    zipped(
        path / "data-download-1.zip", {"harbour_11_o.jpg": b"\xff", "12_0a1b2c3d4e_o.png": b"", "x.txt": b""}
    )
    zipped(path / "data-download-2.zip", {"20190101_13_o.jpg": b"\xff", "13_0123456789_o.jpg": b""})
    return path


def _in_the_zip(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"Flickr data/{name}": data for name, data in contents.items()}


@pytest.mark.parametrize(
    "layout",
    [_in_a_folder, _deep_in_folders, _in_one_zip, _in_parts, _in_the_second_part, _partly_unpacked],
)
def test_every_way_to_keep_an_export(tmp_path: Path, layout: Callable[[Path], Path]) -> None:
    export = load(layout(tmp_path))

    assert ids(export) == ["11", "12", "13"]
    assert export.account.nsid == OWNER
    assert (export.skipped, export.incomplete) == ((), ())


def test_of_a_photo_told_twice_the_newest_file_counts(tmp_path: Path) -> None:
    zipped(tmp_path / "a_part1.zip", files(photo("11", name="newer"), photo("12")), day=9)
    zipped(tmp_path / "b_part1.zip", files(photo("11", name="older")), day=2)
    export = load(tmp_path)

    assert [one.title for one in export.photos] == ["newer", "Harbour"]
    assert reasons(export) == {
        "b_part1.zip/photo_11.json": "a newer file, or one just as new, has the same photo"
    }
    assert export.warnings == ("some photos are in more than one file; the newest file counts",)
    assert export.complete


def test_other_files_are_not_opened(tmp_path: Path) -> None:
    others = {
        "received_flickrmail_part001.json": b"{",
        "photos_comments_part001.json": b"{",
        "._photo_9.json": b"\0",
    }
    export = load(folder(tmp_path, files(photo()) | others))

    assert (export.skipped, export.complete) == ((), True)


# -- whose it is ---------------------------------------------------------------------------------------------


def test_without_a_profile_the_pages_may_tell_the_owner(tmp_path: Path) -> None:
    page = f"https://www.flickr.com/photos/{OWNER}/11/"
    export = load(folder(tmp_path, files(photo("11", photopage=page), photo("12"), account_profile=None)))

    assert export.account == Account(OWNER)


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ({}, "no photo either"),
        (files(photo(), account_profile=None), "only 1 photo"),
        (files(photo(), account_profile={"nsid": "nobody"}), "no NSID"),
        (files(photo()) | {"account_profile.json": b"{"}, "account_profile.json: no JSON"),
        (
            files(photo())
            | {"old/account_profile.json": json.dumps(PROFILE | {"nsid": "99000002@N07"}).encode()},
            "two accounts",
        ),
        (
            files(
                photo("11", photopage="https://www.flickr.com/photos/99000001@N07/11/"),
                photo("12", photopage="https://www.flickr.com/photos/99000002@N07/12/"),
                account_profile=None,
            ),
            "only 2 photos",
        ),
    ],
)
def test_an_export_of_nobody_or_of_two_is_refused(
    tmp_path: Path, contents: dict[str, bytes], words: str
) -> None:
    with pytest.raises(WrongFileError, match=words) as caught:
        load(folder(tmp_path, contents))

    assert caught.value.hint


def test_a_path_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongFileError, match="too long"):
        load(tmp_path / ("x" * 300))


@pytest.mark.parametrize("data", [None, b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "export.zip"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(WrongFileError):
        load(path)


def test_the_refusal_names_the_missing_first_part(tmp_path: Path) -> None:
    path = zipped(tmp_path / f"{PREFIX}_part2.zip", files(photo(), account_profile=None))

    with pytest.raises(WrongFileError, match=f"{PREFIX}_part1.zip is missing"):
        load(path)


def test_a_photo_of_somebody_else_is_left_out(tmp_path: Path) -> None:
    page = "https://www.flickr.com/photos/99000002@N07/12/"
    export = load(folder(tmp_path, files(photo("11"), photo("12", photopage=page))))

    assert ids(export) == ["11"]
    assert reasons(export) == {"photo_12.json": "a photo of another account"}


# -- broken and hostile files --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b'{"id": "12", "name": "cut', "no JSON: cut short or damaged"),
        (b"\0" * 100, "no JSON: cut short or damaged"),
        (b"[" * 100_000, "no JSON: cut short or damaged"),
        (b'{"id": "12", "count_views": ' + b"9" * 5000 + b"}", "no JSON: cut short or damaged"),
        (b"[]", "no JSON object"),
        (b"{}", "no photo id"),
        (b'{"id": "0"}', "no photo id"),
        (b'{"id": {"a": 1}}', "no photo id"),
        (b'{"id": "13"}', "the file's name and its content have different photo ids"),
        (b" " * (export_files.MAX_BYTES + 1), "larger than 20 MB"),
    ],
)
def test_a_broken_file_is_reported_and_skipped(tmp_path: Path, data: bytes, reason: str) -> None:
    loose = load(folder(tmp_path / "loose", files(photo("11")) | {"photo_12.json": data}))
    packed = load(zipped(tmp_path / "packed.zip", files(photo("11")) | {"photo_12.json": data}))

    for export, name in ((loose, "photo_12.json"), (packed, "packed.zip/photo_12.json")):
        assert ids(export) == ["11"]
        assert reasons(export) == {name: reason}
        assert export.incomplete == ("1 file could not be used",)


def test_a_pipe_or_a_link_to_nowhere_is_not_waited_for(tmp_path: Path) -> None:
    folder(tmp_path, files(photo("11")))
    os.mkfifo(tmp_path / "photo_12.json")
    (tmp_path / "photo_13.json").symlink_to(tmp_path / "nowhere")
    export = load(tmp_path)

    assert reasons(export) == {"photo_12.json": "no regular file", "photo_13.json": "no regular file"}


def test_a_linked_folder_is_named_unless_it_is_read_anyway(tmp_path: Path) -> None:
    export, elsewhere = (
        folder(tmp_path / "export" / "2023", files(photo("11"))).parent,
        tmp_path / "elsewhere",
    )
    elsewhere.mkdir()
    (export / "part2").symlink_to(elsewhere)
    (export / "part3").symlink_to(tmp_path / "unplugged")
    (export / "newest").symlink_to(export / "2023")
    (export / "circle").symlink_to(export)
    (export / "11_0a1b2c3d4e_o.jpg").symlink_to(tmp_path / "unplugged.jpg")
    found = load(export)

    assert reasons(found) == {
        "part2": "a link to a folder elsewhere, which is not followed",
        "part3": "a link that leads nowhere",
    }
    assert found.incomplete == ("2 files could not be used",)


def test_a_zip_bomb_is_not_blown_up(tmp_path: Path) -> None:
    bomb = zipped(
        tmp_path / "export.zip", files(photo("11")) | {"photo_12.json": b" " * (export_files.MAX_BYTES + 5)}
    )
    # The directory of the zip says that the file is small: what it says must not be believed.
    size = struct.pack("<L", export_files.MAX_BYTES + 5)
    bomb.write_bytes(bomb.read_bytes().replace(size, struct.pack("<L", 10)))
    export = load(bomb)

    assert ids(export) == ["11"]
    assert list(reasons(export)) == ["export.zip/photo_12.json"]


@pytest.mark.parametrize("name", ["../../photo_11.json", "/etc/photo_11.json", "C:\\data\\photo_11.json"])
def test_no_path_of_a_zip_is_followed(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "a" / "b"
    export = load(zipped(inside / "export.zip", files() | {name: json.dumps(photo("11")).encode()}))

    assert ids(export) == ["11"]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [inside / "export.zip"]


def test_names_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    export = load(zipped(tmp_path / "export.zip", files(photo("11")) | {"photo_\x1b[2J.json": b""}))

    assert [skipped.name for skipped in export.skipped] == ["export.zip/photo_ [2J.json"]


def test_an_encrypted_member_is_skipped(tmp_path: Path) -> None:
    path = zipped(tmp_path / "export.zip", files(photo("11"), photo("12")))
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1  # the flag in the directory's entry of the last member
    path.write_bytes(data)
    export = load(path)

    assert (ids(export), reasons(export)) == (["11"], {"export.zip/photo_12.json": "encrypted"})


def test_a_zip_of_many_bombs_is_not_unpacked_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_files, "MAX_BYTES", 1_000_000)
    bomb = b" " * 1_000_000
    members = {f"photo_{31_000_000_000 + number}.json": bomb for number in range(50)}
    with zipfile.ZipFile(tmp_path / "data_part1.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (files() | members).items():
            archive.writestr(name, content)
    reasons = [skip.reason for skip in load(tmp_path).skipped]
    assert len(reasons) == len(members)
    assert "its zip unpacks to far more than an export does" in reasons
    unpacked = sum("unpacks" not in reason for reason in reasons) * len(bomb)
    packed = (tmp_path / "data_part1.zip").stat().st_size
    assert unpacked <= packed * export_files.MAX_GROWTH + 2 * export_files.MAX_BYTES


def test_a_zip_inside_a_zip_is_named(tmp_path: Path) -> None:
    inner = io.BytesIO()
    zipfile.ZipFile(inner, "w").close()
    export = load(
        zipped(tmp_path / "all.zip", files(photo("11")) | {f"{PREFIX}_part2.zip": inner.getvalue()})
    )

    assert reasons(export) == {f"all.zip/{PREFIX}_part2.zip": "a zip inside a zip: unpack the outer one"}
    assert not export.complete


def test_a_damaged_zip_never_crashes(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "whole.zip", files(photo("11"), photo("12"))).read_bytes()
    target = folder(tmp_path / "export", files(photo("13")))
    chance = random.Random(7)
    for _ in range(300):
        data = bytearray(whole[: chance.choice([len(whole), chance.randrange(1, len(whole))])])
        for _ in range(chance.randrange(4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (target / "damaged.zip").write_bytes(data)
        try:
            export = load(target)
        except WrongFileError:  # the damage hit the NSID of the profile, so that there are two accounts
            continue
        assert "13" in ids(export)


# -- whether it is the whole account -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        (files(), "it holds no photo_<id>.json"),
        (
            files(photo("11"), albums={"albums": [{"id": "1", "photos": ["11", "12", "13"]}]}),
            "albums or the showcase name 2 photos without a photo_<id>.json",
        ),
        (
            files(photo("11"), account_profile=PROFILE | {"showcase": {"photos": ["12"]}}),
            "albums or the showcase name 1 photo without a photo_<id>.json",
        ),
        (files(photo("11")) | {"harbour_12_o.jpg": b""}, "it holds 1 original without a photo_<id>.json"),
        (files(photo("11")) | {"albums.json": b"{"}, "1 file could not be used"),
        (files(photo("11")) | {"broken.zip": b"?"}, "1 file could not be used"),
    ],
)
def test_signs_of_missing_photos(tmp_path: Path, contents: dict[str, bytes], reason: str) -> None:
    export = load(folder(tmp_path, contents))

    assert export.incomplete == (reason,)


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    zipped(tmp_path / f"{PREFIX}_part4.zip", files(photo("12"), account_profile=None))
    export = load(zipped(tmp_path / f"{PREFIX}_part1.zip", files(photo("11"))))

    assert ids(export) == ["11", "12"]
    assert export.incomplete == (f"{PREFIX}_part2.zip is missing", f"{PREFIX}_part3.zip is missing")


# -- into the store ------------------------------------------------------------------------------------------


def save(store: AccountStore, path: Path, *photos: Mapping[str, Any], **others: object) -> Any:
    return save_export(store, load(folder(path, files(*photos, **others))))


def test_saving_counts_what_changed(store: AccountStore, tmp_path: Path) -> None:
    first = save(store, tmp_path / "1", photo("11"), photo("12"), photo("13"))
    second = save(store, tmp_path / "2", photo("11"), photo("12", privacy="only you"), photo("14"))

    assert (first.photos, first.added, first.changed, first.removed) == (3, 3, 0, 0)
    assert (second.photos, second.added, second.changed, second.removed) == (4, 1, 1, 0)
    assert (second.source, second.calls) == ("export", 0)
    assert store.required_snapshot().source == "export"


def test_an_incomplete_export_removes_nothing(store: AccountStore, tmp_path: Path) -> None:
    save(store, tmp_path / "1", photo("11"), photo("12"))
    result = save(store, tmp_path / "2", photo("11"), albums={"albums": [{"id": "1", "photos": ["12"]}]})

    assert (result.photos, result.removed, result.complete) == (2, 0, False)
    assert result.incomplete
    assert store.gone_ids(OWNER) == set()


def test_no_export_proves_that_a_photo_is_gone(store: AccountStore, tmp_path: Path) -> None:
    """Where only the first of its zips is there, nothing in it tells that another is missing."""
    save(store, tmp_path / "1", photo("11"), photo("12"), photo("13"))
    result = save(store, tmp_path / "2", photo("11"))

    assert (result.photos, result.removed, result.complete) == (3, 0, False)
    assert result.incomplete == (
        "2 photos that are known here are not in this export: deleted since, or a part of the export is"
        " missing; what is known stays, as only a sync with Flickr can tell",
    )
    assert {kept.id for kept in store.photos(OWNER)} == {"11", "12", "13"}
    assert (store.gone_ids(OWNER), store.required_snapshot().complete) == (set(), False)


def test_an_export_from_before_the_last_upload_removes_nothing(store: AccountStore, tmp_path: Path) -> None:
    save(store, tmp_path / "1", photo("11"), photo("12", date_imported="2024-01-01 00:00:00"))
    result = save(store, tmp_path / "2", photo("11"))

    assert (result.removed, result.complete) == (0, False)
    assert result.incomplete == (
        "it is older than what is stored: made 2019-05-02, and what is stored is of 2024-01-01;"
        " what is newer stays",
    )


def test_what_only_flickr_tells_survives_an_export(store: AccountStore, tmp_path: Path) -> None:
    export = load(folder(tmp_path, files(photo("11"))))
    told = replace(export.photos[0], secret="feedfeed01", farm=8, original_secret=None)
    store.save(export.account, [told], taken_at=1.7e9, source="api", complete=True, full=True)
    save_export(store, export)

    stored = store.photos(OWNER)[0]
    assert (stored.secret, stored.farm, stored.original_secret) == ("feedfeed01", 8, SECRET)


def test_skipped_files_are_counted_by_reason(store: AccountStore, tmp_path: Path) -> None:
    contents = files(photo("11")) | {"photo_12.json": b"", "photo_13.json": b"", "photo_14.json": b"{}"}
    result = save_export(store, load(folder(tmp_path, contents)))

    assert result.skipped == {"empty": 2, "no photo id": 1}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from(sorted(photo())), ANYTHING, max_size=4),
    st.dictionaries(st.sampled_from(sorted(set(PROFILE) - {"nsid"})), ANYTHING, max_size=2),
    ANYTHING,
)
def test_any_value_anywhere_is_read_or_reported(
    changes: dict[str, Any], profile: dict[str, Any], albums: object
) -> None:
    contents = {
        "account_profile.json": json.dumps(PROFILE | profile).encode(),
        "photo_31000000001.json": json.dumps(photo() | changes).encode(),
        "albums.json": json.dumps({"albums": albums}).encode(),
    }
    with tempfile.TemporaryDirectory() as path:
        export = load(folder(Path(path), contents))
        assert len(export.photos) + len(export.skipped) == 1
        with closing(database.connect(Path(path, "home", "a.sqlite3"))) as conn:
            assert save_export(AccountStore(conn), export).photos == len(export.photos)
