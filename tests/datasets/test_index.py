"""Building, replacing, appending, looking up and verifying indexes; and what is left when a build dies."""

import json
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.datasets import readers
from auditor.datasets.index import local, lookup, manifest, records
from auditor.datasets.index.build import build, restore
from auditor.datasets.index.data_files import constants
from auditor.datasets.index.folder import remove
from auditor.datasets.index.local import names
from auditor.datasets.index.lookup import Group, Index
from auditor.datasets.index.manifest import DataFile
from auditor.datasets.index.verify import _content_problems, problems
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.sharing.pack import export, import_pack
from auditor.errors import RefusedError, StorageError, UsageError, WrongFileError
from tests.datasets import same_photos
from tests.datasets.conftest import Build

ROWS = same_photos.diveface().splitlines(keepends=True)
IDS = [str(photo) for photo, _, _ in same_photos.PHOTOS]


def test_the_manifest_says_what_the_contract_says(add: Build, indexes: Path, tmp_path: Path) -> None:
    add("diveface", b"".join([*ROWS, b"?\n", b"\n"]))
    data = json.loads((indexes / "example" / "manifest.json").read_text())
    assert data["sources"] == [
        {"name": "file0", "bytes": (tmp_path / "file0").stat().st_size, "sha256": sha256(tmp_path / "file0")}
    ]
    assert {
        key: data[key]
        for key in ("schema_version", "dataset", "rows", "indexed", "records", "photos", "owners")
    } == {
        "schema_version": 1,
        "dataset": "example",
        "rows": 9,
        "indexed": 7,
        "records": 7,
        "photos": 7,
        "owners": 3,
    }
    assert data["skipped"] == {"empty line": 1, "no path of a Flickr photo": 1}
    assert data["match_keys"] == ["photo_id", "owner"]
    assert data["built_at"].endswith("+00:00")


def sha256(path: Path) -> str:
    return subprocess.run(
        ["sha256sum", str(path)], capture_output=True, text=True, check=True
    ).stdout.split()[0]


