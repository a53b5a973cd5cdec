"""Lists of one's own: any file in which a column holds Flickr links, or ids if the user names it."""

import json
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.datasets.index.build import build
from auditor.datasets.index.lookup import Index
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.parsing.column_records import NEITHER, NO_COLUMN, ROUNDED
from auditor.datasets.parsing.row import UNNAMED_PHOTOS
from auditor.datasets.parsing.sources import Source
from auditor.datasets.readers.generic import generic_format
from auditor.errors import AuditorError, WrongFileError
from tests.datasets.readers.conftest import Records, Write
from tests.datasets.readers.lookalikes import (
    ELSEWHERE,
    IDS,
    OWNED,
    Expected,
    jsonl,
    lines,
    page,
    parquet,
    sqlite,
    static,
    text,
)
from tests.datasets.same_photos import PHOTOS

PAGES = [page(photo, nsid) for photo, nsid, _ in PHOTOS]
FILES = [static(photo, secret) for photo, _, secret in PHOTOS]
NUMBERS = [photo for photo, _, _ in PHOTOS]
TABLE = (
    "CREATE TABLE other (a); CREATE TABLE photos (n INTEGER, Link TEXT); CREATE VIEW v AS SELECT 1 AS Link"
)


def read(indexes: Path, path: Path, column: str | None = None) -> tuple[Manifest, list[str]]:
    said: list[str] = []
    manifest = build(indexes, "my-list", [path], formats=[generic_format(column, said.append)])
    return manifest, said


LINKS: list[tuple[str, bytes, str]] = [
    ("CSV", text(["title,url,n", *(f'"a, ""b""",{url},1' for url in PAGES)]), "url"),
    ("CSV without header", text([f"1,{url}" for url in PAGES]), "column 2"),
    ("semicolons", text(["id;link", *(f"1;{url}" for url in PAGES)]), "link"),
    ("TSV", text(["caption\tphoto", *(f"a, b; c\t{url}" for url in PAGES)]), "photo"),
    ("text", text(PAGES), "line"),
    ("text with other words", text([f"see {url} there" for url in PAGES]), "line"),
    ("list of objects", json.dumps([{"n": 1, "page": {"href": url}} for url in PAGES]).encode(), "href"),
    (
        "object of objects",
        json.dumps({str(n): {"u": url} for n, url in enumerate(PAGES)}, indent=1).encode(),
        "u",
    ),
    ("nested lists", json.dumps([[[url], []] for url in PAGES]).encode(), "column 1"),
    ("lists in an object", json.dumps({"meta": 1, "photos": PAGES, "titles": ["a"] * 7}).encode(), "photos"),
    ("JSON lines", jsonl([{"a": {"url": url}, "b": [1]} for url in PAGES]), "url"),
    ("Parquet", parquet({"n": NUMBERS, "where": PAGES, "picture": [b"\xff"] * 7}), "where"),
    ("SQLite", sqlite(TABLE, "INSERT INTO photos VALUES (1, ?)", [(url,) for url in PAGES]), "photos.Link"),
]


@pytest.mark.parametrize(("content", "column"), [(c, n) for _, c, n in LINKS], ids=[v for v, _, _ in LINKS])
def test_the_column_of_links_is_found_and_told(
    indexes: Path, write: Write, records: Records, content: bytes, column: str
) -> None:
    manifest, said = read(indexes, write(content))
    assert records(manifest) == Counter(OWNED)
    assert not manifest.skipped
    (taken,) = [words for words in said if "links to Flickr photos" in words]
    assert taken.endswith(": taken")
    assert column in taken


@pytest.mark.parametrize(("content", "column"), [(c, n) for _, c, n in LINKS], ids=[v for v, _, _ in LINKS])
def test_a_named_column_is_read(
    indexes: Path, write: Write, records: Records, content: bytes, column: str
) -> None:
    assert records(read(indexes, write(content), column.upper())[0]) == Counter(OWNED)


