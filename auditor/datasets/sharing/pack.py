"""A built index as one file, so that people can share it: small, keys only, no pictures.

A pack is a zip without compression (its data is compressed already) of ``manifest.json``, the main data file
that the manifest names, and ``SHA256SUMS`` of both. The same index gives the same bytes. The other data files
are left out: whoever imports the pack sorts them anew, so that nothing has to be believed about them.

Importing trusts nothing: neither names nor sizes nor counts nor values. An index holds no original's secret,
only the note that the publisher's file has one; so a pack can't leak it either.
"""

import dataclasses
import hashlib
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from auditor.datasets import duck
from auditor.datasets.index import local, manifest
from auditor.datasets.index.build import restore
from auditor.datasets.index.manifest import DataFile, Manifest
from auditor.datasets.index.records import FIRST_COLUMNS, MAX_RECORD_CHARACTERS, SCHEMA
from auditor.datasets.index.short_texts import COLUMNS, whole_sql
from auditor.datasets.index.verify import problems
from auditor.datasets.parsing.packing import first_bytes
from auditor.datasets.parsing.sources import CHUNK_BYTES
from auditor.errors import RefusedError, StorageError, UsageError, WrongFileError
from auditor.files import digest, replacing, storage_errors
from auditor.lock import index_lock
from auditor.progress import SILENT, Progress
from auditor.text import count, plain

SUMS: Final = "SHA256SUMS"
MAX_MANIFEST_BYTES: Final = 4_000_000
LEAST_BYTES_A_ROW: Final = 1
"""Real indexes need more for a record: 1.3 bytes in a list of a hundred million ids in order. One that needs
none is made to exhaust its reader: 260 kB once became 2.3 GiB in an audit."""
FREE_ROWS: Final = 20_000
"""As many records any pack may hold, however well they pack."""
MAX_TEXT_A_BYTE: Final = 50
"""Characters of all texts together, for each byte; real ones have two or three."""
MAX_GROUP_BYTES: Final = 1 << 28
"""Of one row group, unpacked. DuckDB writes 122,880 records into one, some ten megabytes."""
CHECK_MEMORY: Final = "512MB"
"""What checking may take, whatever sizes the pack tells of itself."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # of every member: a pack depends on the index alone
_SMALL = (manifest.NAME, SUMS)
_FLAWS = (
    ValueError,
    LookupError,
    RecursionError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    pa.ArrowException,
)
"""What reading a pack raises that is not what it should be."""
_IMPLAUSIBLE = (
    "photo_id < 1 OR nsid NOT BETWEEN 1000000 AND 9999999999999"
    " OR length(alias) > 255 OR alias <> lower(alias)"
    " OR NOT regexp_full_match(url_hash, '[!-~]{1,64}') OR NOT regexp_full_match(content_md5, '[!-~]{1,64}')"
    f" OR license_id NOT BETWEEN 0 AND 9999 OR length({whole_sql('record')}) > {MAX_RECORD_CHARACTERS}"
    " OR original IS NULL OR row IS NULL OR row < 0 OR source IS NULL OR source < 0 OR source >= ?"
)


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack on disk."""

    path: Path
    bytes: int
    sha256: str
    manifest: Manifest


def export(indexes: Path, name: str, target: Path, *, mode: int = 0o600) -> Pack:
    """Write the index `name` to the file `target`, replacing it.

    Errors: `UsageError` when there is no such index or `target` is no place for a file, `StorageError` when
    the index is damaged or the disk full.
    """
    if target.is_dir() or not target.parent.is_dir():
        raise UsageError(f"cannot write to {target}", hint="Name a file in a folder that exists.")
    (name,) = local.present(indexes, [name])
    folder = indexes / name
    with index_lock(indexes, name):
        if found := problems(folder):
            raise StorageError(
                f"the index of {name} is damaged: {found[0]}",
                hint=f"flickr-auditor datasets add {name} FILE builds it anew.",
            )
        described = manifest.read(folder)
        if described.is_partitioned:
            raise RefusedError(
                f"the index of {name} is in parts, since it is too large for one file",
                hint="Share its folder instead; datasets publish --lookup makes a look-up of it.",
            )
        main = _main(described)
        # Where it is from may be a private address, and is the maker's claim at best to whoever imports it.
        described = dataclasses.replace(described, files=(main,), origin="", obtained_at=None)
        with storage_errors(target):
            _write(target, described, folder / main.name, mode)
            return Pack(target, target.stat().st_size, digest(target), described)