def test_only_the_owner_can_read_an_index(add: Build, indexes: Path) -> None:
    add("diveface", same_photos.diveface())
    for path in [indexes, *indexes.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_second_build_replaces_the_first(add: Build, indexes: Path, index: Callable[[], Index]) -> None:
    add("diveface", b"".join(ROWS[:4]))
    add("diveface", b"".join(ROWS[4:]))
    assert [hit.photo_id for hit in index().by_photo(IDS)] == IDS[4:]
    files = {path.name for path in (indexes / "example").iterdir()}
    assert files == {"manifest.json", *(file.name for file in index().manifest.files)}


def test_append_adds_to_what_is_there(add: Build, tmp_path: Path, index: Callable[[], Index]) -> None:
    (tmp_path / "more").write_bytes(b"".join([*ROWS[4:], b"?\n"]))
    add("diveface", b"".join([*ROWS[:4], ROWS[0], b"?\n"]))
    manifest_ = add("diveface", tmp_path / "more", append=True)
    assert (manifest_.rows, manifest_.indexed, manifest_.records, manifest_.photos) == (10, 8, 8, 7)
    assert sum(manifest_.skipped.values()) == 2
    assert [(hit.photo_id, hit.source, hit.record) for hit in index().by_photo(IDS)] == [
        *((photo, "file0", f"line {number}") for number, photo in enumerate([*IDS[:4], IDS[0]], 1)),
        *((photo, "more", f"line {number}") for number, photo in enumerate(IDS[4:], 1)),
    ]


def test_append_to_nothing_builds(add: Build) -> None:
    assert add("diveface", same_photos.diveface(), append=True).records == 7


@pytest.mark.parametrize("append", [True, False])
def test_the_same_file_twice_is_refused(add: Build, index: Callable[[], Index], append: bool) -> None:
    add("diveface", same_photos.diveface())
    with pytest.raises(RefusedError, match="same content"):
        add("diveface", *([same_photos.diveface()] * (1 if append else 2)), append=append)
    assert index().manifest.records == 7


def test_a_failed_build_leaves_the_old_index_and_no_litter(
    add: Build, indexes: Path, index: Callable[[], Index]
) -> None:
    add("diveface", same_photos.diveface())
    before = sorted((indexes / "example").iterdir())
    with pytest.raises(WrongFileError):
        add("diveface", b"".join(ROWS[:2]), b"<html>")
    assert sorted((indexes / "example").iterdir()) == before
    assert len(index().by_photo(IDS)) == 7


def test_a_failed_first_build_leaves_no_index(add: Build, indexes: Path) -> None:
    with pytest.raises(WrongFileError):
        add("diveface", b"<html>")
    assert names(indexes) == ()


def test_two_processes_cannot_build_the_same_index(
    add: Build, indexes: Path, index: Callable[[], Index]
) -> None:
    add("diveface", same_photos.diveface())
    code = f"""
        import sys
        from pathlib import Path
        from auditor.lock import index_lock
        with index_lock(Path({str(indexes)!r}), "example"):
            print("held", flush=True)
            sys.stdin.read()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for change in (lambda: add("diveface", b"".join(ROWS[:2])), lambda: remove(indexes, "example")):
            with pytest.raises(RefusedError, match="another process"):
                change()
        assert len(index().by_photo(IDS)) == 7
        holder.communicate()
    add("diveface", b"".join(ROWS[:2]))
    assert len(index().by_photo(IDS)) == 2


def test_an_index_that_another_process_removes_meanwhile_costs_the_others_nothing(
    add: Build, indexes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("diveface", b"".join(ROWS), name="stays")
    monkeypatch.setattr(local, "names", lambda _: ("goes", "stays"))
    found = local.open_indexes(indexes)
    assert [index.name for index in found.readable] == ["stays"]
    assert found.damaged == {"goes": "there is no index of goes"}


KILLED_AT = {
    "reading": ("Staging._read_file", 1),
    "sorting": ("data_files.write", 1),
    "data files written": ("data_files.DataFile", 1),
    "before the data files are moved": ("manifest.Manifest.write", 1),
    "before the commit": ("manifest.Manifest.write", 2),
    "after the commit": ("folder._sweep", 2),
}


@pytest.mark.parametrize(("place", "call"), KILLED_AT.values(), ids=KILLED_AT)
def test_kill_9_at_any_moment_leaves_a_whole_index(
    add: Build, indexes: Path, index: Callable[[], Index], tmp_path: Path, place: str, call: int
) -> None:
    add("diveface", b"".join(ROWS[:4]))
    (indexes / "example" / "mine.txt").write_text("put there by the user")
    (tmp_path / "new").write_bytes(b"".join(ROWS))
    code = f"""
        import os, signal
        from pathlib import Path
        from auditor.datasets import readers
        from auditor.datasets.index import build as module
        owner, _, name = ("module." + {place!r}).rpartition(".")
        owner = eval(owner)
        real, calls = getattr(owner, name), []
        def dying(*arguments, **named):
            calls.append(1)
            if len(calls) == {call}:
                if name == "_read_file":
                    real(*arguments, **named)
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)
        setattr(owner, name, dying)
        new = Path({str(tmp_path / "new")!r})
        module.build(Path({str(indexes)!r}), "example", [new], formats=readers.select(["diveface"]))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False)
    assert done.returncode == -signal.SIGKILL
    expected = IDS if place == "folder._sweep" else IDS[:4]
    assert [hit.photo_id for hit in index().by_photo(IDS)] == expected
    assert problems(indexes / "example") == []

    add("diveface", b"".join(ROWS))
    files = {path.name for path in (indexes / "example").iterdir()}
    assert files == {"manifest.json", "mine.txt", *(file.name for file in index().manifest.files)}


