"""An index built shard by shard answers as one built at once, or is not there."""

import dataclasses
import json
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.datasets import adding
from auditor.datasets.adding import Wish
from auditor.datasets.index.lookup import Group, Hit, Index
from auditor.datasets.index.manifest import is_data_file
from auditor.datasets.index.verify import problems
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.sharing.pack import export
from auditor.datasets.store import Store
from auditor.errors import AuditorError, RefusedError, StorageError, UsageError, WrongFileError
from auditor.flickr.urls import unpack_nsid
from tests.datasets import same_photos
from tests.datasets.cluster.conftest import NAME, Here, Parted, shard_text


def _keys(index: Index, folder: Path) -> dict[MatchKey, list[str]]:
    """Everything in the index, and something that is not."""
    rows = [
        row
        for file in index.manifest.parts("photo_id")
        for row in pq.read_table(folder / file.name).to_pylist()
    ]
    nsids = {unpack_nsid(row["nsid"]) for row in rows if row["nsid"]}
    return {
        MatchKey.PHOTO_ID: ["1", *{str(row["photo_id"]) for row in rows if row["photo_id"]}],
        MatchKey.OWNER: ["1@N00", "nobody", *nsids, *{row["alias"] for row in rows if row["alias"]}],
        MatchKey.URL_HASH: ["00", *{row["url_hash"] for row in rows if row["url_hash"]}],
        MatchKey.PARENT_KEY: ["none", *{row["parent_key"] for row in rows if row["parent_key"]}],
    }


def _answers(index: Index, keys: dict[MatchKey, list[str]]) -> tuple[list[Hit], dict[MatchKey, list[Group]]]:
    hits = index.by_photo(keys[MatchKey.PHOTO_ID])
    groups = {
        key: sorted(index.groups(key, values, keys=True), key=lambda group: (group.value or "", group.places))
        for key, values in keys.items()
    }
    return [dataclasses.replace(hit, dataset="") for hit in hits], groups


