"""Rows read at once are the rows read one by one: the same records, reasons and line numbers."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.datasets import duck
from auditor.datasets.index import records
from auditor.datasets.index.build import build
from auditor.datasets.parsing import bulk, csv_bulk, tab_bulk, text
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source, sources
from auditor.datasets.parsing.sql import MACROS
from auditor.datasets.parsing.yfcc_columns import COLUMNS
from auditor.datasets.readers import Format, formats, yfcc_sqlite
from auditor.errors import WrongFileError
from tests.datasets.readers.lookalikes import ALL, sqlite
from tests.datasets.same_photos import FILES

BULK = [name for name, format_ in formats().items() if format_.bulk]

ADDRESSES = (
    *("http://farm3.staticflickr.com/12/9900000001_0a1b2c3d4e.jpg", "", " ", "https://i.example/a.jpg"),
    *("https://live.staticflickr.com/65535/9900000001_0a1b2c3d4e_o.jpg", "9900000001", "99000001@N07"),
    *(
        "http://farm3.static.flickr.com/12/9900000002_0a1b2c3d4e_d.jpg",
        "https://live.staticflickr.com/1/0_a.jpg",
    ),
    *(
        "https://c1.staticflickr.com/4/3000/9900000001_0a1b2c3d4e_b.jpg",
        "HTTP://FARM3.STATICFLICKR.COM/1/2_abcd.jpg",
    ),
    *(
        "https://www.flickr.com/photos/99000001@N07/9900000001",
        "https://www.flickr.com/photos/roe-zoe/9900000001/",
    ),
    *("https://www.flickr.com/photos/me/9900000001/", "https://www.flickr.com/photos/tags/9900000001/"),
    *("http://flickr.com/photos/0990@N07/9900000001", "https://www.flickr.com/photos/Flickr/9900000001/"),
    *(
        "https://www.flickr.com/photos/99000002@n07/9900000001/",
        "https://www.flickr.com/photos/12345/9900000001",
    ),
    *(
        "https://www.flickr.com/photos/a@N07/9900000001/",
        "https://www.flickr.com/photos/x/9999999999999999999/",
    ),
    *(
        "https://www.flickr.com/people/99000001@N07/",
        "https://www.flickr.com/people/Roe-Zoe/",
        "roe@example.org",
    ),
    *("https://www.flickr.com/photos/roe-zoe/", "https://www.flickr.com/people/me/", "https://flic.kr/p/abc"),
    *(
        "https://www.flickr.com/groups/roe/",
        "https://x.example/?u=https%3A%2F%2Fwww.flickr.com%2Fphotos%2Froe%2F99%2F",
    ),
    "https://live.staticflickr.com/65535/9900000001_0a1b2c3d4e.jpg https://www.flickr.com/photos/roe/9900000003",
)
FIELDS = (
    *ADDRESSES,
    *(
        '"quoted, and ""more"""',
        'stray " quote',
        '"open',
        'closed"',
        '"a"b',
        "ü\u3000",
        "\u0130",
        "x" * 400,
        "\r",
    ),
    *("https://creativecommons.org/licenses/by/2.0/", "p7E7tbnGpW2gMMZuXxTbsA==", "p7E7tbnGpW2gMMZuXxTbsB=="),
    *("p7E7tbnGpW2gMMZuXxTbsA", "9900000001_0123456789_o.jpg", "0", "n00000001_1", "1.5"),
    *("fff0eece99cc71c2e91fe716051599", "FFF0EECE99CC71C2E91FE716051599", "0123456789abcde", "0" * 33),
    *("0123456789abcdef", "0123456789ABCDEF.jpg", "train/0123456789abcdef.jpg", "0123456789abcdef.jpg"),
)


Read = tuple[Counter[records.Flat], Counter[tuple[int, str | None, int]]]
"""Records as they are kept, and the rows without any: which it is, why, and how many it stands for."""


def flat(format_: Format, parts: Iterable[Row | pa.Table | pa.RecordBatch], member: str) -> Read:
    found: Counter[records.Flat] = Counter()
    skipped: Counter[tuple[int, str | None, int]] = Counter()
    database = duck.connect()
    database.execute(MACROS)
    for part in parts:
        if isinstance(part, Row):
            found.update(records.flat([part], 0, member))
            if part.skipped:
                skipped[part.number, part.skipped, part.stands_for] += 1
            continue
        table = part
        if isinstance(part, pa.RecordBatch):
            assert format_.sql is not None
            database.register("lines", pa.Table.from_batches([part]))
            table = database.sql(format_.sql).to_arrow_table()
        kept = table.filter(pc.is_null(table["skip"]))
        found.update(tuple(row.values()) for row in records.from_query(kept, 0, member).to_pylist())
        left = table.filter(pc.is_valid(table["skip"]))
        skipped.update((row["row"], row["skip"], 1) for row in left.select(["row", "skip"]).to_pylist())
    return found, skipped


