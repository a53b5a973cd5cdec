"""Lists as people and programs write them: other encodings, line ends, packings, quoting and containers.

Each file has all seven photos, or none for certain. Whatever it is, no photo of another site may come out.
"""

import io
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pytest

from auditor.datasets.index.build import build
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.parsing.column_records import ROUNDED
from auditor.datasets.parsing.json_items import NO_JSON
from auditor.datasets.parsing.row import OTHER_MEMBER, UNNAMED_PHOTOS, UNREAD_MEMBER
from auditor.datasets.readers.generic import generic_format
from auditor.errors import WrongFileError
from tests.datasets.readers.conftest import Write, found_in_index
from tests.datasets.readers.lookalikes import jsonl, page, parquet, sqlite, static, tarred, text, zipped
from tests.datasets.same_photos import PHOTOS

IDS = {photo for photo, _, _ in PHOTOS}
OWNERS = {nsid for _, nsid, _ in PHOTOS}
PAGES = [page(photo, nsid) for photo, nsid, _ in PHOTOS]
ENTRIES = [{"n": n, "url": url} for n, url in enumerate(PAGES)]
TABLE = ["n,url", *(f"{n},{url}" for n, url in enumerate(PAGES))]
NAMES = [f"{photo}_0a1b2c3d4e_b.jpg" for photo in sorted(IDS)]
OTHERS = [f"{1234567 + n}_0a1b2c3d4e.jpg" for n in range(9)]
ELSEWHERE = "https://img.example.org"


def read(indexes: Path, path: Path, column: str | None = None) -> tuple[Manifest, dict[str, set[object]]]:
    manifest = build(indexes, "my-list", [path], formats=[generic_format(column)])
    assert manifest.rows == manifest.indexed + sum(manifest.skipped.values())
    return manifest, found_in_index(indexes, manifest)


def npy(values: object) -> bytes:
    sink = io.BytesIO()
    np.save(sink, np.asarray(values))
    return sink.getvalue()


def recoded(encoding: str) -> bytes:
    return text(TABLE).decode().encode(encoding)


WITH_OWNERS: list[tuple[str, bytes]] = [
    ("old Macs' line ends", text(TABLE).replace(b"\n", b"\r")),
    ("UTF-16 with its mark", recoded("utf-16")),
    ("UTF-16 without it", recoded("utf-16-le")),
    ("UTF-16 without it, the other way round", recoded("utf-16-be")),
    ("UTF-16 without it, that begins with an umlaut", text(["ä,url", *PAGES]).decode().encode("utf-16-le")),
    ("UTF-32", recoded("utf-32")),
    ("xz", lzma.compress(text(TABLE))),
    ("tar.xz", tarred({"a/list.csv": text(TABLE)}, "w:xz")),
    ("a stray zero in a title", text(["t,url", *(f"a\0b,{url}" for url in PAGES)])),
    ("JSON with a callback", b"/**/jsonFlickrApi(" + json.dumps(ENTRIES).encode() + b");\n"),
    ("JSON as a script", b"var photos = " + json.dumps(ENTRIES).encode() + b";"),
    ("JSON values one after the other", "".join(map(json.dumps, ENTRIES)).encode()),
    ("the same on several lines", "\n".join(json.dumps(e, indent=1) for e in ENTRIES).encode()),
    ("JSON Lines of lists", jsonl([[n, url] for n, url in enumerate(PAGES)])),
    ("JSON lines with commas", text([f"{json.dumps(entry)}," for entry in ENTRIES])),
    ("JSON with a comma too many", json.dumps(ENTRIES)[:-1].encode() + b",]"),
    ("dicts of Python", text([str(entry) for entry in ENTRIES])),
    ("text that begins with a bracket", text([f"[{n}] {url}" for n, url in enumerate(PAGES)])),
    ("settings", text(["[photos]", *(f"p{n} = {url}" for n, url in enumerate(PAGES))])),
    (
        "links that Proofpoint rewrote",
        text(
            [
                "https://urldefense.proofpoint.com/v2/url?u="
                + quote(url, safe="").replace("%2F", "_").replace("%", "-")
                + "&d=DwMF-g"
                for url in PAGES
            ]
        ),
    ),
    ("a log", text(["[INFO] start", *(f"[INFO] got {url} ok" for url in PAGES)])),
    (
        "JSON in a cell",
        text(
            [
                "n,meta",
                *(
                    f'1,"{{""id"": {n}, ""owner"": ""{o}"", ""u"": ""{static(n, s)}""}}"'
                    for n, o, s in PHOTOS
                ),
            ]
        ),
    ),
    ("NumPy", npy(PAGES)),
    ("bytes in NumPy", npy([url.encode() for url in PAGES])),
    ("a table in NumPy", npy([["a", url] for url in PAGES])),
    ("NumPy's archive", zipped({"urls.npy": npy(PAGES), "labels.npy": npy(range(7))})),
    ("Parquet with views", parquet({"u": pa.array(PAGES, pa.string_view())})),
    (
        "bytes in SQLite",
        sqlite("CREATE TABLE p (u BLOB)", "INSERT INTO p VALUES (?)", [(url.encode(),) for url in PAGES]),
    ),
]