@pytest.mark.parametrize(
    ("name", "contents"),
    [
        (NAME, [shard_text(0), shard_text(1), shard_text(2)]),
        (NAME, [shard_text(0), "url\nhttps://www.flickr.com/people/99000001@N01/\n"]),
        ("yfcc100m", [same_photos.yfcc().decode(), same_photos.yfcc().decode().replace("9000", "9100")]),
        ("open-images", [same_photos.open_images().decode()]),
    ],
    ids=["photos and owners", "an owner alone", "hashes", "numbers of their own"],
)
def test_it_has_the_same_records_in_the_same_places(
    name: str, contents: list[str], indexes: Path, tmp_path: Path, parted: Parted
) -> None:
    files = [tmp_path / f"{number}.csv" for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_text(content)
    at_once = adding.add(tmp_path / "other", name, files, Wish(as_is=True))
    in_parts = parted(addresses=[str(file) for file in files], name=name, wish=Wish(as_is=True))

    left, right = Index.open(tmp_path / "other" / name), Index.open(indexes / name)
    keys = _keys(left, tmp_path / "other" / name)
    assert _answers(left, keys) == _answers(right, keys)
    some = {key: random.Random(5).sample(values, min(3, len(values))) for key, values in keys.items()}
    assert _answers(left, some) == _answers(right, some)
    only_theirs = ("built_at", "files")
    assert {key: value for key, value in at_once.values().items() if key not in only_theirs} == {
        key: value for key, value in in_parts.values().items() if key not in only_theirs
    }
    assert problems(indexes / name) == []


def test_a_look_up_reads_only_the_parts_that_can_hold_the_answer(
    parted: Parted, index: Callable[..., Index], indexes: Path
) -> None:
    new = parted()
    parts = new.parts("photo_id")
    assert len(parts) > 3
    wanted = parts[2]
    for part in parts:
        if part != wanted:
            (indexes / NAME / part.name).unlink()
    assert [hit.photo_id for hit in index().by_photo([str(wanted.first)])] == [str(wanted.first)]


def test_finished_shards_are_not_read_again(parted: Parted, shards: list[str], indexes: Path) -> None:
    text = Path(shards[1]).read_bytes()
    Path(shards[1]).write_bytes(b"\x89HDF")
    first = Here()
    with pytest.raises(WrongFileError, match=r"1 shard of 3 could not be built: .*part-1\.csv: "):
        parted(first)
    assert not (indexes / NAME / "manifest.json").exists()
    Path(shards[1]).write_bytes(text)
    second = Here()
    assert parted(second).rows == 903
    assert (first.done.count("build_shard"), second.done.count("build_shard")) == (3, 1)
    assert sorted(path.name.partition("-")[0] for path in (indexes / NAME).iterdir())[0] == "manifest.json"
    assert not (indexes / NAME / ".shards").exists()


def test_a_build_that_dies_while_it_sorts_goes_on_from_its_shards(
    parted: Parted, indexes: Path, index: Callable[..., Index]
) -> None:
    class Dies(Here):
        def run(self, task, given):  # type: ignore[no-untyped-def]
            for number, (place, result) in enumerate(super().run(task, given)):
                if task.__name__ == "merge" and number == 2:
                    raise KeyboardInterrupt
                yield place, result

    old = parted().files
    with pytest.raises(KeyboardInterrupt):
        parted(Dies())
    assert index().manifest.files == old
    assert index().by_photo([str(old[0].first)])
    again = Here()
    parted(again)
    assert "build_shard" not in again.done
    assert index().manifest.files != old
    assert {path.name for path in (indexes / NAME).iterdir()} == {
        "manifest.json",
        *(file.name for file in index().manifest.files),
    }


@pytest.mark.parametrize(("no_room_after", "built_again"), [(4, 1), (8, 0)], ids=["a shard", "a part"])
def test_a_full_disk_leaves_no_half_index_and_finished_work_stays(
    no_room_after: int,
    built_again: int,
    parted: Parted,
    indexes: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put, room = Store.put, list(range(no_room_after))  # each of three shards has two files

    def full(store: Store, local: Path, name: str) -> None:
        if not room:
            raise StorageError(f"cannot use {store.address}: No space left on device", hint="")
        room.pop()
        put(store, local, name)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "put", full)
        with pytest.raises(AuditorError, match="No space left") as caught:
            parted()
    assert "Make room" in (caught.value.hint or "")
    assert "not read again" in (caught.value.hint or "")
    assert not (indexes / NAME / "manifest.json").exists()
    left = set(filter(is_data_file, (path.name for path in (indexes / NAME / ".shards").iterdir())))
    assert len(left) == max(0, no_room_after - 6)

    class Watched(Here):
        def run(self, task, given):  # type: ignore[no-untyped-def]
            there = {path.name for path in (indexes / NAME / ".shards").iterdir()}
            assert task.__name__ == "build_shard" or not left & there, "what takes the room goes first"
            return super().run(task, given)

    again = Watched()
    assert parted(again).rows == 903
    assert again.done.count("build_shard") == built_again
    assert problems(indexes / NAME) == []


@pytest.mark.parametrize("content", [b"", b'{"manifest": {}}', b"[]", b"\xff\xfe"])
def test_a_shard_whose_marker_was_cut_short_is_built_again(
    content: bytes, parted: Parted, shards: list[str], indexes: Path
) -> None:
    Path(shards[0]).write_bytes(b"\x89HDF")
    with pytest.raises(WrongFileError):
        parted()
    for marker in (indexes / NAME / ".shards").glob("*.json"):
        marker.write_bytes(content)
    Path(shards[0]).write_text(shard_text(0))
    pool = Here()
    assert parted(pool).rows == 903
    assert pool.done.count("build_shard") == 3


def test_a_staged_shard_that_lost_records_is_never_a_silently_short_index(
    parted: Parted, shards: list[str], indexes: Path
) -> None:
    Path(shards[0]).write_bytes(b"\x89HDF")
    with pytest.raises(WrongFileError):
        parted()
    Path(shards[0]).write_text(shard_text(0))
    for file in (indexes / NAME / ".shards").glob("*-owner.parquet"):
        pq.write_table(pq.read_table(file)[:5], file)
    with pytest.raises(StorageError, match="records by owner"):
        parted()
    assert not (indexes / NAME / "manifest.json").exists()


def _same_address(shards: list[str]) -> list[str]:
    return [*shards, shards[0]]


def _same_content(shards: list[str]) -> list[str]:
    copy = Path(shards[0]).with_name("copy.csv")
    copy.write_bytes(Path(shards[0]).read_bytes())
    return [*shards, str(copy)]


def _missing(shards: list[str]) -> list[str]:
    return [*shards, shards[0] + ".not"]


def _folder(shards: list[str]) -> list[str]:
    return [*shards, str(Path(shards[0]).parent)]


def _other_schema(shards: list[str]) -> list[str]:
    path = Path(shards[0]).with_name("other.parquet")
    pq.write_table(pa.table({"caption": ["a"], "width": [1]}), path)
    return [*shards, str(path)]


def _cut_short(shards: list[str]) -> list[str]:
    path = Path(shards[0]).with_name("cut.parquet")
    path.write_bytes(b"PAR1" + b"\0" * 500)
    return [*shards, str(path)]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (_same_address, RefusedError, "is there twice"),
        (_same_content, RefusedError, "same content as part-0.csv"),
        (_missing, UsageError, "there is no file"),
        (_folder, UsageError, "is a folder"),
        (_cut_short, WrongFileError, "cut.parquet: "),
        (_other_schema, WrongFileError, "other.parquet: "),
    ],
)
def test_what_is_wrong_with_a_shard_is_said_and_no_index_is_made(
    change: Callable[[list[str]], list[str]],
    error: type[AuditorError],
    words: str,
    parted: Parted,
    shards: list[str],
    indexes: Path,
) -> None:
    with pytest.raises(error, match=words) as caught:
        parted(addresses=change(shards))
    assert caught.value.hint
    assert not (indexes / NAME / "manifest.json").exists()