IDS_ONLY: list[tuple[str, bytes, str]] = [
    ("CSV", text(["photo_id,n", *(f"{number},1" for number in NUMBERS)]), "photo_id"),
    ("CSV without header", text([f"7,{number}" for number in NUMBERS]), "column 2"),
    ("CSV that pandas wrote with gaps", text(["n,id", *(f"1,{number}.0" for number in NUMBERS)]), "id"),
    ("with a comma before decimals", text(["id;n", *(f"{number},00;1" for number in NUMBERS)]), "id"),
    ("grouped, with decimals", text(["id,n", *(f'"{number:,}.00",1' for number in NUMBERS)]), "id"),
    ("umlaut composed otherwise", text(["Pra\u0308fix,n", *(f"{n},1" for n in NUMBERS)]), "Pr\u00e4fix"),
    ("spaces in the name", text(["photo  id,n", *(f"{number},1" for number in NUMBERS)]), "photo id"),
    ("text", text([str(number) for number in NUMBERS]), "id"),
    ("text with header", text(["id", *(str(number) for number in NUMBERS)]), "id"),
    (
        "JSON numbers",
        json.dumps([{"id": 5, "flickr_id": number} for number in NUMBERS]).encode(),
        "flickr_id",
    ),
    ("JSON list", json.dumps(NUMBERS).encode(), "id"),
    ("JSON lines", jsonl([{"flickr": str(number)} for number in NUMBERS]), "flickr"),
    ("Parquet", parquet({"id": NUMBERS, "x": [1] * 7}), "id"),
    ("Parquet with gaps", parquet({"id": [float(number) for number in NUMBERS]}), "ID"),
    ("SQLite", sqlite(TABLE, "INSERT INTO photos VALUES (?, '')", [(number,) for number in NUMBERS]), "n"),
]


@pytest.mark.parametrize(
    ("content", "column"), [(c, n) for _, c, n in IDS_ONLY], ids=[v for v, _, _ in IDS_ONLY]
)
def test_bare_numbers_are_photo_ids_only_in_a_named_column(
    indexes: Path, write: Write, records: Records, content: bytes, column: str
) -> None:
    path = write(content)
    with pytest.raises(WrongFileError, match="--column names it"):
        read(indexes, path)
    manifest, _ = read(indexes, path, column)
    assert records(manifest) == Counter(IDS)
    assert manifest.rows == 7 + sum(manifest.skipped.values())


@pytest.mark.parametrize("number", ["9,00000E+09", "9.00000E+09"])
def test_a_rounded_number_is_called_so_with_either_sign_of_decimals(
    indexes: Path, write: Write, number: str
) -> None:
    manifest, _ = read(indexes, write(text(["id;n", f"{NUMBERS[0]};1", f"{number};1"])), "id")
    assert manifest.skipped == {ROUNDED: 1}


@pytest.mark.parametrize("column", [None, "url"])
@pytest.mark.parametrize("at", ["/photos/joe/albums/72157600000000001", "/groups/1000001@N20/pool/"])
def test_the_address_of_an_album_or_group_is_no_row_without_an_address(
    indexes: Path, write: Write, at: str, column: str | None
) -> None:
    lines = ["n,url", f"1,{PAGES[0]}", f"2,https://www.flickr.com{at}", "3,https://example.org/a"]
    manifest, _ = read(indexes, write(text(lines)), column)
    assert manifest.skipped[UNNAMED_PHOTOS] == 1
    assert manifest.in_part(all_flickr=False)


def test_a_folder_of_many_files_is_read_whole_without_a_line_for_each_column_of_each(
    indexes: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "sidecars"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number}.json").write_text(
            json.dumps([{"url": page(5_000_000 + number, "99000009@N01")}])
        )
    manifest, said = read(indexes, folder)
    assert manifest.photos == 60
    assert len(said) < 50
    assert "not listed" in said[-1]


def test_every_value_of_the_column_is_accounted_for(indexes: Path, write: Write) -> None:
    rows = [f"{PAGES[0]},a", f"{ELSEWHERE},b", ",c", "12", "0,d", f"{NUMBERS[1]},e"]
    manifest, _ = read(indexes, write(text(["url,n", *rows])), "url")
    assert (manifest.rows, manifest.indexed) == (6, 2)
    assert manifest.skipped == {NEITHER: 3, "wrong number of columns": 1}


def test_places_lead_back_to_the_file(indexes: Path, write: Write) -> None:
    read(indexes, write(json.dumps({"a b": {"urls": [ELSEWHERE, *PAGES]}}).encode()))
    (hit,) = Index.open(indexes / "my-list").by_photo([str(NUMBERS[0])])
    assert hit.record == '["a b"].urls[1]'