def test_a_full_disk_is_said_and_the_old_index_stays(
    indexes: Path, add: Build, index: Callable[[], Index]
) -> None:
    add("yfcc-tsv", same_photos.yfcc())
    big = indexes.parent / "big"
    big.write_bytes(
        b"".join(b"%d\t%032x\n" % (number * 7919 + 1, number * 2**90 // 3) for number in range(200_000))
    )
    code = f"""
        import resource, signal
        from pathlib import Path
        from auditor.datasets import readers
        from auditor.datasets.index.build import build
        from auditor.errors import StorageError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))  # every larger file fails to grow
        try:
            big = Path({str(big)!r})
            build(Path({str(indexes)!r}), "example", [big], formats=readers.select(["yfcc-hash"]))
        except StorageError as error:
            print(error.message)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], check=True, capture_output=True, text=True
    )
    assert "example" in done.stdout
    assert len(index().by_photo(IDS)) == 7
    assert {path.suffix for path in (indexes / "example").iterdir()} == {".json", ".parquet"}


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path, add: Build, indexes: Path) -> None:
    indexes.write_text("a file in the place of the folder")
    with pytest.raises(StorageError):
        add("diveface", same_photos.diveface())


def test_memory_stays_flat_as_files_grow(tmp_path: Path) -> None:
    path = tmp_path / "ffhq.json"
    face = (
        same_photos.ffhq()
        .split(b'"0":')[1]
        .split(b'"1":')[0]
        .replace(b"[\n    1,", b"[" + b"0.125," * 600 + b"1,")
    )
    with path.open("wb") as file:
        file.write(b"{")
        for number in range(32_000):
            file.write(b'"%d":' % number + face.replace(b"9000000001", b"%d" % (10**9 + number)))
        file.write(b'"last": {}}')
    assert path.stat().st_size > 100 << 20
    code = f"""
        import resource
        from pathlib import Path
        from auditor.datasets import readers
        from auditor.datasets.index.build import build
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        home = Path({str(tmp_path / "indexes")!r})
        made = build(home, "ffhq", [Path({str(path)!r})], formats=readers.select(["ffhq-json"]))
        print(made.photos, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], check=True, capture_output=True, text=True
    )
    photos, grown_kib = map(int, done.stdout.split())
    assert photos == 32_000
    assert grown_kib < 300 * 1024


def test_lookups_know_their_keys(add: Build, index: Callable[[], Index]) -> None:
    add("open-images-csv", same_photos.open_images().replace(b"/99000000@N07", b"/Some_Alias"))
    current = index()

    def found(key: MatchKey, *values: str) -> list[Group]:
        return list(current.groups(key, values))

    by_alias = found(MatchKey.OWNER, "some_ALIAS")
    assert {group.value for group in by_alias} == {IDS[0], IDS[3], IDS[6]}
    assert {(group.license_id, group.links_original) for group in by_alias} == {("4", True)}
    assert len(found(MatchKey.OWNER, "99000001@N07", "some_alias")) == 5
    assert current.by_photo([]) == current.by_hash(["f" * 32]) == []
    assert found(MatchKey.OWNER) == found(MatchKey.CONTENT_MD5, "x") == []
    assert current.by_photo(["abc", "-1", "0", "9" * 30, "1e9", ""]) == []
    assert found(MatchKey.OWNER, "Ann", "x@N07", "99000001@N08") == []


def test_many_ids_at_once(add: Build, index: Callable[[], Index]) -> None:
    add("diveface", same_photos.diveface())
    assert [
        hit.photo_id
        for hit in index().by_photo([str(number) for number in range(8_999_990_000, 9_000_010_000)])
    ] == IDS


@pytest.mark.parametrize("second", [None, b"/by/2.0/", b"/by-nc/2.0/"], ids=str)
def test_it_answers_the_same_however_it_reads(
    add: Build, index: Callable[[], Index], monkeypatch: pytest.MonkeyPatch, second: bytes | None
) -> None:
    photos = same_photos.open_images()
    add("open-images-csv", photos * 2)
    if second:
        photos = photos.replace(b"/99000000@N07", b"/some_alias").replace(b"/by/2.0/", second)
        add("open-images-csv", photos, append=True)
    opened = index()
    others = [str(number) for number in range(1, 100)]
    asked = [
        (MatchKey.PHOTO_ID, [*IDS, *others, *IDS]),
        (MatchKey.PHOTO_ID, others),
        (MatchKey.OWNER, ["99000001@N07", "some_alias", *(f"9900{number}@N07" for number in others)]),
        (MatchKey.CONTENT_MD5, [hit.content_md5 or "" for hit in opened.by_photo(IDS)]),
    ]

    def answers(index: Index) -> list[list[str]]:
        return [
            sorted(map(repr, index.groups(key, values, keys=keys)))
            for key, values in asked
            for keys in (True, False)
        ]

    usual = answers(opened)
    assert opened.manifest.constant
    of_before = replace(opened, manifest=replace(opened.manifest, constant={}))
    assert answers(of_before) == usual
    monkeypatch.setattr(lookup, "_WRITTEN_OUT", 0)
    assert answers(opened) == answers(of_before) == usual
    monkeypatch.setattr(lookup, "PORTION", 2)
    assert answers(opened) == usual
    assert usual[0]
    assert usual[4]
    assert not usual[2]


@pytest.mark.parametrize("records_", [1, 3])
def test_columns_that_are_the_same_in_all_records_are_kept(
    add: Build, indexes: Path, index: Callable[[], Index], records_: int
) -> None:
    add("diveface", b"".join(ROWS[:records_]))
    main, by_owner = (pq.read_table(indexes / "example" / file.name) for file in index().manifest.files)
    assert main.schema.names == records.SCHEMA.names
    assert main.schema.types == records.SCHEMA.types
    assert by_owner.schema.names == [
        name for name in records.SCHEMA.names if name not in ("url_hash", "content_md5")
    ]
    for table in (main, by_owner):
        assert sorted(table["row"].to_pylist()) == list(range(1, records_ + 1))
        assert set(table["source"].to_pylist()) == {0}
        assert set(table["license_id"].to_pylist()) == {None}
        assert None not in table["nsid"].to_pylist()
    add("photo-id-list", b"9900000009\n", append=True)
    assert len(index().by_photo([*IDS, "9900000009"])) == records_ + 1
    assert problems(indexes / "example") == []


def test_a_large_index_is_sorted_by_all_its_keys(
    add: Build, indexes: Path, index: Callable[[], Index]
) -> None:
    paths = (
        f"{10_000_000 + 7919 * n % 100_003}@N01_identity_1/{10**9 + 104_729 * n % 10**9}_0.jpg\n"
        for n in range(300_000)  # more than one row group
    )
    add("diveface", "".join(paths).encode())
    assert [file.rows for file in index().manifest.files] == [300_000, 300_000]
    assert problems(indexes / "example") == []


def test_statistics_of_a_file_made_elsewhere_prove_nothing(
    add: Build, indexes: Path, index: Callable[[], Index], tmp_path: Path
) -> None:
    add("photo-id-list", b"9900000001\n9900000002\n9900000003\n")
    described = index().manifest
    data = tmp_path / "data.parquet"
    pq.write_table(pq.read_table(indexes / "example" / described.files[0].name), data, use_dictionary=False)
    content = data.read_bytes()
    end = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    three, one = ((number).to_bytes(8, "little") for number in (3, 1))
    data.write_bytes(content[:end] + content[end:].replace(three, one))
    assert constants([data], ["row"]) == {"row": 1}
    restore(tmp_path / "restored", described, data, origin="a pack")
    opened = Index.open(tmp_path / "restored" / "example")
    found = opened.by_photo(["9900000001", "9900000002", "9900000003"])
    assert [hit.record for hit in found] == ["line 1", "line 2", "line 3"]


MEANING_SOMETHING = [
    "it's [a] home*",
    "ünï code",
    "photo_id=1",  # a column of every row, to a library that looks for Hive's folders
    "nsid=9900000107",
    "row=7/source=0/key=x",
    "~",
    "~root",
    "$HOME",
    "%41",
    "a?b{c,d}",
    "list.csv",
    "data.parquet",
    "s3:",
    "file:",
    "-x",
    "a;b--",
    "two  spaces ",
]
"""Names of folders in which some library sees more than a name."""


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("folder", MEANING_SOMETHING)
def test_a_path_means_nothing_but_itself(
    tmp_path: Path, folder: str, relative: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a home ``photo_id=1`` every record once had that photo id: false hits, and no true one."""
    monkeypatch.chdir(tmp_path)
    home = Path(folder) if relative else tmp_path / folder
    home.mkdir(parents=True)
    file = home / "owner=1.parquet.csv"
    file.write_bytes(same_photos.diveface())
    build(home / "indexes", "diveface", [file], formats=readers.select(["diveface"]))
    built = Index.open(home / "indexes" / "diveface")
    assert [hit.photo_id for hit in built.by_photo([*IDS, "1", "7"])] == IDS
    assert {group.value for group in built.groups(MatchKey.PHOTO_ID, [*IDS, "1", "7"])} == set(IDS)
    assert list(built.groups(MatchKey.OWNER, ["9900000107@N00", "99000001@N07"])) != []
    assert problems(home / "indexes" / "diveface") == []
    packed = export(home / "indexes", "diveface", home / "a=b.zip").path
    assert import_pack(packed, home / "others").photos == 7


def test_parquet_files_of_publishers_are_read_the_same_wherever_they_lie(tmp_path: Path) -> None:
    folder = tmp_path / "url=https%3A%2F%2Fwww.flickr.com%2Fphotos%2Fada%2F999"
    folder.mkdir()
    link = "https://www.flickr.com/photos/ada/12345/"
    pq.write_table(pa.table({"url": [link, "https://example.org"]}), folder / "part=1.parquet")
    build(tmp_path / "i", "mine", [folder / "part=1.parquet"], formats=readers.select(["generic"]))
    built = Index.open(tmp_path / "i" / "mine")
    assert (built.manifest.records, len(built.by_photo(["12345"]))) == (1, 1)
    assert built.by_photo(["999"]) == []


def test_verify_finds_what_was_changed(add: Build, indexes: Path, index: Callable[[], Index]) -> None:
    add("diveface", same_photos.diveface())
    folder = indexes / "example"
    assert problems(folder) == []
    main, owner = (folder / file.name for file in index().manifest.files)
    content = main.read_bytes()
    main.write_bytes(content[:100] + b"x" + content[101:])
    owner.unlink()
    assert [problem.split(" ", 1)[1] for problem in problems(folder)] == [
        "was changed: its size or SHA-256 is not that of the build",
        "is missing",
    ]


@pytest.mark.parametrize("lie", [{"license_id": 9}, {"license_id": None}, {"original": True}])
def test_verify_finds_what_the_manifest_says_and_the_records_do_not(
    add: Build, indexes: Path, lie: dict[str, object]
) -> None:
    """A pack's maker could write any licence into it, with checksums that are right."""
    add("ffhq-json", same_photos.ffhq())
    path = indexes / "example" / "manifest.json"
    data = json.loads(path.read_text())
    assert (data["constant"]["license_id"], data["constant"]["original"]) == (4, False)
    data["constant"].update(lie)
    path.write_text(json.dumps(data))
    told = problems(indexes / "example")
    assert len(told) == len(data["files"])
    assert all(f"has other values of {next(iter(lie))}" in problem for problem in told)


@pytest.mark.parametrize("damage", ["gone", "cut", "rubbish"])
def test_a_damaged_index_is_said_when_it_is_used(
    add: Build, indexes: Path, index: Callable[[], Index], damage: str
) -> None:
    add("diveface", same_photos.diveface())
    current = index()
    path = indexes / "example" / current.manifest.files[0].name
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-20] if damage == "cut" else b"rubbish" * 100)
    with pytest.raises(StorageError, match="example"):
        current.by_photo(IDS)