def test_shards_without_any_photo_are_no_index(parted: Parted, shards: list[str], indexes: Path) -> None:
    for number, shard in enumerate(shards):
        Path(shard).write_text(f"url\nhttps://example.com/{number}.jpg\n")
    with pytest.raises(WrongFileError, match="3 shards of 3 could not be built"):
        parted()
    assert not (indexes / NAME / "manifest.json").exists()
    assert parted(wish=Wish(allow_empty=True)).records == 0


def test_an_index_of_less_than_half_does_not_replace_the_old_one(
    parted: Parted, shards: list[str], index: Callable[..., Index]
) -> None:
    old = parted()
    with pytest.raises(RefusedError):
        parted(addresses=shards[:1])
    assert index().manifest.files == old.files


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda indexes, path: export(indexes, NAME, path), "is in parts"),
        (
            lambda indexes, path: adding.add(indexes, NAME, [path], Wish(append=True)),
            "is in parts",
        ),
    ],
)
def test_what_a_partitioned_index_cannot_do_is_refused(
    act: Callable[[Path, Path], object], words: str, parted: Parted, indexes: Path, tmp_path: Path
) -> None:
    parted()
    path = tmp_path / "more.csv"
    path.write_text(shard_text(9))
    with pytest.raises(RefusedError, match=words):
        act(indexes, path)


def test_parts_in_a_manifest_are_read_as_strictly_as_files(parted: Parted, indexes: Path) -> None:
    parted()
    path = indexes / NAME / "manifest.json"
    for change in ({"first": None}, {"first": "a"}, {"first": True}, {"name": "../x.parquet"}, {"rows": 1}):
        told = json.loads(path.read_text())
        told["files"][1] |= change
        path.write_text(json.dumps(told))
        with pytest.raises(StorageError):
            Index.open(indexes / NAME)
        told["files"][1] = json.loads(json.dumps(told["files"][0]))
