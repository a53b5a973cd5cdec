"""Publishing a look-up: again, in part, without some people, and when something is in the way."""

import errno
import os
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from auditor.datasets import duck
from auditor.datasets.index.folder import remove
from auditor.datasets.index.lookup import Index
from auditor.errors import RefusedError, StorageError, UsageError
from auditor.lock import folder_lock
from auditor.lookup import keys, sorting, staging
from auditor.lookup import publish as publishing
from auditor.lookup.left_out import LeftOut, left_out_in
from auditor.lookup.publish import page_size, publish
from auditor.lookup.staging import Counts, Staging
from tests.lookup.conftest import NOW, Data, Hosted, add, contents, nsid


def found(hosted: Hosted, kind: str, value: object) -> int:
    return len(hosted.open(fresh=True).by_prefix(kind, str(value)))


def test_the_same_again_keeps_every_file(small: Hosted) -> None:
    before = contents(small.folder)
    again = small.again()
    assert again.root == small.published.root
    assert again.kept == again.files
    assert contents(small.folder) == before


def test_a_change_costs_the_buckets_that_it_touches(small: Hosted, few: Data) -> None:
    before = set(contents(small.folder))
    lines = [
        f"https://www.flickr.com/photos/{owner}/{photo}/"
        for owner in few.photos
        for photo in few.photos[owner]
    ]
    add(small.indexes[0].folder.parent, "more", "flickr-url-list", lines[0])
    root = small.published.root
    again = small.again(now=NOW + timedelta(days=1))
    assert again.root != root
    # One bucket of owners and one of photos, the tables that lead to them, about.json and lookup.json.
    assert again.files - again.kept <= 2 + 4 + 1
    after = set(contents(small.folder))
    assert before <= after, "a reader who began with the old look-up must find its files"
    small.again(now=NOW + timedelta(days=2))
    assert not before <= set(contents(small.folder))
    assert found(small, keys.NSID, nsid(3))


def test_an_index_that_is_gone_is_gone_from_the_look_up(small: Hosted) -> None:
    assert found(small, keys.ALIAS, "alias-3")
    remove(small.indexes[0].folder.parent, "aliases")
    small.again(now=NOW + timedelta(days=1))
    assert not found(small, keys.ALIAS, "alias-3")


def test_other_files_in_the_folder_are_left_alone(small: Hosted) -> None:
    for name in ("registry.json", "ffhq-0123456789abcdef.zip", "nsid/notes.txt", "about.html"):
        (small.folder / name).write_text("mine")
    small.again(now=NOW + timedelta(days=1))
    small.again(now=NOW + timedelta(days=2))
    assert (small.folder / "nsid" / "notes.txt").read_text() == "mine"
    assert (small.folder / "registry.json").read_text() == "mine"


def test_people_who_do_not_want_to_be_found_are_not(small: Hosted, few: Data) -> None:
    """Neither by their NSID nor by their photos, also where another index holds those without an owner."""
    gone, alias = nsid(3), "alias-3"
    shared = few.photos[gone][0]  # `pictures` has it too, and names no owner
    single = few.unowned[0]
    assert found(small, keys.PHOTO, shared) == 2
    small.again(
        left_out=LeftOut(frozenset({gone}), frozenset({"ALIAS-3"}), frozenset({str(single)})),
        now=NOW + timedelta(days=1),
    )
    assert not found(small, keys.NSID, gone)
    assert not found(small, keys.PHOTO, shared)
    assert not found(small, keys.ALIAS, alias)
    assert not found(small, keys.PHOTO, single)
    assert not found(small, keys.PHOTO, few.aliased[alias][0])
    assert found(small, keys.NSID, nsid(4)) == len(few.photos[nsid(4)]) + min(2, len(few.photos[nsid(4)]))
    assert small.open(fresh=True).told.left_out == 3


