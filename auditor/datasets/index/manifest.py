"""``manifest.json``: what an index was built from, what became of every row, and its data files."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from auditor.datasets.json_fields import Fields
from auditor.datasets.match_keys import MATCH_KEYS
from auditor.datasets.parsing.row import NO_ADDRESS, READ_WITHOUT_RECORD
from auditor.datasets.provenance import Provenance
from auditor.errors import StorageError, WrongFileError
from auditor.files import storage_error, write_atomic
from auditor.names import SLUG

NAME = "manifest.json"
SCHEMA_VERSION = 1
MOST_CHARACTERS = 64_000_000
"""An index of ten thousand parts has some three million."""

Value = int | bool | None
"""What a column can be in all records."""

CONSTANT = ("alias", "license_id", "original", "record", "source")
"""Columns that are often the same in all records."""

_DATA_FILE = re.compile(rf"({'|'.join(MATCH_KEYS)})-[0-9a-f]{{16}}(-[0-9]{{5}})?\.parquet")
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file (or folder) of the publisher that went into the index."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DataFile:
    """One of our Parquet files: the records that have `key`, sorted by it (``photo_id``: all records).

    Of an index that was built on several computers it is a part: the records whose `key` is from `first` to
    `last`, both included. Owners are in parts by NSID, which are numbers as in the file, and those that have
    only an alias in parts by alias. The last part by photo id holds the records without one too.
    """

    name: str
    key: str
    rows: int
    bytes: int
    sha256: str
    first: int | str | None = None
    last: int | str | None = None

    @property
    def is_part(self) -> bool:
        """Whether other files hold more records with that key."""
        return self.first is not None


@dataclass(frozen=True, slots=True)
class Manifest:
    """See the module. rows = indexed + the sum of `skipped`; a row may hold several records."""

    dataset: str
    built_at: str
    """When, in UTC, as ISO 8601."""
    tool_version: str
    sources: tuple[SourceFile, ...]
    rows: int
    indexed: int
    skipped: Mapping[str, int]
    """Number of rows by the reason why they have no record."""
    records: int
    photos: int
    """Distinct photo ids."""
    owners: int
    """Distinct owners, as far as their NSIDs and aliases tell them apart."""
    match_keys: tuple[str, ...]
    files: tuple[DataFile, ...]
    provenance: Provenance = Provenance.UNVERIFIED
    origin: str = ""
    """From where: an address, or the name of a file; "" where it is not known. ``from`` in JSON."""
    obtained_at: str | None = None
    """When a pack or an answer came, in UTC, as ISO 8601."""
    keyed: int = 0
    """Records with the publisher's own key: without them no dataset can be joined to this one."""
    certain: bool = False
    """The files are of the dataset by their shape, so that having no record is an answer too."""
    constant: Mapping[str, Value] = field(default_factory=dict)
    """Columns (of `CONSTANT`) that are the same in all records: no look-up reads them."""
    store: str = ""
    """Where the data files are if not beside the manifest: an address such as ``s3://bucket/indexes/laion``."""

    @property
    def answers(self) -> bool:
        """Whether not being in this index means anything: one that read nothing is no index."""
        return self.records > 0 or self.certain

    def unread(self, *, all_flickr: bool) -> int:
        """How many of the rows could not be read.

        A row without a Flickr address was read, unless all of the dataset is from Flickr (`all_flickr`).
        """
        read = READ_WITHOUT_RECORD - ({NO_ADDRESS} if all_flickr else set())
        return sum(number for reason, number in self.skipped.items() if reason not in read)

    def in_part(self, *, all_flickr: bool) -> bool:
        """Whether those are more than one in a hundred of the rows."""
        return self.unread(all_flickr=all_flickr) * 100 > self.rows

    def parts(self, key: str) -> tuple[DataFile, ...]:
        """The data files that are sorted by `key`: one, several of a partitioned index, or none."""
        return tuple(file for file in self.files if file.key == key)

    @property
    def is_partitioned(self) -> bool:
        """Whether the records are in several data files by ranges."""
        return any(file.is_part for file in self.files)

    def text(self) -> str:
        """What stands in ``manifest.json``."""
        data = {"schema_version": SCHEMA_VERSION, **self.values()}
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"

    def values(self) -> dict[str, Any]:
        """The fields by the names that they have in JSON."""
        values = asdict(self)
        values["from"] = values.pop("origin")
        for file in values["files"]:
            if file["first"] is None:
                del file["first"], file["last"]
        if not self.store:
            del values["store"]
        return values

    def write(self, folder: Path) -> None:
        """Replace the manifest in `folder`, durably and in one step."""
        write_atomic(folder / NAME, self.text())