def test_of_two_columns_the_one_that_names_the_owner_is_taken(
    indexes: Path, write: Write, records: Records
) -> None:
    rows = [f"{file},{url}" for file, url in zip(FILES, PAGES, strict=True)]
    assert records(read(indexes, write(text(["image,page", *rows])))[0]) == Counter(OWNED)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (text(["a,b", "1,2"]), "a CSV file with the columns a, b"),
        (text(["url", ELSEWHERE, ELSEWHERE]), "text that starts with"),
        (parquet({"a": [1]}), "a Parquet file with the columns a"),
        (parquet({"a": [True]}), "a Parquet file with the columns a"),
        (sqlite("CREATE TABLE t (a)"), "an SQLite database"),
        (b"<html>https://www.flickr.com/signin", "an HTML page"),
        (json.dumps({"a": [1, 2]}).encode(), "a JSON file of another shape"),
    ],
)
def test_a_file_without_such_a_column_is_refused(
    indexes: Path, write: Write, content: bytes, found: str
) -> None:
    with pytest.raises(WrongFileError, match="expected a CSV, TSV") as error:
        read(indexes, write(content))
    assert found in error.value.message
    with pytest.raises(WrongFileError, match="a column “missing”"):
        read(indexes, write(parquet({"a": PAGES})), "missing")


def test_a_database_is_not_run(indexes: Path, write: Write) -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS link FROM n"
    content = sqlite(
        f"CREATE TABLE a (link); CREATE VIEW v AS {endless}", "INSERT INTO a VALUES (?)", [(PAGES[0],)]
    )
    assert read(indexes, write(content), "link")[0].records == 1


@pytest.mark.parametrize("cut", [0.3, 0.9])
@pytest.mark.parametrize("kind", ["list of objects", "Parquet", "SQLite"])
def test_a_file_cut_short_is_refused(indexes: Path, write: Write, kind: str, cut: float) -> None:
    content = next(c for v, c, _ in LINKS if v == kind)
    with pytest.raises(AuditorError):
        read(indexes, write(content[: int(len(content) * cut)]), "link")


@given(
    st.lists(
        st.tuples(st.integers(1, 2**63 - 1), st.booleans(), st.text("abc ,\"'", max_size=5)), max_size=30
    )
)
def test_what_goes_in_comes_out_or_is_skipped(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, bool, str]]
) -> None:
    path = tmp_path_factory.mktemp("generic") / "list.csv"
    path.write_bytes(
        jsonl([{"url": page(number, "somebody") if linked else words} for number, linked, words in rows])
    )
    format_ = generic_format("url")
    if not format_.sniff(source := Source(path)):
        assert not rows
        return
    assert format_.read
    found = list(format_.read(source))
    assert [row.number for row in found] == list(range(1, len(rows) + 1))
    assert [row.records[0].photo_id if row.records else None for row in found] == [
        number if linked else None for number, linked, _ in rows
    ]


def test_entries_of_a_list_without_the_key_are_accounted_for(indexes: Path, write: Write) -> None:
    entries = [{"title": "a"}, *({"id": 1, "page": {"href": url}} for url in PAGES), {"title": "b"}]
    manifest, _ = read(indexes, write(json.dumps(entries).encode()), "href")
    assert (manifest.rows, manifest.indexed, manifest.skipped) == (9, 7, {NO_COLUMN: 2})


def test_lines_of_other_sites_do_not_hide_a_named_column(
    indexes: Path, write: Write, records: Records
) -> None:
    manifest, _ = read(
        indexes, write(lines(lambda photo, _, secret: static(photo, secret), *[ELSEWHERE] * 100)), "line"
    )
    assert records(manifest) == Counter([Expected(number) for number in NUMBERS])
    assert manifest.skipped == {NEITHER: 100}


PICTURE = b"\xff\xd8" + bytes(range(256)) * 20
COLUMNS: list[tuple[str, Sequence[object]]] = [
    ("lists", [PAGES[:4], PAGES[4:]]),
    ("objects", [{"url": url, "views": 3} for url in PAGES]),
    ("objects with the picture", [{"bytes": PICTURE, "path": url} for url in PAGES]),
    ("lists of objects", [[{"url": url} for url in PAGES]]),
    ("few different texts", pa.array(PAGES).dictionary_encode()),
    ("text marked as bytes", [url.encode() for url in PAGES]),
    ("maps", pa.array([[(7, url)] for url in PAGES], pa.map_(pa.int32(), pa.string()))),
]


@pytest.mark.parametrize("column", [column for _, column in COLUMNS], ids=[name for name, _ in COLUMNS])
def test_links_anywhere_in_a_parquet_file_are_read(
    indexes: Path, write: Write, records: Records, column: Sequence[object]
) -> None:
    content = parquet({"sha": [b"\xff\x00\xfe"] * len(column), "photo": column})
    assert records(read(indexes, write(content))[0]) == Counter(OWNED)


def test_rows_of_a_parquet_file_without_text_are_counted(indexes: Path, write: Write) -> None:
    content = parquet({"flickr.com": [[{"bytes": PICTURE}]] * 5})
    with pytest.raises(WrongFileError, match="5 rows"):
        read(indexes, write(content))