@pytest.mark.parametrize("content", [c for _, c in WITH_OWNERS], ids=[name for name, _ in WITH_OWNERS])
def test_every_photo_and_owner_is_read(indexes: Path, write: Write, content: bytes) -> None:
    _, found = read(indexes, write(content))
    assert (found["photo_ids"], found["owners"]) == (IDS, OWNERS)


NUMBERS: list[tuple[str, bytes | list[str]]] = [
    ("commas between thousands", [f'"{n:,}"' for n in IDS]),
    ("dots", [f"{n:,}".replace(",", ".") for n in IDS]),
    ("narrow spaces", [f"{n:,}".replace(",", "\u202f") for n in IDS]),
    ("zeros before", [f"{n:013}" for n in IDS]),
    ("brackets", [f"[{n}]" for n in IDS]),
    ("as Excel protects them", [f"'{n}" for n in IDS]),
    ("as formulas for Excel", [f'"=""{n}"""' for n in IDS]),
    ("decimals", [f"{n}.00" for n in IDS]),
    ("lists of Python", [f"['{n}', '{n + 1}']" for n in sorted(IDS)[:1]] + [f"({n})" for n in IDS]),
    ("arrays of PostgreSQL", [f"{{{n}}}" for n in IDS]),
    ("a file that tells Excel its separator", text(["sep=;", "id;n", *(f"{n};1" for n in IDS)])),
    ("JSON by columns", json.dumps({"id": {str(n): photo for n, photo in enumerate(IDS)}}).encode()),
    ("floats of JSON", json.dumps([{"id": float(n)} for n in IDS]).encode()),
    ("floats of JSON Lines", jsonl([{"id": float(n)} for n in IDS])),
    ("floats of Parquet", parquet({"id": pa.array(sorted(map(float, IDS)))})),
    ("decimals in Parquet", parquet({"id": pa.array(sorted(IDS), pa.decimal128(20, 0))})),
    ("NumPy", npy(sorted(IDS))),
]


@pytest.mark.parametrize("rows", [rows for _, rows in NUMBERS], ids=[name for name, _ in NUMBERS])
def test_ids_in_a_named_column_are_read_however_they_are_written(
    indexes: Path, write: Write, rows: bytes | list[str]
) -> None:
    content = rows if isinstance(rows, bytes) else text(["id;n", *(f"{row};1" for row in rows)])
    found = read(indexes, write(content), "id")[1]["photo_ids"]
    assert found >= IDS
    assert found - IDS == ({min(IDS) + 1} if b"['" in content else set())


ROUNDED_NUMBERS: list[tuple[str, bytes]] = [
    ("JSON", b'[{"id": 9.0e+09}, {"id": 5.293E10}, {"id": 1e999999999}]'),
    ("JSON Lines", b'{"id": 9.0e+09}\n{"id": 5.293E10}\n'),
    ("Parquet of 32 bits", parquet({"id": pa.array(sorted(map(float, IDS)), pa.float32())})),
    ("NumPy of 32 bits", npy(np.array(sorted(IDS), np.float32))),
    ("CSV", b"id,n\n9.00E+09,1\n"),
]


@pytest.mark.parametrize(
    "content", [content for _, content in ROUNDED_NUMBERS], ids=[name for name, _ in ROUNDED_NUMBERS]
)
def test_numbers_that_lost_digits_are_no_ids(indexes: Path, write: Write, content: bytes) -> None:
    with pytest.raises(WrongFileError, match=ROUNDED):
        read(indexes, write(content), "id")


KEYED: list[tuple[str, object]] = [
    ("links", dict.fromkeys(PAGES, 1)),
    ("links without a value", {url: [] for url in PAGES}),
    ("names, some without a value", {name: [{"box": [1, 2]}] * (n % 2) for n, name in enumerate(NAMES)}),
    ("names of nothing", {"annotations": {name: {} for name in NAMES}}),
]


