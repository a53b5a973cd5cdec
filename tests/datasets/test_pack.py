"""Packs: an index goes to somebody else and comes out the same; nothing else gets in."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from auditor.datasets.index import manifest
from auditor.datasets.index.lookup import Group, Index
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.index.verify import problems
from auditor.datasets.match_keys import MatchKey
from auditor.datasets.provenance import Provenance
from auditor.datasets.sharing import pack
from auditor.errors import RefusedError, StorageError, UsageError, WrongFileError
from tests.datasets.conftest import Build
from tests.datasets.same_photos import FILES, PHOTOS

Members = dict[str, bytes]


@pytest.fixture
def packed(add: Build, indexes: Path, tmp_path: Path) -> Path:
    """A pack of an index with every kind of key but the hash."""
    add("open-images-csv", FILES["open-images-csv"])
    return pack.export(indexes, "example", tmp_path / "example.zip").path


def told(described: Manifest) -> Manifest:
    """What a manifest says of the records, not of how they came."""
    return replace(
        described,
        files=(),
        provenance=Provenance.PACK,
        origin="",
        obtained_at=None,
        certain=False,
    )


def found(index: Index, key: MatchKey, values: list[str]) -> list[Group]:
    """What a key leads to; the order of groups means nothing."""
    return sorted(index.groups(key, values), key=str)


@pytest.mark.parametrize("format_", sorted(FILES))
def test_an_index_survives_the_way_through_a_pack(
    add: Build, indexes: Path, tmp_path: Path, format_: str
) -> None:
    built = add(format_, FILES[format_])
    packed = pack.export(indexes, "example", tmp_path / "example.zip")
    other = tmp_path / "other" / "indexes"
    imported = pack.import_pack(packed.path, other)
    assert told(imported) == told(built)
    assert imported.provenance == "pack"
    assert imported.origin == "example.zip"
    assert imported.obtained_at is not None
    assert problems(other / "example") == []
    here, there = Index.open(indexes / "example"), Index.open(other / "example")
    ids, nsids = [str(photo) for photo, _, _ in PHOTOS], [nsid for _, nsid, _ in PHOTOS]
    assert there.by_photo(ids) == here.by_photo(ids) != []
    assert found(there, MatchKey.OWNER, nsids) == found(here, MatchKey.OWNER, nsids)
    md5s = [hashlib.md5(str(photo).encode()).hexdigest() for photo, _, _ in PHOTOS]
    assert found(there, MatchKey.CONTENT_MD5, md5s) == found(here, MatchKey.CONTENT_MD5, md5s)
    assert there.by_hash(md5s) == here.by_hash(md5s)


def test_the_same_index_gives_the_same_pack(packed: Path, indexes: Path, tmp_path: Path) -> None:
    again = pack.export(indexes, "example", tmp_path / "again.zip")
    assert again.path.read_bytes() == packed.read_bytes()
    assert again.sha256 == hashlib.sha256(packed.read_bytes()).hexdigest()


ORIGINALS = {
    **{name: FILES[name] for name in ("open-images-csv", "adience", "yfcc-tsv")},
    "v3det": json.dumps(
        {f"n01/21_{n}_{photo}_{secret}_o.jpg": "" for n, (photo, _, secret) in enumerate(PHOTOS)}
    ).encode(),
}
"""Files that link to originals, one also in what it calls its rows."""


@pytest.mark.parametrize("format_", sorted(ORIGINALS))
def test_no_original_secret_gets_into_an_index_or_a_pack(
    add: Build, indexes: Path, tmp_path: Path, format_: str
) -> None:
    add(format_, ORIGINALS[format_])
    packed = pack.export(indexes, "example", tmp_path / "example.zip").path
    with zipfile.ZipFile(packed) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".parquet"))
        with archive.open(name) as file:
            rows = pq.read_table(file).to_pylist()
    values = {str(value) for row in rows for value in row.values()}
    assert all(row["original"] for row in rows)
    for _, _, secret in PHOTOS:
        assert not any(text in value for value in values for text in (secret, f"{secret[:-1]}f"))


def test_importing_replaces_an_index_that_was_built_here_only_if_asked_to(
    packed: Path, add: Build, index: Callable[[], Index], indexes: Path
) -> None:
    """A pack of one record once took the place of the user's own index without a word."""
    before = add("coco-json", FILES["coco-json"])
    with pytest.raises(RefusedError, match=r"your own list\) has 7 records .* the pack has 7 records"):
        pack.import_pack(packed, indexes)
    assert index().manifest == before
    pack.import_pack(packed, indexes, replace=True)
    assert index().manifest.match_keys == ("photo_id", "owner", "content_md5")