def test_an_index_replaced_while_it_is_used_is_said(add: Build, index: Callable[[], Index]) -> None:
    add("diveface", same_photos.diveface())
    opened = index()
    add("diveface", b"".join(ROWS[:2]))
    with pytest.raises(StorageError, match="replaced"):
        opened.by_photo(IDS)


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": 99},
        {"rows": 8},
        {"rows": "7"},
        {"records": -1},
        {"records": 6},
        {"files": []},
        {
            "files": [
                {"name": "../../etc/passwd", "key": "photo_id", "rows": 7, "bytes": 1, "sha256": "0" * 64}
            ]
        },
        {"sources": [{"name": "x", "bytes": 1, "sha256": "no"}]},
        {"skipped": {"x": True}},
        {"dataset": "../x"},
        {"built_at": "yesterday"},
        {"constant": {"nsid": 9900000107}},
        {"constant": {"license_id": "4, (SELECT 1)"}},
        {"constant": {"license_id": True}},
        {"constant": {"alias": "some_alias"}},
        {"constant": {"original": 1}},
        {"constant": {"record": "line 1"}},
        {"constant": {"source": 1}},
        {"constant": ["source"]},
    ],
)
def test_a_manifest_is_not_trusted(add: Build, indexes: Path, change: dict[str, object]) -> None:
    add("diveface", same_photos.diveface())
    path = indexes / "example" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(StorageError, match="damaged") as error:
        Index.open(indexes / "example")
    assert "datasets add example" in error.value.hint
    assert len(problems(indexes / "example")) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_manifest_that_is_no_manifest(add: Build, indexes: Path, content: bytes) -> None:
    add("diveface", same_photos.diveface())
    (indexes / "example" / "manifest.json").write_bytes(content)
    with pytest.raises(StorageError, match="damaged"):
        Index.open(indexes / "example")