@pytest.mark.parametrize("content", [content for _, content in KEYED], ids=[name for name, _ in KEYED])
def test_photos_in_the_keys_of_json_are_read(indexes: Path, write: Write, content: object) -> None:
    assert read(indexes, write(json.dumps(content).encode()))[1]["photo_ids"] == IDS


def test_a_bad_line_among_lines_of_json_is_read_as_text_or_named(indexes: Path, write: Write) -> None:
    lines = [*(json.dumps(entry) for entry in ENTRIES[:-1]), f'{{"url": "{PAGES[-1]}", bad}}', '{"url": "htt']
    manifest, found = read(indexes, write(text(lines)))
    assert found["photo_ids"] == IDS
    assert manifest.skipped == {NO_JSON: 1}


def test_the_columns_of_a_file_without_the_named_one_are_told(indexes: Path, write: Write) -> None:
    content = jsonl([{"photo_id": {"$numberLong": str(n)}} for n in IDS])
    with pytest.raises(WrongFileError) as caught:
        read(indexes, write(content), "photo_id")
    assert "photo_id.$numberLong" in caught.value.hint
    assert read(indexes, write(content), "photo_id.$numberLong")[1]["photo_ids"] == IDS


@pytest.mark.parametrize("rows", [["-9000000001"], ["9.00E+09"], ["2019-01-01"], ["+49 170 1234567"]])
def test_other_numbers_are_not_even_there(indexes: Path, write: Write, rows: list[str]) -> None:
    with pytest.raises(WrongFileError):
        read(indexes, write(text(["id;n", *(f"{row};1" for row in rows)])), "id")


OF_ANOTHER_SITE: list[tuple[str, list[str]]] = [
    ("its addresses", [f"{ELSEWHERE}/a/{name}" for name in OTHERS]),
    ("addresses without scheme", [f"img.example.org/a/{name}" for name in OTHERS]),
    ("names beside them", ["file,url", *(f"{name},{ELSEWHERE}/a/{name}" for name in OTHERS)]),
    ("names beside its pages", ["url,file", *(f"{ELSEWHERE}/p/{n},{name}" for n, name in enumerate(OTHERS))]),
]


@pytest.mark.parametrize("rows", [rows for _, rows in OF_ANOTHER_SITE], ids=[n for n, _ in OF_ANOTHER_SITE])
def test_names_of_another_site_are_left_and_the_user_is_told(
    indexes: Path, write: Write, rows: list[str]
) -> None:
    with pytest.raises(WrongFileError) as error:
        read(indexes, write(text(rows)))
    assert "with names shaped like Flickr's, but of another site as it seems" in error.value.hint
    column = "file" if "," in rows[0] else "line"
    assert f'--column "{column}"' in error.value.hint
    assert len(read(indexes, write(text(rows)), column)[1]["photo_ids"]) == len(OTHERS)


def test_of_a_list_of_several_sites_only_flickrs_photos_are_taken(indexes: Path, write: Write) -> None:
    rows = [f"{photo},{photo}_{secret}.jpg,{static(photo, secret)}" for photo, _, secret in PHOTOS]
    rows += [f"{name[:7]},{name},{ELSEWHERE}/{name}" for name in OTHERS]
    manifest, found = read(indexes, write(text(["id,file,url", *rows])))
    assert found["photo_ids"] == IDS
    assert sum(manifest.skipped.values()) == len(OTHERS)


def test_a_licence_or_a_blog_beside_a_name_is_no_other_site(indexes: Path, write: Write) -> None:
    terms = "http://creativecommons.org/licenses/by/2.0/"
    rows = [f'{name},{terms},"see https://blog.example.org for more"' for name in NAMES]
    assert read(indexes, write(text(["file,terms,description", *rows])))[1]["photo_ids"] == IDS


DIGITS_FIRST = [
    f"img/{photo}_{1234567890 if n == 0 else '0a1b2c3d4e'}.jpg" for n, photo in enumerate(sorted(IDS))
]