def test_a_pack_replaces_another_unless_it_has_far_less(
    packed: Path, add: Build, indexes: Path, tmp_path: Path
) -> None:
    add("open-images-csv", b"\n".join(FILES["open-images-csv"].split(b"\n")[:3]))
    small = pack.export(indexes, "example", tmp_path / "small.zip").path
    other = tmp_path / "other"
    pack.import_pack(packed, other)
    pack.import_pack(packed, other)
    with pytest.raises(RefusedError, match="has 7 records of 7 photos, and the new one would have 2 records"):
        pack.import_pack(small, other)
    assert pack.import_pack(small, other, replace=True).records == 2


def test_a_pack_tells_nobody_where_its_maker_got_it(add: Build, indexes: Path, tmp_path: Path) -> None:
    add("coco-json", FILES["coco-json"])
    packed = pack.export(indexes, "example", tmp_path / "example.zip")
    described = json.loads(opened(packed.path)[manifest.NAME])
    assert (described["from"], described["obtained_at"]) == ("", None)


def test_a_damaged_index_is_not_passed_on(add: Build, indexes: Path, tmp_path: Path) -> None:
    built = add("coco-json", FILES["coco-json"])
    file = indexes / "example" / built.files[0].name
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(StorageError, match="damaged"):
        pack.export(indexes, "example", tmp_path / "example.zip")
    assert not (tmp_path / "example.zip").exists()


def test_export_asks_for_a_place_and_an_index(packed: Path, indexes: Path, tmp_path: Path) -> None:
    for name, target in (
        ("example", tmp_path),
        ("example", tmp_path / "no" / "x.zip"),
        ("none", tmp_path / "x.zip"),
    ):
        with pytest.raises(UsageError):
            pack.export(indexes, name, target)


def test_a_pack_of_another_dataset_is_refused(packed: Path, indexes: Path) -> None:
    with pytest.raises(RefusedError, match="it is of example, not of ffhq"):
        pack.import_pack(packed, indexes, expected="ffhq")