def import_pack(
    path: Path,
    indexes: Path,
    *,
    expected: str | None = None,
    origin: str | None = None,
    replace: bool = False,
    memory_limit: str = duck.MEMORY_LIMIT,
    progress: Progress = SILENT,
) -> Manifest:
    """Make the index in the pack `path` the local one; what was there stays until the new one is whole.

    `expected` is the dataset it must be of, `origin` where it was got: by default the file's name.

    Errors: `WrongFileError` for a file that is no pack at all, `RefusedError` for a pack that is damaged, was
    tampered with, is of another dataset, or, unless `replace`, would take the place of an index built here.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}", hint="Check the path.")
    with storage_errors(path):
        if not (first_bytes(path).startswith(b"PK") or zipfile.is_zipfile(path)):
            raise WrongFileError(
                f"{path.name} is not a pack: expected a file written by datasets export",
                hint="A publisher's own index file is added with: flickr-auditor datasets add NAME FILE",
            )
    with _flaws(path), storage_errors(path), zipfile.ZipFile(path) as archive:
        described = _described(archive)
        if expected is not None and described.dataset != expected:
            raise ValueError(f"it is of {described.dataset}, not of {expected}")
        with tempfile.TemporaryDirectory(prefix="flickr-auditor-") as work:
            records = Path(work, "records.parquet")
            _take(archive, _main(described), records)
            _check_records(records, described)
            progress.say(
                f"{plain(path.name, 80)} holds {count(described.records, 'record')} of"
                f" {count(described.photos, 'photo')} by {count(described.owners, 'owner')}"
            )
            return restore(
                indexes,
                described,
                records,
                origin=origin or plain(path.name, 80),
                replace=replace,
                memory_limit=memory_limit,
                progress=progress,
            )


def _main(described: Manifest) -> DataFile:
    """The data file with all records, which every manifest names."""
    return next(file for file in described.files if file.key == "photo_id")


def _sums(text: bytes, described: Manifest) -> bytes:
    """What ``sha256sum`` would write of the manifest's text and the main data file."""
    main = _main(described)
    return f"{hashlib.sha256(text).hexdigest()}  {manifest.NAME}\n{main.sha256}  {main.name}\n".encode()


# -- writing ------------------------------------------------------------------------------------------------


def _write(target: Path, described: Manifest, records: Path, mode: int) -> None:
    text = described.text().encode()
    with replacing(target, mode=mode) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(manifest.NAME, _EPOCH), text)
        archive.writestr(zipfile.ZipInfo(SUMS, _EPOCH), _sums(text, described))
        member = zipfile.ZipInfo(records.name, _EPOCH)
        member.file_size = described.files[0].bytes  # zipfile asks for it beyond 2 GiB
        with records.open("rb") as data, archive.open(member, "w") as packed:
            shutil.copyfileobj(data, packed, CHUNK_BYTES)


# -- reading ------------------------------------------------------------------------------------------------


@contextmanager
def _flaws(path: Path) -> Iterator[None]:
    """Whatever is wrong with a pack's content refuses it."""
    try:
        yield
    except _FLAWS as error:
        raise RefusedError(
            f"{path.name} is damaged or was tampered with: {plain(error, 200)}",
            hint="Nothing was imported. Get the pack again, and compare its sha256 with the published one.",
        ) from error