def read(folder: Path) -> Manifest:
    """The manifest of the index in `folder`.

    Errors: `WrongFileError` when there is none, or when it is not what `Manifest.write` writes.
    """
    path = folder / NAME
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(MOST_CHARACTERS + 1)
    except FileNotFoundError as error:
        raise WrongFileError(
            f"there is no index of {folder.name}",
            hint=f"flickr-auditor datasets add {folder.name} FILE builds one.",
        ) from error
    except OSError as error:
        raise storage_error(path, error) from error
    except UnicodeDecodeError as error:
        raise _damaged(folder, str(error)) from error
    try:
        if len(text) > MOST_CHARACTERS:
            raise ValueError("it is far too long")
        return parse(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise _damaged(folder, str(error)) from error


def data_files(path: Path) -> set[str]:
    """The data files that the manifest at `path` names, however damaged it is; none where there is none."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(MOST_CHARACTERS)
    except FileNotFoundError:
        return set()
    return named_in(text)


def named_in(text: str) -> set[str]:
    """The data files that the text of a manifest names, however damaged it is."""
    return {match[0] for match in _DATA_FILE.finditer(text)}


def is_data_file(name: str) -> bool:
    """Whether it is the name of a data file."""
    return _DATA_FILE.fullmatch(name) is not None


def parse(data: object) -> Manifest:
    """A manifest from decoded JSON, trusting nothing. Errors: ValueError, saying what is wrong."""
    top = Fields(data, "manifest")
    version = top.number("schema_version")
    if version != SCHEMA_VERSION:
        raise ValueError(f"schema_version is {version}, this version of the tool reads {SCHEMA_VERSION}")
    manifest = Manifest(
        dataset=top.text("dataset", SLUG),
        built_at=datetime.fromisoformat(top.text("built_at")).isoformat(),
        tool_version=top.text("tool_version"),
        sources=tuple(_source(item) for item in top.items("sources")),
        rows=top.number("rows"),
        indexed=top.number("indexed"),
        skipped=top.counts("skipped"),
        records=top.number("records"),
        photos=top.number("photos"),
        owners=top.number("owners"),
        match_keys=tuple(key for key in top.items("match_keys") if key in MATCH_KEYS),
        files=tuple(_file(item) for item in top.items("files")),
        # Indexes of before these were kept lack them.
        provenance=Provenance(top.optional("provenance", str) or Provenance.UNVERIFIED),
        origin=top.optional("from", str) or "",
        obtained_at=top.optional("obtained_at", str),
        keyed=top.optional("keyed", int) or 0,
        certain=bool(top.optional("certain", bool)),
        constant=_constant(top.optional("constant", dict) or {}, len(top.items("sources"))),
        store=top.optional("store", str) or "",
    )
    if manifest.rows != manifest.indexed + sum(manifest.skipped.values()):
        raise ValueError("rows are not the sum of indexed and skipped")
    if "photo_id" not in {file.key for file in manifest.files} or manifest.records != sum(
        file.rows for file in manifest.parts("photo_id")
    ):
        raise ValueError("the data files do not hold the records")
    whole = [file.key for file in manifest.files if not file.is_part]
    if len({*whole}) != len(whole) or len({file.name for file in manifest.files}) != len(manifest.files):
        raise ValueError("two data files have the same key")
    return manifest


def _source(item: object) -> SourceFile:
    fields = Fields(item, "sources")
    return SourceFile(fields.text("name"), fields.number("bytes"), fields.text("sha256", SHA256))


def _constant(data: Mapping[str, Any], sources: int) -> dict[str, Value]:
    """Columns with their one value, each of which the column can have; it becomes part of a query."""
    for column, value in data.items():
        fits = {
            "alias": value is None,
            "license_id": value is None or (type(value) is int and 0 <= value < 1 << 31),
            "original": type(value) is bool,
            "record": value is None,
            "source": type(value) is int and 0 <= value < sources,
        }
        if not fits.get(column):
            raise ValueError(f"constant: {column} is not valid")
    return dict(data)


def _file(item: object) -> DataFile:
    fields = Fields(item, "files")
    name = fields.text("name", _DATA_FILE)  # a plain name: it can lead nowhere else
    key = name.partition("-")[0]
    bounds = (fields.bound("first"), fields.bound("last"))
    if len({type(bound) for bound in bounds}) > 1:
        raise ValueError("files: a part begins and ends with different kinds of keys")
    size, sha256 = fields.number("bytes"), fields.text("sha256", SHA256)
    return DataFile(name, key, fields.number("rows"), size, sha256, *bounds)


def _damaged(folder: Path, reason: str) -> StorageError:
    return StorageError(
        f"the index of {folder.name} is damaged: {reason}",
        hint=f"flickr-auditor datasets add {folder.name} FILE builds it anew.",
    )
