"""Rows read at once are the rows read one by one: the same records, reasons and line numbers."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.datasets.index import records
from auditor.datasets.parsing import csv_bulk, text
from auditor.datasets.parsing.row import Row
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers import Format, formats
from tests.datasets.readers.lookalikes import ALL

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
)


def flat(parts: Iterator[Row | pa.Table]) -> tuple[Counter[records.Flat], Counter[tuple[str | None, int]]]:
    """The records as they are kept, and the rows by reason."""
    found: Counter[records.Flat] = Counter()
    rows: Counter[tuple[str | None, int]] = Counter()
    for part in parts:
        if isinstance(part, pa.Table):
            kept = part.filter(pa.compute.is_null(part["skip"]))
            found.update(tuple(row.values()) for row in records.from_query(kept, 0, "").to_pylist())
            rows.update((reason, 1) for reason in part["skip"].to_pylist())
        else:
            found.update(records.flat([part], 0, ""))
            rows[part.skipped, part.stands_for] += 1
    return found, rows


def agrees(format_: Format, source: Source) -> None:
    assert format_.read is not None
    assert format_.bulk is not None
    found, rows = flat(format_.bulk(source))
    expected, expected_rows = flat(format_.read(source))
    assert rows == expected_rows
    assert found == expected


@pytest.mark.parametrize("name", [name for name in BULK if name in ALL])
def test_look_alikes_are_read_alike(name: str, tmp_path: Path) -> None:
    content = ALL[name].content
    if isinstance(content, bytes):
        (tmp_path / "file").write_bytes(content)
        agrees(formats()[name], Source(tmp_path / "file"))


TABLES: dict[str, Sequence[str]] = {
    "flickr-style-csv": ("", "image_url", "page_url", "label"),
    "open-images-csv": (
        *("ImageID", "OriginalURL", "OriginalLandingURL", "License", "AuthorProfileURL", "OriginalMD5"),
        *("Thumbnail300KURL", "OriginalURL"),
    ),
}


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    agrees(formats()[name], Source(tmp_path / "file"))


LINES = [
    name
    for name in BULK
    if name not in TABLES and name in ALL and isinstance(ALL[name].content, bytes) and "parquet" not in name
]
_ADDRESS = re.compile(r"\S*(?:://|flickr\.com)\S*")


@pytest.mark.parametrize("name", LINES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.sampled_from([64, 4096, 1 << 24]))
def test_odd_lines_are_read_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, chance: int, block: int
) -> None:
    content = ALL[name].content
    assert isinstance(content, bytes)
    rows = list(_odd_lines(random.Random(chance), content.decode().splitlines()))
    (tmp_path / "file").write_text("\n".join(rows), encoding="utf-8", newline="")
    monkeypatch.setattr(text, "BLOCK_BYTES", block)
    monkeypatch.setattr(text, "MAX_LINE_BYTES", 9500)
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