def test_a_person_is_left_out_by_both_names_whichever_was_given(small: Hosted) -> None:
    """One record names the account by NSID and by alias, others by one of them."""
    indexes, gone = small.indexes[0].folder.parent, nsid(3)
    rows = "ImageID,Subset,OriginalURL,OriginalLandingURL,License,AuthorProfileURL\n" + (
        "0006400c1c224e19,train,https://farm7.staticflickr.com/6034/4711_1f59acb40a_o.jpg,"
        f"https://www.flickr.com/photos/alias-3/4711,,https://www.flickr.com/people/{gone}/\n"
    )
    add(indexes, "linked", "open-images-csv", rows)
    assert {(hit.nsid, hit.alias) for hit in Index.open(indexes / "linked").by_photo({"4711"})} == {
        (gone, "alias-3")
    }
    small.again()
    assert found(small, keys.NSID, gone)
    assert found(small, keys.ALIAS, "alias-3") > 1
    for left_out in (LeftOut(nsids=frozenset({gone})), LeftOut(aliases=frozenset({"alias-3"}))):
        small.again(left_out=left_out, now=NOW + timedelta(days=1))
        assert not found(small, keys.NSID, gone)
        assert not found(small, keys.ALIAS, "alias-3")


def test_whoever_is_left_out_and_is_in_nothing_is_named(small: Hosted, few: Data) -> None:
    stranger, photo = nsid(77_777), "4712"
    published = small.again(
        left_out=LeftOut(frozenset({nsid(3), stranger}), frozenset({"alias-3", "nobody"}), frozenset({photo}))
    )
    assert published.unmet == (stranger, "nobody", photo)
    assert published.described.left_out == 5


def test_a_folder_is_written_to_by_one_at_a_time(small: Hosted) -> None:
    before = contents(small.folder)
    with (
        folder_lock(small.folder, "a look-up is written to it"),
        pytest.raises(RefusedError, match="another process"),
    ):
        small.again(now=NOW + timedelta(days=1))
    assert contents(small.folder) == before
    small.again(now=NOW + timedelta(days=1))


def test_where_two_indexes_name_different_owners_none_is_borrowed(small: Hosted, few: Data) -> None:
    photo = few.photos[nsid(3)][0]
    add(
        small.indexes[0].folder.parent,
        "disputed",
        "flickr-url-list",
        f"https://www.flickr.com/photos/{nsid(4)}/{photo}/",
    )
    small.again(now=NOW + timedelta(days=1))
    names = {hosted.number: hosted.manifest.dataset for hosted in small.open().hosted}
    found_by = {
        names[item.entry.dataset]
        for item in small.open().by_prefix(keys.NSID, nsid(3))
        if item.entry.photo_id == photo
    }
    assert found_by == {"owners"}