def test_a_manifest_without_end_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "MOST_CHARACTERS", 1000)
    (tmp_path / manifest.NAME).write_text(" " * 1001)
    with pytest.raises(StorageError, match="far too long"):
        manifest.read(tmp_path)


def test_a_damaged_index_can_be_built_anew_and_removed(
    add: Build, indexes: Path, index: Callable[[], Index]
) -> None:
    add("diveface", same_photos.diveface())
    (indexes / "example" / "manifest.json").write_text("{")
    assert add("diveface", same_photos.diveface()).records == 7
    (indexes / "example" / "manifest.json").write_text("{")
    assert all(left.endswith(".parquet") for left in remove(indexes, "example"))
    assert names(indexes) == ()


def test_names_and_remove(add: Build, indexes: Path) -> None:
    assert names(indexes) == ()
    with pytest.raises(UsageError, match="no local index of example"):
        remove(indexes, "example")
    add("diveface", same_photos.diveface())
    add("coco-json", same_photos.coco(), name="other")
    assert names(indexes) == ("example", "other")
    assert remove(indexes, "example") == ()
    assert not (indexes / "example").exists()
    assert names(indexes) == ("other",)
    with pytest.raises(WrongFileError, match="no index of example"):
        Index.open(indexes / "example")


def test_a_publishers_file_in_the_folder_of_the_index_is_left_alone(
    add: Build, indexes: Path, index: Callable[[], Index]
) -> None:
    folder = indexes / "example"
    folder.mkdir(parents=True)
    given = folder / "photo_id-list.parquet.txt"
    given.write_bytes(same_photos.diveface())
    (folder / "pictures").mkdir()
    (folder / "pictures" / "1.jpg").write_bytes(b"picture")
    for _ in range(2):
        add("diveface", given)
    assert len(index().by_photo(IDS)) == 7
    assert remove(indexes, "example") == ("photo_id-list.parquet.txt", "pictures")
    assert given.read_bytes() == same_photos.diveface()
    assert (folder / "pictures" / "1.jpg").exists()