MORE: list[tuple[str, str, str | None, int]] = [
    ("a number that a spreadsheet rounded", "n,id\n1,9.00E+09\n", "id", 0),
    ("a number with all its digits", "n,id\n1,9.000000001e+09\n", "id", 1),
    ("several ids in a value", "n,story\n1,9000000001-9000000038-9000000075\n", "story", 3),
    ("a date", "n,day\n1,2019-01-01\n", "day", 0),
    ("two links in a cell, one beside", f'a,b\n"{PAGES[0]} {PAGES[1]}",{FILES[2]}\n', None, 3),
    ("XML", f'<photos>\n<photo id="9000000001" url="{PAGES[0]}"/>\n</photos>\n', None, 1),
    ("a link far behind", "a,b\n" + "x,y\n" * 60_000 + f"z,{PAGES[0]}\n", None, 1),
    (
        "names of another site's files",
        f"url\nhttps://a.example/1234567_0a1b2c3d4e.jpg\nx\nx\n{PAGES[0]}",
        None,
        1,
    ),
]


@pytest.mark.parametrize(
    ("content", "column", "photos"), [row[1:] for row in MORE], ids=[name for name, *_ in MORE]
)
def test_what_is_certain_is_read_and_nothing_else(
    indexes: Path, write: Write, content: str, column: str | None, photos: int
) -> None:
    path = write(content.encode())
    if photos:
        assert read(indexes, path, column)[0].photos == photos
    else:
        with pytest.raises(WrongFileError):
            read(indexes, path, column)


def test_members_who_only_liked_a_photo_are_not_its_owners(indexes: Path, write: Write) -> None:
    content = text(["favimg_url,fav_by", f"{FILES[0]},99000001@N07"])
    assert read(indexes, write(content))[0].owners == 0


def test_a_column_does_not_lose_what_the_row_says_of_its_photo(
    indexes: Path, write: Write, records: Records
) -> None:
    rows = [f"{photo},{static(photo, secret, '_o')},{nsid}" for photo, nsid, secret in PHOTOS]
    manifest, _ = read(indexes, write(text(["id,url_o,owner", *rows])), "id")
    assert records(manifest) == Counter(entry._replace(original=True) for entry in OWNED)


ANSWERS: list[tuple[str, bytes]] = [
    ("CSV", text(["id,owner,originalsecret,title", *(f"{n},{nsid},{key},t" for n, nsid, key in PHOTOS)])),
    (
        "Flickr's answer in JSON",
        json.dumps(
            {
                "photos": {
                    "photo": [
                        {"id": str(n), "owner": nsid, "original_secret": key} for n, nsid, key in PHOTOS
                    ]
                }
            }
        ).encode(),
    ),
    (
        "Flickr's answer in XML",
        text([f'<photo id="{n}" owner="{nsid}" originalsecret="{key}"/>' for n, nsid, key in PHOTOS]),
    ),
    (
        "a table of Hive",
        text([f"{n}\x01{static(n, key, '_o')}\x01{nsid}" for n, nsid, key in PHOTOS]),
    ),
    (
        "words with signs around them",
        text([f"in {{owner={nsid}}} {n}_0a1b2c3d4e_o.jpg" for n, nsid, _ in PHOTOS]),
    ),
]


@pytest.mark.parametrize("content", [row[1] for row in ANSWERS], ids=[name for name, _ in ANSWERS])
def test_ids_with_secrets_and_owners_beside_them_are_joined(
    indexes: Path, write: Write, records: Records, content: bytes
) -> None:
    manifest, _ = read(indexes, write(content))
    assert {(found.photo_id, found.owner, found.original) for found in records(manifest)} == {
        (entry.photo_id, entry.owner, True) for entry in OWNED
    }


@pytest.mark.parametrize("header", ["client_id,client_secret", "id,short_hash", "user.id,photo.secret"])
def test_numbers_beside_other_keys_are_no_photo_ids(indexes: Path, write: Write, header: str) -> None:
    with pytest.raises(WrongFileError):
        read(indexes, write(text([header, *(f"{n},{key}" for n, _, key in PHOTOS)])))


def test_every_path_of_a_line_is_read(indexes: Path, write: Write) -> None:
    names = [f"{number}_0a1b2c3d4e.jpg" for number in NUMBERS]
    pairs = [f"a/{name} b/{other}" for name, other in pairwise(names)]
    assert read(indexes, write(text(pairs)))[0].photos == len(PHOTOS)