def test_a_full_disk_leaves_the_old_look_up(
    small: Hosted, few: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = small.web.files
    add(small.indexes[0].folder.parent, "more", "photo-id-list", str(few.unowned[0]))

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(StorageError):
            small.again(now=NOW + timedelta(days=1))
    now = contents(small.folder)
    assert {path: now[path] for path in before} == before
    assert not [path for path in now if path.startswith(".lookup-")]


@pytest.mark.parametrize("act", ["replaced", "removed"])
def test_an_index_that_is_replaced_while_it_is_published(
    small: Hosted, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """Nothing is made of half of the one and half of the other; the look-up that was there stays."""
    before, indexes = small.web.files, small.indexes[0].folder.parent
    count = Staging.counts

    def counts(staged: Staging) -> dict[int, Counts]:
        told = count(staged)
        if act == "replaced":
            add(indexes, "owners", "flickr-url-list", "https://www.flickr.com/photos/99@N00/4711/")
        else:
            remove(indexes, "owners")
        return told

    monkeypatch.setattr(Staging, "counts", counts)
    with pytest.raises(StorageError, match="index of owners was replaced or removed"):
        small.again(now=NOW + timedelta(days=1))
    assert before.items() <= contents(small.folder).items()


@pytest.mark.parametrize(
    ("where", "error"),
    [
        ((duck, "batches"), duckdb.IOException("IO Error: Could not write file: No space left on device")),
        ((sorting, "spread"), OSError(errno.ENOSPC, "No space left on device")),
    ],
    ids=["by the database", "by the sort"],
)
def test_a_disk_that_fills_up_while_records_are_sorted_is_named(
    small: Hosted, monkeypatch: pytest.MonkeyPatch, where: tuple[Any, str], error: Exception
) -> None:
    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr(*where, full)
    monkeypatch.setattr(staging, "in_order", partial(sorting.in_order, rows=10))
    with pytest.raises(StorageError, match=f"{small.folder}: No space left") as told:
        small.again(now=NOW + timedelta(days=1))
    assert "Free some space" in (told.value.hint or "")


def test_an_index_file_that_cannot_be_read_to_its_end_is_named(
    small: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found out while its records come: what has been read by then is not published."""

    class Reader:
        def read_next_batch(self) -> None:
            raise OSError("IO Error: Could not read enough bytes from file")

    def batches(_relation: object, rows: int) -> Iterator[Any]:
        relation = SimpleNamespace(to_arrow_reader=lambda _rows: Reader())
        return duck_batches(relation, rows)  # type: ignore[arg-type]

    duck_batches, before = duck.batches, small.web.files
    monkeypatch.setattr(duck, "batches", batches)
    with pytest.raises(StorageError, match="cannot be read or written: IO Error: Could not read enough"):
        small.again(now=NOW + timedelta(days=1))
    assert before.items() <= contents(small.folder).items()


def test_what_a_killed_publishing_left_behind_is_cleared_up(small: Hosted) -> None:
    left, young = small.folder / ".lookup-killed", small.folder / ".lookup-at-work"
    for folder in (left, young):
        folder.mkdir()
        (folder / "nsid.parquet").write_text("keys in clear")
    os.utime(left, (0, 0))
    small.again(now=NOW + timedelta(days=1))
    assert (left.exists(), young.exists()) == (False, True)


def test_a_folder_with_another_lookup_json_is_refused(small: Hosted, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "lookup.json").write_text('{"of": "somebody else"}')
    with pytest.raises(RefusedError):
        publish(small.indexes, tmp_path / "other", now=NOW)


@pytest.mark.parametrize("name", ["index.html", "lookup.js"])
def test_a_page_of_somebody_elses_is_not_replaced(small: Hosted, tmp_path: Path, name: str) -> None:
    theirs = tmp_path / "site" / name
    theirs.parent.mkdir()
    theirs.write_text("<!doctype html><p>My shop")
    with pytest.raises(RefusedError, match="the look-up would replace it"):
        publish(small.indexes, theirs.parent, now=NOW)
    assert theirs.read_text() == "<!doctype html><p>My shop"


def test_a_publishing_that_was_killed_before_its_last_file_is_done_again(small: Hosted) -> None:
    (small.folder / "lookup.json").unlink()
    small.again(now=NOW + timedelta(days=1))
    assert found(small, keys.ALIAS, "alias-3")


def test_without_an_index_there_is_nothing_to_publish(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        publish((), tmp_path / "public", now=NOW)


@pytest.mark.parametrize(
    ("sizes", "limit", "expected"),
    [
        ([900, 1000], None, 1024),
        ([900, 1021], None, 2048),
        ([10_000] * 99 + [900_000], publishing.MOST_PAGE, 10 * 1024),
        ([200_000] * 10, publishing.MOST_PAGE, publishing.MOST_PAGE),
        ([10_000] * 99 + [900_000], None, 879 * 1024),
    ],
)
def test_a_page_holds_nearly_every_bucket(sizes: list[int], limit: int | None, expected: int) -> None:
    assert page_size(sizes, limit) == expected


def test_a_list_of_whom_to_leave_out_takes_links_ids_and_names(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text(
        f"{nsid(3)}\nhttps://www.flickr.com/people/Ann-Example/\nhttps://www.flickr.com/photos/bob/4711/\nCid\n"
    )
    assert left_out_in(path) == LeftOut(
        frozenset({nsid(3)}), frozenset({"ann-example", "cid"}), frozenset({"4711"})
    )
    path.write_text("https://example.org/\n")
    with pytest.raises(UsageError, match=r"line 1 of out\.txt names no person or photo"):
        left_out_in(path)