@pytest.mark.parametrize(
    "pack",
    [zipped, lambda members: tarred(members, "w"), lambda members: tarred(members, "w:gz"), dict],
    ids=["zip", "tar", "tar.gz", "folder"],
)
def test_names_of_pictures_are_judged_together(
    indexes: Path, write: Write, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    manifest, found = read(indexes, write(pack(dict.fromkeys(DIGITS_FIRST, b"\xff\xd8\xff"))))
    assert found["photo_ids"] == IDS
    assert not manifest.skipped


def test_a_file_in_an_archive_that_may_hold_more_is_no_note(indexes: Path, write: Write) -> None:
    members = {
        "list.csv": text(TABLE),
        "more.zip": zipped({"list.csv": text(TABLE)}),
        "rest.csv": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "README": b"hello",
    }
    manifest, _ = read(indexes, write(members))
    assert manifest.skipped == {UNREAD_MEMBER: 2, OTHER_MEMBER: 1}
    assert manifest.in_part(all_flickr=False)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lzma.compress(lzma.compress(text(TABLE))), "an archive inside of another"),
        (
            zipped({"xl/workbook.xml": b"<x/>", "xl/sharedStrings.xml": PAGES[0].encode()}),
            "an Excel workbook",
        ),
        (b"ARROW1\0\0" + b"\0" * 200, "save it as Parquet"),
        (b"\xff\xff\xff\xff\x70\0\0\0" + PAGES[0].encode(), "save it as Parquet"),
        (b"ORC\n" + PAGES[0].encode(), "save it as Parquet"),
        (zipped({"a.tgz": tarred({"list.csv": text(TABLE)}, "w:gz")}), "an archive inside of another"),
        (npy(np.array([PAGES[0], None], object)), "NumPy file"),
        (lzma.compress(text(TABLE))[:-20], "cut short or damaged"),
    ],
    ids=["packed twice", "workbook", "Arrow", "Arrow stream", "ORC", "archive in archive", "NumPy", "cut"],
)
def test_what_cannot_be_read_is_named(indexes: Path, write: Write, content: bytes, words: str) -> None:
    with pytest.raises(WrongFileError, match=words):
        read(indexes, write(content))