def agrees(format_: Format, source: Source, member: str = "") -> None:
    assert format_.bulk is not None
    found, skipped = flat(format_, format_.bulk(source), member)
    parts = format_.read(source) if format_.read is not None else text.line_batches(source)
    expected, expected_skipped = flat(format_, parts, member)
    assert skipped == expected_skipped
    assert found == expected


@pytest.mark.parametrize("name", [name for name in BULK if name in ALL])
@pytest.mark.parametrize("member", ["", "a/9900000001_0123456789_o.jpg"])
def test_look_alikes_are_read_alike(name: str, member: str, tmp_path: Path) -> None:
    content = ALL[name].content
    if isinstance(content, bytes):
        (tmp_path / "file").write_bytes(content)
        for source in sources(tmp_path / "file"):
            agrees(formats()[name], source, member)


TABLES: dict[str, Sequence[str]] = {
    "flickr-style-csv": ("", "image_url", "page_url", "label"),
    "open-images-csv": (
        *("ImageID", "OriginalURL", "OriginalLandingURL", "License", "AuthorProfileURL", "OriginalMD5"),
        *("Thumbnail300KURL", "OriginalURL"),
    ),
    "pass-csv": ("", "unickname", "hash", "licensename"),
    "miap-csv": ("ImageID", "LabelName", "AgePresentation"),
    "wake-vision-csv": ("filename", "person"),
}


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.sampled_from(["\n", "\r\n"]), st.sampled_from([64, 4096, 1 << 24]))
def test_tables_of_odd_rows_are_read_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, chance: int, end: str, block: int
) -> None:
    rows = list(_odd_rows(random.Random(chance), len(TABLES[name]), ","))
    content = end.join([",".join(TABLES[name]), *rows])
    (tmp_path / "file").write_bytes(content.encode())
    monkeypatch.setattr(text, "BLOCK_BYTES", block)
    monkeypatch.setattr(text, "MAX_LINE_BYTES", 1500)
    monkeypatch.setattr(csv_bulk, "MAX_LINE_BYTES", 1500)
    monkeypatch.setattr(csv_bulk, "MOST_ROWS", 5)
    agrees(formats()[name], Source(tmp_path / "file"))


LINES = {
    name: content.decode().splitlines()
    for name in BULK
    if name in ALL and isinstance(content := ALL[name].content, bytes)
    if name not in TABLES and not name.endswith(("-json", "-parquet", "-sqlite"))
}
LINES["vgg-face"] = [
    f"{number:08} http://i.example/a.jpg 72.5 64 -130.6 120.66 1.66 3 0" for number in (1, 9)
]
LINES["megaface-folders"] = [
    "876/87000001@N00/9900000001_0.jpg",
    "99000001@N02_identity_1/9900000002_7.jpg",
    "a b/99000001@N02/9900000002_7.png",
    f"{'a/' * 600}99000001@N02/9900000003_7.jpg",
]
LINES["google-fec-csv"] += [line.replace('"', "") for line in LINES["google-fec-csv"]]
LINES["nus-wide"] += [line.replace("an actor", "actor") for line in LINES["nus-wide"]]
_ADDRESS = re.compile(r"\S*(?:://|flickr\.com)\S*")


@pytest.mark.parametrize("name", LINES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.sampled_from([64, 4096, 1 << 24]))
def test_odd_lines_are_read_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, chance: int, block: int
) -> None:
    rows = list(_odd_lines(random.Random(chance), LINES[name]))
    (tmp_path / "file").write_text("\n".join(rows), encoding="utf-8", newline="")
    monkeypatch.setattr(text, "BLOCK_BYTES", block)
    monkeypatch.setattr(text, "MAX_LINE_BYTES", 9500)
    monkeypatch.setattr(tab_bulk, "MAX_LINE_BYTES", 9500)
    monkeypatch.setattr(bulk, "MOST_ROWS", 5)
    agrees(formats()[name], Source(tmp_path / "file"))


def _odd_lines(chance: random.Random, lines: Sequence[str]) -> Iterator[str]:
    for _ in range(chance.randrange(40)):
        line = _ADDRESS.sub(lambda _: chance.choice(ADDRESSES), chance.choice(lines))
        if chance.random() < 0.5:
            place = chance.randrange(len(line) + 1)
            line = (
                line[:place]
                + chance.choice((*FIELDS, "\t", "\xa0", "\x0b", "flic", "é" * 8200))
                + line[place:]
            )
        yield line
        if chance.random() < 0.1:
            yield chance.choice(("", "  ", "\u3000", "\t", "\ufeff", "é" * 10000))