def _described(archive: zipfile.ZipFile) -> Manifest:
    """The manifest, once the pack's members are those that it names and no others."""
    infos = archive.infolist()
    if len({info.filename for info in infos}) != len(infos):
        raise ValueError("two of its members have the same name")
    for info in infos:
        if info.compress_type or info.compress_size != info.file_size or info.flag_bits & 1:
            raise ValueError("its members are compressed or encrypted")
        if info.filename in _SMALL and info.file_size > MAX_MANIFEST_BYTES:
            raise ValueError(f"its {info.filename} is far too long")
    text = archive.read(manifest.NAME)
    described = manifest.parse(json.loads(text))
    main = _main(described)
    if described.files != (main,) or {info.filename for info in infos} != {*_SMALL, main.name}:
        raise ValueError("it holds other files than its manifest names")
    if main.is_part or described.store:
        raise ValueError("its records are in another place")
    if archive.read(SUMS) != _sums(text, described):
        raise ValueError(f"its {SUMS} are those of other files")
    _check_texts([described.tool_version, *described.skipped, *(source.name for source in described.sources)])
    return described


def _check_texts(texts: Sequence[str]) -> None:
    """What will be shown must be fit to be shown."""
    for text in texts:
        if len(text) > MAX_RECORD_CHARACTERS or plain(text) != " ".join(text.split()):
            raise ValueError("its manifest holds text that is not a name or a reason")


def _take(archive: zipfile.ZipFile, file: DataFile, target: Path) -> None:
    """Copy the main data file out, under a name of our own, and check what was copied."""
    if archive.getinfo(file.name).file_size != file.bytes:
        raise ValueError(f"{file.name} is not as long as the manifest says")
    with archive.open(file.name) as packed, target.open("wb") as copy:
        shutil.copyfileobj(packed, copy, CHUNK_BYTES)
    if digest(target) != file.sha256:
        raise ValueError(f"{file.name} has another SHA-256 than the manifest says")


def _check_records(path: Path, described: Manifest) -> None:
    """Whether the records can be those of an index: columns, number, order and values."""
    main = _main(described)
    with pq.ParquetFile(path) as file:
        told = file.metadata
        found = file.schema_arrow
        width = max(len(found.names), FIRST_COLUMNS)
        if found.names != SCHEMA.names[:width] or found.types != SCHEMA.types[:width]:
            raise ValueError("its columns are not those of an index")
        if told.num_rows != main.rows:
            raise ValueError("it does not hold as many records as it says")
        if told.num_rows > main.bytes // LEAST_BYTES_A_ROW + FREE_ROWS:
            raise ValueError(
                f"it unpacks to {told.num_rows:,} records, far more than an index of its size has"
            )
        if any(told.row_group(n).total_byte_size > MAX_GROUP_BYTES for n in range(told.num_row_groups)):
            raise ValueError("it unpacks to far more than an index has")
    limits = (
        f" OR length({whole_sql(name) if name in COLUMNS else name}) > {MAX_RECORD_CHARACTERS}"
        for name in found.names[FIRST_COLUMNS:]
    )
    texts = [name for name, kind in zip(found.names, found.types, strict=True) if kind == pa.string()]
    characters = " + ".join(f"coalesce(sum(length({name})), 0)" for name in texts)
    query = f"""
        SELECT count(*) FILTER ({_IMPLAUSIBLE}{"".join(limits)}), {characters} FROM {duck.PARQUET}
    """  # noqa: S608 - own text
    with duck.connect(CHECK_MEMORY) as database:
        try:
            answer = database.execute(query, [len(described.sources), duck.pattern(path)]).fetchall()
        except duckdb.Error as error:
            raise ValueError(f"its records cannot be read: {error}") from error
    implausible, length = answer[0]
    if implausible:
        raise ValueError(f"{implausible:,} of its records hold values that no index has")
    if length > (main.bytes + FREE_ROWS) * MAX_TEXT_A_BYTE:
        raise ValueError(f"it unpacks to {length:,} characters, far more than its size allows")
