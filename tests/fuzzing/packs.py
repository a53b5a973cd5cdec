"""Packs, for the fuzzer: one that is valid, and ones with right checksums around what is not."""

import hashlib
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from auditor.audit.match import Subject, match
from auditor.datasets.index import manifest
from auditor.datasets.index.local import open_indexes
from auditor.datasets.index.records import SCHEMA
from auditor.datasets.sharing import pack
from tests.fuzzing import damage

_ROWS: Final = [
    {"photo_id": number, "nsid": 1234567801, "alias": "someone", "license_id": 4, "original": False}
    | {"record": f"images[{number}]", "row": number, "source": 0}
    for number in range(1, 9)
]
_NUMBERS: Final = (None, -1, 0, 1, 2**31 - 1, -(2**31))
_LARGE: Final = (2**31, 2**53, 2**63 - 1, -(2**63))
_TEXTS: Final = (None, "", " ", "\0", "\x1b[2J", "\u202etxt", "=1+1", "<script>", "../x", "é" * 400)


def example(told: dict[str, Any]) -> bytes:
    """A pack of a few records; `told` is what its manifest tells beside them."""
    records = _parquet(_ROWS)
    size = {
        "rows": len(_ROWS),
        "indexed": len(_ROWS),
        "records": len(_ROWS),
        "photos": len(_ROWS),
        "skipped": {},
    }
    return _signed({**told, **size}, records)


def damaged(rng: random.Random, data: bytes) -> bytes:
    """The pack with a manifest, records or bytes of records that are damaged, and all its sums made anew."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        told = json.loads(archive.read(manifest.NAME))
        records = archive.read(told["files"][0]["name"])
    match rng.randrange(3):
        case 0:
            broken = damage.json_value(rng, told)
            return _zipped(damage.json_text(broken).encode(), records, told["files"][0]["name"])
        case 1:
            return _signed(told, rng.choice(damage.BYTES)(rng, records))
        case _:
            rows = [dict(row) for row in _ROWS]
            for _ in range(rng.randint(1, 3)):
                field = rng.choice(list(SCHEMA))
                value = rng.choice(_values(field.type))
                rng.choice(rows)[field.name] = bool(value) if field.type == pa.bool_() else value
            return _signed(told, _parquet(rows))


def _values(kind: pa.DataType) -> tuple[object, ...]:
    if kind == pa.string():
        return _TEXTS
    return (*_NUMBERS, *_LARGE) if kind == pa.int64() else _NUMBERS


def imported(path: Path) -> object:
    """What an audit finds in the pack."""
    indexes = path.parent / "indexes"
    pack.import_pack(path, indexes)
    found = open_indexes(indexes)
    assert found.readable, "imported, and not to be read"
    subject = Subject(frozenset({"1", "2"}), {}, nsids=frozenset({"12345678@N01"}))
    return [match(subject, index) for index in found.readable]


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), content, compression="zstd")
    return content.getvalue()


def _signed(told: dict[str, Any], records: bytes) -> bytes:
    sha256 = hashlib.sha256(records).hexdigest()
    file = {**told["files"][0], "name": f"photo_id-{sha256[:16]}.parquet", "sha256": sha256}
    file |= {"bytes": len(records), "rows": len(_ROWS)}
    return _zipped(json.dumps({**told, "files": [file]}).encode(), records, file["name"])


def _zipped(text: bytes, records: bytes, name: str) -> bytes:
    parts = ((manifest.NAME, text), (name, records))
    sums = "".join(f"{hashlib.sha256(part).hexdigest()}  {member}\n" for member, part in parts)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for member, part in (*parts, (pack.SUMS, sums.encode())):
            archive.writestr(zipfile.ZipInfo(member, (1980, 1, 1, 0, 0, 0)), part)
    return content.getvalue()