def _odd_rows(chance: random.Random, columns: int, separator: str) -> Iterator[str]:
    for _ in range(chance.randrange(40)):
        width = columns + chance.choice((0,) * 12 + (-1, 1, 400))
        yield separator.join(
            chance.choice(FIELDS if chance.random() < 0.5 else ADDRESSES) for _ in range(width)
        )
        if chance.random() < 0.1:
            yield chance.choice(("", "  ", "\u3000", '"', "\ufeff", "," * (columns - 1), "é" * 2000))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_json_files_of_odd_entries_are_read_alike(tmp_path: Path, chance: int) -> None:
    chosen = random.Random(chance)
    values: tuple[object, ...] = (*FIELDS, None, 7, [], {}, "\ud800")

    def two() -> list[object]:
        return [chosen.choice(values), chosen.choice(values)]

    links = [chosen.choice(values) for _ in range(40)]
    faces: dict[str, object] = {
        chosen.choice((str(number), str(number), f'"{number}\ud83d')): {
            "metadata": {
                "photo_url": link,
                "license_url": chosen.choice(values),
                "license": chosen.choice(values),
            }
        }
        for number, link in enumerate(links)
    }
    faces |= {"no metadata": {}, "no object": 7, "other metadata": {"metadata": []}}
    images = [
        {"id": chosen.choice(values), "flickr_url": link, "flickr_640_url": chosen.choice((link, *values))}
        for link in links
    ]
    licenses = [{"id": chosen.choice(values), "url": chosen.choice(values), "name": "x"} for _ in range(3)]
    posts = [{"url": link, "image_id": chosen.choice(values)} for link in links]
    contents = {
        "ffhq-json": faces,
        "coco-json": {"images": images, "licenses": licenses},
        "redcaps-json": {"info": {"url": "https://www.flickr.com/"}, "annotations": [*posts, 7, {}]},
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
        agrees(formats()[name], Source(tmp_path / name))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_parquet_files_of_odd_rows_are_read_alike(tmp_path: Path, chance: int) -> None:
    chosen = random.Random(chance)
    rows = chosen.randrange(1, 40)
    values = {
        "URL": [chosen.choice((*ADDRESSES, None)) for _ in range(rows)],
        "url_highres": [chosen.choice((*ADDRESSES, None)) for _ in range(rows)],
        "license": [chosen.choice((*FIELDS, None)) for _ in range(rows)],
        "md5": [chosen.choice(("a" * 32, "A" * 32, "b", "", None)) for _ in range(rows)],
        "key": [chosen.choice(FIELDS) for _ in range(rows)],
    }
    keys = {"text": values["key"], "number": list(range(rows)), "float": [0.1 * n for n in range(rows)]}
    values["key"] = keys[chosen.choice(list(keys))]
    columns = [name for name in values if name == "URL" or chosen.random() < 0.7]
    pq.write_table(pa.table({name: values[name] for name in columns}), tmp_path / "file")
    agrees(formats()["url-parquet"], Source(tmp_path / "file"))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_databases_of_odd_rows_are_read_alike(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, chance: int
) -> None:
    chosen = random.Random(chance)
    odd = (None, 0, -1, 7, 1.0, 1.5, 2**63 - 1, "9900000001", "x", b"9900000001", "99000001@n07", "")

    def value(usual: object) -> object:
        return chosen.choice(odd) if chosen.random() < 0.05 else usual

    rows = [
        [value(9900000000 + number), value("99000001@N07"), value(licence), value("Attribution"), value("")]
        for number, licence in enumerate(chosen.choices((*FIELDS, None), k=40))
    ]
    columns = "photoid, uid, licenseurl, licensename, secretoriginal"
    path = tmp_path_factory.mktemp("database") / "file"
    path.write_bytes(
        sqlite(
            f"CREATE TABLE yfcc100m_dataset ({columns});",
            "INSERT INTO yfcc100m_dataset VALUES (?, ?, ?, ?, ?)",
            rows,
        )
    )
    monkeypatch.setattr(yfcc_sqlite, "_BATCH_ROWS", 8)
    agrees(formats()["yfcc-sqlite"], Source(path))


def test_bad_utf8_in_a_database_costs_its_text_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(
        sqlite(
            "CREATE TABLE yfcc100m_dataset (photoid, uid);",
            "INSERT INTO yfcc100m_dataset VALUES (?, CAST(? AS TEXT))",
            [[number, b"99000001@N07" if number != 13 else b"99000001@N07\xff"] for number in range(1, 21)],
        )
    )
    monkeypatch.setattr(yfcc_sqlite, "_BATCH_ROWS", 4)
    agrees(formats()["yfcc-sqlite"], Source(path))
    read = formats()["yfcc-sqlite"].read
    assert read is not None
    records_ = [record for row in read(Source(path)) for record in row.records]
    assert [record.photo_id for record in records_] == list(range(1, 21))
    assert [record.photo_id for record in records_ if record.nsid is None] == [13]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_parquet_files_with_the_columns_of_yfcc_are_read_alike(tmp_path: Path, chance: int) -> None:
    chosen = random.Random(chance)
    photos = (None, 0, -1, 7, 9900000001, 2**63 - 1)
    columns = {
        "photoid": [chosen.choice(photos) for _ in range(20)],
        "UID": chosen.choices(("99000001@N07", "99000002@n07", "0990@N07", "", None), k=20),
        **{name: chosen.choices((*FIELDS, None), k=20) for name in COLUMNS[2:]},
    }
    kept = [name for name in columns if name == "photoid" or chosen.random() < 0.8]
    table = pa.table({name: columns[name] for name in kept})
    if chosen.random() < 0.3:
        table = table.set_column(0, "photoid", table["photoid"].cast(pa.string()))
    pq.write_table(table, tmp_path / "file")
    agrees(formats()["commoncatalog-parquet"], Source(tmp_path / "file"))


NAMES = (
    *("9900000001_0.jpg", "9900000001_12.png", "9900000001_0.JPG", "9900000001.jpg", "09900000001_0.jpg"),
    *("9999999999999999999_0.jpg", "9900000001_0.json", "9900000001_0_o.jpg", "notes.txt"),
    *("990%301_0.jpg", "ü_0.jpg"),
)
FOLDERS = (
    *("99000001@N07_identity_1", "99000001@N07", "99000001@n07_identity_2", "0990@N07", "someone"),
    *("87000001@N02/99000001@N07", "a b/99000001@N07_identity_3", "é/99000001@N07", "%40/99000001@N07"),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.sets(st.tuples(st.sampled_from(FOLDERS), st.sampled_from(NAMES)), min_size=1, max_size=30))
def test_odd_names_of_pictures_are_read_alike(
    tmp_path_factory: pytest.TempPathFactory, chosen: set[tuple[str, str]]
) -> None:
    home = tmp_path_factory.mktemp("pictures")
    for folder, name in chosen:
        (home / "megaface" / folder).mkdir(parents=True, exist_ok=True)
        (home / "megaface" / folder / name).touch()
    at_once = formats()["megaface-folders"]
    read: list[object] = []
    for number, format_ in enumerate((at_once, replace(at_once, pictures=None))):
        indexes = home / f"indexes-{number}"
        try:
            new = build(indexes, "megaface", [home / "megaface"], formats=[format_], allow_empty=True)
        except WrongFileError as error:
            read.append(error.message)
            continue
        table = pq.read_table(indexes / "megaface" / new.files[0].name)
        read.append((new.rows, new.indexed, new.skipped, Counter(map(str, table.to_pylist()))))
    assert read[0] == read[1]


@pytest.mark.parametrize(
    ("before", "within"),
    [
        (b"\n\n", b""),
        (b"\r\n \n", b""),
        (b"", b'"a\n\n\n'),
        (b"", b'""\n""\n" "\n  "\n'),
        (b"", b'"' + b"x" * (1 << 20) + b'"\n'),
    ],
    ids=["empty lines first", "blank lines first", "a stray quote", "empty fields", "an endless field"],
)
def test_tables_with_odd_lines_around_their_header_are_read_alike(
    tmp_path: Path, before: bytes, within: bytes
) -> None:
    header, *rows = FILES["open-images-csv"].splitlines(keepends=True)
    (tmp_path / "file").write_bytes(before + header + within + b"".join(rows))
    agrees(formats()["open-images-csv"], Source(tmp_path / "file"))


@pytest.mark.parametrize("read", ["read", "bulk"])
def test_a_parquet_file_that_is_damaged_far_behind_its_start_is_refused(tmp_path: Path, read: str) -> None:
    path = tmp_path / "file.parquet"
    links = [
        f"https://farm1.staticflickr.com/1/{number}_abcdef1234.jpg"
        for number in range(10**6, 10**6 + 500_000)
    ]
    pq.write_table(pa.table({"url": links}), path, compression="none", use_dictionary=False)
    path.write_bytes(path.read_bytes().replace(b"/1490000_", b"/\xff\xff\xff\xff\xff\xff\xff_"))
    with pytest.raises(WrongFileError, match="is cut short or damaged"):
        list(getattr(formats()["url-parquet"], read)(Source(path)))