@pytest.mark.parametrize("content", [b"", b"<!doctype html>", b"RIFFxxxx", FILES["coco-json"]])
def test_a_file_that_is_no_pack_is_told_apart_from_a_tampered_one(
    indexes: Path, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "file.zip"
    path.write_bytes(content)
    with pytest.raises(WrongFileError, match="not a pack"):
        pack.import_pack(path, indexes)


# -- tampering -----------------------------------------------------------------------------------------------


def opened(path: Path) -> Members:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def closed(path: Path, members: Members, *, compression: int = zipfile.ZIP_STORED, sums: bool = True) -> None:
    """Write the members as a pack; with `sums`, as a forger would, who mends the checksums."""
    if sums and manifest.NAME in members:
        lines = [f"{hashlib.sha256(members[manifest.NAME]).hexdigest()}  {manifest.NAME}\n"]
        lines += [
            f"{hashlib.sha256(content).hexdigest()}  {name}\n"
            for name, content in members.items()
            if name.endswith(".parquet")
        ]
        members = {**members, pack.SUMS: "".join(lines).encode()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def data_of(members: Members) -> str:
    return next(name for name in members if name.endswith(".parquet"))


def with_manifest(members: Members, **changes: Any) -> Members:
    told = json.loads(members[manifest.NAME])
    return {**members, manifest.NAME: json.dumps({**told, **changes}).encode()}


def with_data(members: Members, content: bytes, rows: int | None = None) -> Members:
    """The members with another data file, which the manifest describes rightly."""
    name = data_of(members)
    told = json.loads(members[manifest.NAME])
    (file,) = told["files"]
    file |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    if rows is not None:
        told["records"] = file["rows"] = rows
    return {**members, manifest.NAME: json.dumps(told).encode(), name: content}


def parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return bytes(sink.getvalue())


def with_column(members: Members, name: str, value: Any) -> Members:
    """The members with one value of a column changed."""
    table = pq.read_table(pa.BufferReader(members[data_of(members)]))
    column = table[name].to_pylist()
    column[0] = value
    place = table.schema.get_field_index(name)
    changed = table.set_column(
        place,
        pa.field(name, table.schema.field(place).type),
        pa.array(column, table.schema.field(place).type),
    )
    return with_data(members, parquet(changed))


def without_column(members: Members) -> Members:
    table = pq.read_table(pa.BufferReader(members[data_of(members)]))
    return with_data(members, parquet(table.drop_columns(["license_id"])))


def other_type(members: Members) -> Members:
    table = pq.read_table(pa.BufferReader(members[data_of(members)]))
    place = table.schema.get_field_index("photo_id")
    return with_data(
        members, parquet(table.set_column(place, "photo_id", pc.cast(table["photo_id"], pa.string())))
    )


def shorter(members: Members) -> Members:
    table = pq.read_table(pa.BufferReader(members[data_of(members)]))
    return with_data(members, parquet(table.slice(1)))


def row_bomb(members: Members) -> Members:
    """A few kilobytes that unpack to ten million records."""
    rows = 10_000_000
    table = pq.read_table(pa.BufferReader(members[data_of(members)]))
    columns = {name: pa.repeat(table[name][0], rows) for name in table.column_names}
    return with_data(members, parquet(pa.table(columns, schema=table.schema)), rows)


def text_bomb(members: Members) -> Members:
    """A few kilobytes that unpack to megabytes of one text."""
    rows = 20_000
    table = pq.read_table(pa.BufferReader(members[data_of(members)]))
    columns = {name: pa.repeat(table[name][0], rows) for name in table.column_names}
    columns["record"] = pa.repeat(pa.scalar("x" * 300), rows)
    return with_data(members, parquet(pa.table(columns, schema=table.schema)), rows)


def flipped(members: Members) -> Members:
    """One bit of the data, with every checksum as it was."""
    name = data_of(members)
    content = bytearray(members[name])
    content[len(content) // 2] ^= 1
    return {**members, name: bytes(content)}


def renamed(members: Members, new: str) -> Members:
    name = data_of(members)
    told = json.loads(members[manifest.NAME])
    told["files"][0]["name"] = new
    others = {key: value for key, value in members.items() if key != name}
    return {**others, manifest.NAME: json.dumps(told).encode(), new: members[name]}


def with_length(members: Members, more: int) -> Members:
    (file,) = json.loads(members[manifest.NAME])["files"]
    return with_manifest(members, files=[{**file, "bytes": file["bytes"] + more}])


TAMPERED: dict[str, Callable[[Members], Members]] = {
    "a bit flipped": flipped,
    "a member more": lambda members: {**members, "readme.txt": b"hello"},
    "a member outside": lambda members: {**members, "../../evil": b"x"},
    "no manifest": lambda members: {name: members[name] for name in members if name != manifest.NAME},
    "no data": lambda members: {name: members[name] for name in members if not name.endswith(".parquet")},
    "manifest no JSON": lambda members: {**members, manifest.NAME: b"{"},
    "manifest deep": lambda members: {**members, manifest.NAME: b"[" * 100_000},
    "manifest huge": lambda members: {**members, manifest.NAME: b" " * (pack.MAX_MANIFEST_BYTES + 1)},
    "dataset a path": lambda members: with_manifest(members, dataset="../evil"),
    "newer schema": lambda members: with_manifest(members, schema_version=2),
    "more photos": lambda members: with_manifest(members, photos=8),
    "more owners": lambda members: with_manifest(members, owners=8),
    "other keys": lambda members: with_manifest(members, match_keys=["photo_id"]),
    "rows not accounted for": lambda members: with_manifest(members, rows=8),
    "rows negative": lambda members: with_manifest(members, rows=-1, indexed=-1),
    "escape sequence in a name": lambda members: with_manifest(
        members, sources=[{"name": "\x1b[2Jfile", "bytes": 1, "sha256": "0" * 64}]
    ),
    "records elsewhere": lambda members: with_manifest(members, store="s3://bucket/example"),
    "data of another length": lambda members: with_length(members, 1),
    "no sources": lambda members: with_manifest(members, sources=[]),
    "data file a path": lambda members: renamed(members, "../photo_id-0000000000000000.parquet"),
    "data of another order": lambda members: renamed(members, "owner-0000000000000000.parquet"),
    "not Parquet": lambda members: with_data(members, b"not Parquet"),
    "Parquet cut short": lambda members: with_data(members, members[data_of(members)][:-9]),
    "fewer records": shorter,
    "more records than bytes": row_bomb,
    "more text than bytes": text_bomb,
    "a column missing": without_column,
    "a column of text": other_type,
    "photo id negative": lambda members: with_column(members, "photo_id", -1),
    "no NSID": lambda members: with_column(members, "nsid", 7),
    "alias in capitals": lambda members: with_column(members, "alias", "ALIAS"),
    "MD5 with a control character": lambda members: with_column(members, "content_md5", "\x1b" + "0" * 31),
    "place too long": lambda members: with_column(members, "record", "x" * 301),
    "source beyond": lambda members: with_column(members, "source", 1),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_tampered_pack_is_refused_and_the_old_index_stays(
    packed: Path, add: Build, index: Callable[[], Index], indexes: Path, tmp_path: Path, how: str
) -> None:
    closed(tmp_path / "tampered.zip", TAMPERED[how](opened(packed)), sums=how != "a bit flipped")
    before = add("coco-json", FILES["coco-json"])
    with pytest.raises(RefusedError) as raised:
        pack.import_pack(tmp_path / "tampered.zip", indexes)
    assert raised.value.exit_code == 6
    assert "\x1b" not in raised.value.message
    assert index().manifest == before
    assert problems(indexes / "example") == []
    assert not any(path.name.startswith("evil") for path in tmp_path.rglob("*"))


@pytest.mark.parametrize(("bomb", "told"), [(row_bomb, "10,000,000 records"), (text_bomb, "characters")])
def test_what_a_pack_would_unpack_to_is_said_before_it_is_unpacked(
    packed: Path, indexes: Path, tmp_path: Path, bomb: Callable[[Members], Members], told: str
) -> None:
    """A pack of 260 kB once took 2.3 GiB in an audit."""
    closed(tmp_path / "bomb.zip", bomb(opened(packed)))
    with pytest.raises(RefusedError, match=f"it unpacks to .*{told}"):
        pack.import_pack(tmp_path / "bomb.zip", indexes, replace=True)


def test_a_pack_that_was_only_written_anew_is_taken(packed: Path, indexes: Path, tmp_path: Path) -> None:
    """So the packs above were refused for what was tampered with."""
    closed(tmp_path / "rewritten.zip", with_manifest(opened(packed)))
    assert pack.import_pack(tmp_path / "rewritten.zip", indexes, replace=True).dataset == "example"


@pytest.mark.parametrize("part", ["manifest.json", "SHA256SUMS", ".parquet"])
def test_checksums_hold_for_every_member(packed: Path, indexes: Path, tmp_path: Path, part: str) -> None:
    members = opened(packed)
    name = next(name for name in members if name.endswith(part))
    members[name] = members[name].replace(b"2", b"3", 1)
    closed(tmp_path / "tampered.zip", members, sums=False)
    with pytest.raises(RefusedError):
        pack.import_pack(tmp_path / "tampered.zip", indexes)


def test_a_pack_that_unpacks_to_more_is_refused(packed: Path, indexes: Path, tmp_path: Path) -> None:
    closed(tmp_path / "bomb.zip", opened(packed), compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(RefusedError, match="compressed"):
        pack.import_pack(tmp_path / "bomb.zip", indexes)


def test_a_part_that_unpacks_to_far_more_is_refused(
    packed: Path, indexes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack, "MAX_GROUP_BYTES", 10)
    with pytest.raises(RefusedError, match="it unpacks to far more than an index has"):
        pack.import_pack(packed, indexes)


def test_a_member_twice_is_refused(packed: Path, indexes: Path) -> None:
    with zipfile.ZipFile(packed, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(manifest.NAME, b"{}")
    with pytest.raises(RefusedError, match="same name"):
        pack.import_pack(packed, indexes)


def test_no_byte_can_be_changed_or_lost_unnoticed(packed: Path, tmp_path: Path) -> None:
    """Whatever is flipped or cut: refused, or, where the byte means nothing, the very same index."""
    content = packed.read_bytes()
    path = tmp_path / "changed.zip"
    right = manifest.parse(json.loads(opened(packed)[manifest.NAME]))
    for place in range(0, len(content), max(1, len(content) // 60)):
        for changed in (
            content[:place],
            content[:place] + bytes([content[place] ^ 0x41]) + content[place + 1 :],
        ):
            path.write_bytes(changed)
            try:
                imported = pack.import_pack(path, tmp_path / "others")
            except (RefusedError, WrongFileError):
                continue
            assert told(imported) == told(right)
