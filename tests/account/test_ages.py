"""A fact is as old as its source, whatever the order in which the sources are loaded."""

import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor import database
from auditor.account.data_export import load, save_export
from auditor.account.one_export import Export
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore
from auditor.flickr.privacy import Privacy

OWNER = "45450001@N03"
NOW = datetime(2026, 11, 26, tzinfo=UTC).timestamp()
PREFIX = "72157600000000001_aaaa"


def at(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def contents(photos: Mapping[str, str], **others: object) -> dict[str, str]:
    """An export by file name; `photos` are ids with their words for privacy."""
    made: dict[str, Any] = {"account_profile.json": {"nsid": OWNER, "screen_name": "Ida"}}
    made |= {f"{name}.json": value for name, value in others.items()}
    for photo_id, privacy in photos.items():
        made[f"photo_{photo_id}.json"] = {
            "id": photo_id,
            "name": "x",
            "date_imported": "2012-05-07 07:08:09",
            "license": "All Rights Reserved",
            "privacy": privacy,
        }
    return {name: json.dumps(value) for name, value in made.items()}


def zipped(file: Path, files: Mapping[str, str], day: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    date = datetime.fromisoformat(day)
    with zipfile.ZipFile(file, "w") as target:
        for name, text in files.items():
            target.writestr(zipfile.ZipInfo(name, (date.year, date.month, date.day, 12, 0, 0)), text)
    return file


def folder(path: Path, files: Mapping[str, str], kept: str | None = None) -> Path:
    """Loose files: copies of today, or `kept` as a program that unpacks zips leaves their dates."""
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
        when = int(at(kept)) * 10**9 if kept else int(NOW * 10**9) + 123_456_789
        os.utime(path / name, ns=(when, when))
    return path


def read(path: Path) -> Export:
    return load(path, now=NOW)


def day(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AccountStore]:
    with closing(database.connect(tmp_path / "home" / "a.sqlite3")) as conn:
        yield AccountStore(conn)


def from_flickr(store: AccountStore, photos: Mapping[str, Privacy], moment: float = NOW) -> None:
    listed = [Photo(photo_id, "new title", "4", privacy) for photo_id, privacy in photos.items()]
    store.save(Account(OWNER, "Ida"), listed, taken_at=moment, source="api", complete=True, full=True)


def present(store: AccountStore) -> dict[str, Privacy | None]:
    return {photo.id: photo.privacy for photo in store.photos(OWNER)}


# -- how old an export is ------------------------------------------------------------------------------------


def test_a_zip_says_when_it_was_made(tmp_path: Path) -> None:
    export = read(zipped(tmp_path / f"{PREFIX}_part1.zip", contents({"11": "public"}), "2019-01-02"))
    assert (day(export.made_at), export.dated) == ("2019-01-02", True)
    assert {photo.as_of for photo in export.photos} == {export.made_at}


def test_unpacked_files_that_kept_their_dates_say_it_too(tmp_path: Path) -> None:
    export = read(folder(tmp_path / "a" / "b", contents({"11": "public"}), kept="2019-01-02"))
    assert (day(export.made_at), export.dated) == ("2019-01-02", True)


def test_copies_are_as_old_as_the_newest_date_inside_them(store: AccountStore, tmp_path: Path) -> None:
    albums = {"albums": [{"id": "1", "title": "Sea", "last_updated": "1518767690", "photos": ["11"]}]}
    export = read(folder(tmp_path, contents({"11": "public"}, albums=albums)))
    assert (day(export.made_at), export.dated) == ("2018-02-16", False)
    save_export(store, export)
    assert not store.required_snapshot().dated


def test_on_a_disk_that_keeps_whole_seconds_a_copy_does_not_pass_for_the_original(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A USB stick with FAT: the time of the copying has no fraction there, nor has any other time."""
    path = folder(tmp_path, contents({"11": "public"}), kept="2026-11-25")
    real = Path.stat

    def stat(file: Path, **options: bool) -> os.stat_result:
        found = real(file, **options)
        return os.stat_result(
            list(found),
            {
                "st_mtime": found.st_mtime // 1,
                "st_mtime_ns": found.st_mtime_ns // 10**9 * 10**9,
                "st_ctime_ns": found.st_ctime_ns // 10**9 * 10**9,
            },
        )

    monkeypatch.setattr(Path, "stat", stat)
    export = read(path)
    assert (day(export.made_at), export.dated) == ("2012-05-07", False)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("flickr 2019-01-02", "2019-01-02"),
        ("export_20190102", "2019-01-02"),
        ("before-the-last-photo-2010-01-02", "2012-05-07"),
        ("in-the-future-2031-01-02", "2012-05-07"),
        ("no-day-2019-13-41", "2012-05-07"),
        ("72157620190102_ab", "2012-05-07"),
    ],
)
def test_the_name_of_a_folder_may_tell_the_day(tmp_path: Path, name: str, expected: str) -> None:
    export = read(folder(tmp_path / name, contents({"11": "public"})))
    assert day(export.made_at) == expected


def test_a_zip_from_the_future_or_without_a_date_is_not_believed(tmp_path: Path) -> None:
    for date in ("2031-01-02", "2026-11-28", "1980-01-01"):
        export = read(zipped(tmp_path / f"{date}.zip", contents({"11": "public"}), date))
        assert (day(export.made_at), export.dated) == ("2012-05-07", False)


def test_a_zip_of_today_from_another_time_zone_is_of_now(tmp_path: Path) -> None:
    export = read(zipped(tmp_path / "a.zip", contents({"11": "public"}), "2026-11-26"))
    assert (export.made_at, export.dated) == (NOW, True)


# -- who wins ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("unpacked", [False, True])
def test_what_flickr_said_later_stays(store: AccountStore, tmp_path: Path, unpacked: bool) -> None:
    from_flickr(store, {"11": Privacy.PUBLIC, "12": Privacy.PUBLIC})
    files = contents({"11": "private", "12": "public", "13": "public"})
    path = folder(tmp_path / "x", files) if unpacked else zipped(tmp_path / "x.zip", files, "2019-01-02")
    result = save_export(store, read(path))

    assert present(store) == {"11": Privacy.PUBLIC, "12": Privacy.PUBLIC}
    assert store.photos(OWNER)[0].title == "new title"
    assert store.gone_ids(OWNER) == {"13"}
    assert store.required_snapshot().taken_at == NOW
    # Two changed: the export tells their upload dates, which these rows of Flickr's did not.
    assert (result.complete, result.added, result.changed, result.removed) == (False, 0, 2, 0)
    assert "2026-11-26" in result.incomplete[0]


def test_a_newer_export_counts_and_so_does_its_day(store: AccountStore, tmp_path: Path) -> None:
    from_flickr(store, {"11": Privacy.PUBLIC, "12": Privacy.FRIENDS}, at("2018-01-01"))
    save_export(store, read(zipped(tmp_path / "x.zip", contents({"11": "private"}), "2019-01-02")))

    assert present(store) == {"11": Privacy.PRIVATE, "12": Privacy.FRIENDS}
    assert day(store.required_snapshot().taken_at) == "2019-01-02"
    assert store.gone_ids(OWNER) == set()


def test_what_only_an_old_export_tells_is_kept_all_the_same(store: AccountStore, tmp_path: Path) -> None:
    from_flickr(store, {"11": Privacy.PUBLIC})
    albums = {"albums": [{"id": "1", "title": "Sea", "photos": ["11"]}]}
    save_export(
        store, read(zipped(tmp_path / "n.zip", contents({"11": "public"}, albums=albums), "2020-01-02"))
    )
    older = {
        "albums": [{"id": "1", "title": "Ocean", "photos": []}, {"id": "2", "title": "Old", "photos": ["11"]}]
    }
    save_export(
        store, read(zipped(tmp_path / "o.zip", contents({"11": "public"}, albums=older), "2018-01-02"))
    )

    assert store.photos(OWNER)[0].albums == ("1",)
    assert store.albums(OWNER) == {"1": "Sea", "2": "Old"}


def test_a_word_that_nobody_knows_replaces_what_was_known_before(store: AccountStore, tmp_path: Path) -> None:
    from_flickr(store, {"11": Privacy.PRIVATE}, at("2018-01-01"))
    save_export(store, read(zipped(tmp_path / "x.zip", contents({"11": "aliens"}), "2019-01-02")))
    assert present(store) == {"11": None}


def test_a_clock_that_was_ahead_does_not_keep_flickr_out(store: AccountStore) -> None:
    from_flickr(store, {"11": Privacy.PUBLIC, "12": Privacy.PUBLIC}, NOW + 1e9)
    from_flickr(store, {"11": Privacy.PRIVATE, "13": Privacy.PUBLIC})
    assert present(store) == {"11": Privacy.PRIVATE, "13": Privacy.PUBLIC}


# -- two exports ---------------------------------------------------------------------------------------------

OLD = contents({"11": "public", "12": "private"})
NEW = contents({"11": "private", "13": "public"})


@pytest.mark.parametrize("newest_first", [False, True])
def test_of_exports_of_two_years_the_newer_counts(
    store: AccountStore, tmp_path: Path, newest_first: bool
) -> None:
    paths = [zipped(tmp_path / "o.zip", OLD, "2019-01-02"), zipped(tmp_path / "n.zip", NEW, "2024-01-02")]
    for path in reversed(paths) if newest_first else paths:
        assert not save_export(store, read(path)).removed

    # Nobody knows whether 12 was deleted, or is in a part of the newer export that is missing.
    assert present(store) == {"11": Privacy.PRIVATE, "12": Privacy.PRIVATE, "13": Privacy.PUBLIC}
    assert (store.gone_ids(OWNER), store.required_snapshot().complete) == (set(), False)
    assert day(store.required_snapshot().taken_at) == "2024-01-02"


@pytest.mark.parametrize("layout", ["zips", "parts", "dated folders", "copied folders"])
def test_nor_when_they_lie_in_one_folder(store: AccountStore, tmp_path: Path, layout: str) -> None:
    path = tmp_path / "x"
    if layout == "zips":
        zipped(path / "new.zip", NEW, "2024-01-02")
        zipped(path / "old.zip", OLD, "2019-01-02")
    elif layout == "parts":
        one, two = dict(list(OLD.items())[:2]), dict(list(OLD.items())[2:])
        zipped(path / "721576_b_part1.zip", one, "2019-01-02")
        zipped(path / "721576_b_part2.zip", two, "2019-01-03")
        zipped(path / "721577_a_part1.zip", dict(list(NEW.items())[:2]), "2024-01-02")
        zipped(path / "721577_a_part2.zip", dict(list(NEW.items())[2:]), "2024-01-02")
    elif layout == "dated folders":
        folder(path / "a" / "data", NEW, kept="2024-01-02")
        folder(path / "b" / "data", OLD, kept="2019-01-02")
    else:
        folder(path / "2024-01-02" / "data", NEW)
        folder(path / "2019-01-02" / "data", OLD)
    export = read(path)
    result = save_export(store, export)

    assert present(store) == {"11": Privacy.PRIVATE, "12": Privacy.PRIVATE, "13": Privacy.PUBLIC}
    assert store.gone_ids(OWNER) == set()
    assert [reason.partition(":")[0] for reason in result.incomplete] == [
        "1 photo that is known here is not in this export"
    ]
    assert day(export.made_at) == "2024-01-02"
    assert any("several exports" in warning for warning in export.warnings)


def test_the_same_export_twice_is_one(store: AccountStore, tmp_path: Path) -> None:
    path = tmp_path / "x"
    zipped(path / f"{PREFIX}_part1.zip", OLD, "2019-01-02")
    zipped(path / f"{PREFIX}_part1 (1).zip", OLD, "2019-01-02")
    zipped(path / "again" / f"{PREFIX}_part1.zip", OLD, "2019-01-04")
    export = read(path)
    assert (export.earlier, export.complete, len(export.photos)) == ((), True, 2)


def test_what_macos_adds_is_no_part_of_an_export(tmp_path: Path) -> None:
    junk = {f"__MACOSX/data/._{name}": "\0" for name in OLD}
    junk |= {"__MACOSX/data/photo_99.json": "{", "data/._harbour_98_o.jpg": ""}
    export = read(zipped(tmp_path / "x.zip", {f"data/{k}": v for k, v in OLD.items()} | junk, "2019-01-02"))
    assert (len(export.photos), export.skipped, export.complete) == (2, (), True)


# -- lists in parts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ("albums_part001", "albums_part002"),
        ("albums", "albums (1)"),
        ("Albums-1", "albums.2"),
        ("album_1", "album_2"),
        ("sets_part001", "photosets_2"),
    ],
)
def test_albums_in_parts_are_read_whatever_they_are_called(tmp_path: Path, names: tuple[str, str]) -> None:
    parts = [
        {"albums": [{"id": str(number), "title": f"Album {number}", "photos": [photo_id]}]}
        for number, photo_id in ((1, "11"), (2, "12"))
    ]
    files = OLD | {f"{name}.json": json.dumps(part) for name, part in zip(names, parts, strict=True)}
    export = read(zipped(tmp_path / "x.zip", files, "2019-01-02"))
    assert export.albums == {"1": "Album 1", "2": "Album 2"}
    assert [photo.albums for photo in export.photos] == [("1",), ("2",)]


def test_titles_of_albums_come_from_the_photos_too(tmp_path: Path) -> None:
    files = contents({"11": "public"})
    one = json.loads(files["photo_11.json"]) | {"albums": [{"id": "7", "title": "HÃ¶fe"}]}
    export = read(zipped(tmp_path / "x.zip", files | {"photo_11.json": json.dumps(one)}, "2019-01-02"))
    assert export.albums == {"7": "Höfe"}


def test_files_and_fields_that_nobody_knows_are_named(tmp_path: Path) -> None:
    one = json.loads(OLD["photo_11.json"]) | {"ai_training": "allowed"}
    files = OLD | {
        "photo_11.json": json.dumps(one),
        "licensing_part001.json": "{",
        "contacts_part1.json": "{",
    }
    export = read(zipped(tmp_path / "x.zip", files, "2019-01-02"))
    assert len(export.warnings) == 2
    assert '1 photo ("ai_training")' in export.warnings[0]
    assert "licensing_part001.json" in export.warnings[1]


def test_a_photo_that_flickr_missed_after_an_export_stays_gone(store: AccountStore, tmp_path: Path) -> None:
    both = contents({"11": "public", "12": "public"})
    for day_ in ("2020-01-02", "2024-01-02"):
        from_flickr(store, {"11": Privacy.PUBLIC}, at(day_))
    for day_ in ("2018-01-02", "2022-01-02"):
        result = save_export(store, read(zipped(tmp_path / f"{day_}.zip", both, day_)))
        assert (result.photos, result.added) == (1, 0)
    assert (store.gone_ids(OWNER), store.required_snapshot().complete) == ({"12"}, True)


# -- any order -----------------------------------------------------------------------------------------------

SOURCES = st.lists(
    st.tuples(
        st.sampled_from(["2018-01-02", "2020-01-02", "2022-01-02", "2024-01-02"]),
        st.dictionaries(st.sampled_from(["11", "12", "13"]), st.sampled_from(["public", "private", "?"])),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda source: source[0],
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(SOURCES, st.randoms())
def test_the_order_of_loading_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, sources: list[tuple[str, dict[str, str]]], chance: Any
) -> None:
    tmp_path = tmp_path_factory.mktemp("orders")
    exports = [
        read(zipped(tmp_path / f"{day}.zip", contents(photos), day)) for day, photos in sources if photos
    ]
    states = []
    for number in range(2):
        with closing(database.connect(tmp_path / str(number) / "a.sqlite3")) as conn:
            store = AccountStore(conn)
            for export in chance.sample(exports, len(exports)):
                save_export(store, export)
            snapshot = store.snapshot(OWNER)
            states.append((present(store), store.gone_ids(OWNER), snapshot and snapshot.complete))
    assert states[0] == states[1]
    if exports:
        oldest_first = sorted(exports, key=lambda export: export.made_at)
        newest = {photo.id for photo in oldest_first[-1].photos}
        expected = {photo.id: photo.privacy for export in oldest_first for photo in export.photos}
        assert states[0] == (expected, set(), newest == expected.keys())