def test_nothing_behind_a_linked_index_folder_is_touched(
    add: Build, indexes: Path, tmp_path: Path, index: Callable[[], Index]
) -> None:
    """It may be the index of another home, or any folder at all."""
    add("diveface", same_photos.diveface())
    other = tmp_path / "other"
    (indexes / "example").rename(other)
    (other / "mine.txt").write_text("put there by the user")
    before = {path: path.read_bytes() for path in other.iterdir()}
    (indexes / "example").symlink_to(other)
    with pytest.raises(RefusedError, match="is a link"):
        add("diveface", b"".join(ROWS[:2]))
    assert len(index().by_photo(IDS)) == 7
    assert remove(indexes, "example") == ()
    assert not (indexes / "example").is_symlink()
    assert {path: path.read_bytes() for path in other.iterdir()} == before


def test_an_index_cannot_be_built_from_itself(add: Build, indexes: Path, index: Callable[[], Index]) -> None:
    add("diveface", same_photos.diveface())
    with pytest.raises(UsageError, match="part of the local index itself"):
        add("diveface", indexes / "example" / index().manifest.files[0].name)
    assert problems(indexes / "example") == []


_GOOD = st.integers(1, 2**63 - 1).map(lambda photo: f"99000000@N07_identity_1/{photo}_0.jpg")
_BAD = st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=20)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.booleans(), _GOOD, _BAD), max_size=30))
def test_every_row_is_either_indexed_or_skipped(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[bool, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    right = ["99000000@N07_identity_1/5_0.jpg"] * (
        len(rows) + 1
    )  # so that the file looks like one of the format
    texts = [*right, *(good if is_good else bad for is_good, good, bad in rows)]
    (folder / "file").write_text("\n".join(texts) + "\n", newline="", encoding="utf-8")
    made = build(folder / "indexes", "example", [folder / "file"], formats=readers.select(["diveface"]))
    good = [
        text
        for text in texts
        if readers.formats()["diveface"] and text.startswith("99000000@N07_identity_1/")
    ]
    assert made.rows == len(texts) == made.indexed + sum(made.skipped.values())
    assert made.records == made.indexed == len(good)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("ids", "rows", "says"),
    [
        (range(70_000), 70_000, []),
        (range(70_000), 70_001, ["photo_id-x.parquet holds 70000 records instead of 70001"]),
        ([*range(70_000), 3], 70_001, ["photo_id-x.parquet is not sorted by photo_id"]),
        ([2, 1, None], 3, ["photo_id-x.parquet is not sorted by photo_id"]),
    ],
    ids=["sorted", "fewer", "unsorted at the end", "unsorted"],
)
def test_an_index_from_elsewhere_is_looked_at_record_by_record(
    tmp_path: Path, ids: Sequence[int | None], rows: int, says: list[str]
) -> None:
    path = tmp_path / "photo_id-x.parquet"
    pq.write_table(pa.table({"photo_id": pa.array(ids, pa.int64())}), path)
    file = DataFile(path.name, "photo_id", rows, path.stat().st_size, "0" * 64)
    assert _content_problems(path, file) == says


def test_two_data_files_of_one_key_are_no_index(add: Build, indexes: Path) -> None:
    add("coco-json", same_photos.FILES["coco-json"])
    described = json.loads((indexes / "example" / manifest.NAME).read_text())
    files = described["files"]
    twice = {**files[-1], "name": "owner-0123456789abcdef.parquet", "key": "owner"}
    with pytest.raises(ValueError, match="two data files have the same key"):
        manifest.parse({**described, "files": [*files, twice, twice]})