@pytest.mark.parametrize(
    "pack", [zipped, lambda members: tarred(members, "w:gz"), dict], ids=["zip", "tar", "folder"]
)
def test_a_link_in_a_readme_beside_the_list_is_no_photo_of_the_list(
    indexes: Path, write: Write, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    note = b"Made from https://www.flickr.com/photos/somebody/1234567890/"
    notes = {"README.md": note, "a/LICENSE": note, "a/readme.txt": note}
    manifest, found = read(indexes, write(pack({"a/list.csv": text(TABLE), **notes})))
    assert (found["photo_ids"], found["aliases"]) == (IDS, set())
    assert manifest.skipped[OTHER_MEMBER] == 3


def test_a_list_that_is_called_readme_is_read(indexes: Path, tmp_path: Path) -> None:
    path = tmp_path / "README.txt"
    path.write_bytes(text(TABLE))
    assert read(indexes, path)[1]["photo_ids"] == IDS


def test_what_stands_around_the_photos_of_an_answer_is_no_row_that_was_not_read(
    indexes: Path, write: Write
) -> None:
    photos = [{"id": str(n), "owner": owner, "secret": f"{s[:-1]}a"} for n, owner, s in PHOTOS]
    answer = {"photos": {"page": 1, "perpage": 500, "total": "7", "photo": photos}, "stat": "ok"}
    manifest, found = read(indexes, write(json.dumps(answer).encode()))
    assert (found["photo_ids"], manifest.skipped) == (IDS, {})


FRAME = "<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
CANONICAL = '<link rel="canonical" href="https://www.flickr.com/photos/somebody/albums/72157600000000000">'
SAVED_FROM = "<!-- saved from url=(0036)https://www.flickr.com/search/?text=x -->"
LINK = '<a href="https://www.flickr.com/photos/{nsid}/{photo}/">x</a>'
OF_GOOGLE = (
    "https://www.google.com/url?q=https%3A%2F%2Fwww.flickr.com%2Fphotos%2F{nsid}%2F{photo}%2F&amp;sa=D"
)
PICTURE = '<img src="//live.staticflickr.com/7/{photo}_{secret}_m.jpg">'
SCRIPT = r'<script>x = {{"url":"https:\/\/www.flickr.com\/photos\/{nsid}\/{photo}\/"}}</script>'
PAGES_OF_WEB: list[tuple[str, str, str]] = [
    ("an album as Flickr sends it", CANONICAL, '<a href="/photos/{nsid}/{photo}/in/album-72/"></a>'),
    ("a search as a browser saves it", SAVED_FROM, LINK),
    ("a page with its pictures", "", LINK + PICTURE),
    ("a script", "", SCRIPT),
    ("a published table of Google", "", f'<td><a href="{OF_GOOGLE}">x</a></td>'),
]


@pytest.mark.parametrize(("head", "link"), [p[1:] for p in PAGES_OF_WEB], ids=[p[0] for p in PAGES_OF_WEB])
@pytest.mark.parametrize("lines", ["", "\n", " " * 700_000])
def test_the_photos_of_a_saved_web_page_are_read_and_nobody_else(
    indexes: Path, write: Write, head: str, link: str, lines: str
) -> None:
    icon = "https://farm1.staticflickr.com/1/buddyicons/99000009@N00.jpg"
    people = f'<a href="https://www.flickr.com/people/admirer/"><img src="{icon}"></a>'
    body = lines.join(link.format(photo=photo, nsid=nsid, secret=secret) for photo, nsid, secret in PHOTOS)
    manifest, found = read(indexes, write(FRAME.format(head=head, body=people + body).encode()))
    assert (found["photo_ids"], found["owners"], found["aliases"]) == (IDS, OWNERS, set())
    assert not manifest.skipped


def test_a_saved_page_is_said_to_hold_what_was_loaded(indexes: Path, write: Write) -> None:
    said: list[str] = []
    content = FRAME.format(head="", body=f'<a href="{PAGES[0]}">x</a>').encode()
    build(indexes, "my-list", [write(content)], formats=[generic_format(None, said.append)])
    assert any("loaded when it was saved" in words for words in said)


@pytest.mark.parametrize(
    "body",
    ['<a href="/photos/somebody/1234567890/">x</a>', '<a href="https://www.flickr.com/signin">Log in</a>'],
)
def test_a_page_that_names_no_photo_of_flickr_is_a_page_and_no_list(
    indexes: Path, write: Write, body: str
) -> None:
    with pytest.raises(WrongFileError, match="an HTML page"):
        read(indexes, write(FRAME.format(head="", body=body).encode()))


def test_a_line_end_in_a_pictures_name_does_not_shift_the_others(indexes: Path, write: Write) -> None:
    members = {f"a\nb/{name}": b"" for name in NAMES}
    assert read(indexes, write(members))[1]["photo_ids"] == IDS


LINK = "https://www.flickr.com/photos/15087210@N00"
HARD_WRAPPED: list[tuple[str, list[str], set[int], int]] = [
    ("an id", [f"see {LINK}/6255196", "340/ and so on"], set(), 1),
    ("an id at the end of its line", [f"see {LINK}/6255196", "340/"], set(), 1),
    ("an id whose page goes on", [f"{LINK}/6255196", "340/in/photostream/"], set(), 1),
    ("after the slash", [f"see {LINK}/", "6255196340/"], set(), 1),
    ("a name", ["see https://www.flickr.com/photos/roe-", "zoe/6255196340"], set(), 1),
    ("before the slash", ["see https://www.flickr.com/photos/roe-zoe", "/6255196340/ ok"], set(), 1),
    ("the second of a line", [f"{LINK}/6255190/ {LINK}/6255196", "340/"], {6255190}, 1),
    ("each of a list", [f"{LINK}/6255196", "340/", f"{LINK}/6255196", "341/", "all"], set(), 2),
    ("none: a list of links and of ids", [f"{LINK}/6255196", "6255197"], {6255196}, 0),
    ("none: ids with slashes", [f"{LINK}/6255196", "6255197/"], {6255196}, 0),
    ("none: a count", [f"{LINK}/6255196", "12 likes"], {6255196}, 0),
    ("none: a date", [f"{LINK}/6255196", "2019/05/04"], {6255196}, 0),
    ("none: a thread", [f"1/ {LINK}/6255196", f"2/ {LINK}/6255197", "3/"], {6255196, 6255197}, 0),
    ("none: the link is whole", [f"{LINK}/6255196/", "340/"], {6255196}, 0),
    ("none: words", [f"{LINK}/6255196", "and/or another"], {6255196}, 0),
    ("none: a member, and words", [f"{LINK}", "and/or another"], set(), 0),
]


@pytest.mark.parametrize(
    ("lines", "photos", "unread"), [c[1:] for c in HARD_WRAPPED], ids=[c[0] for c in HARD_WRAPPED]
)
def test_a_link_that_goes_on_in_the_next_line_is_no_photo_and_is_told(
    indexes: Path, write: Write, lines: list[str], photos: set[int], unread: int
) -> None:
    manifest, found = read(indexes, write(text(["My photos:", *lines, f"{LINK}/6255180/"])))
    assert found["photo_ids"] == {*photos, 6255180}
    assert manifest.skipped.get(UNNAMED_PHOTOS, 0) == unread
    assert not found["aliases"]
