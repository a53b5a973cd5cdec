"""Invented index files as large as is wanted, in the shapes of real ones."""

import bz2
import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_LICENSES = ("by/2.0", "by-nc-sa/2.0", "by-nc-nd/2.0")
_BATCH_ROWS = 1 << 17


class Invented:
    """Photos with owners, for one seed the same ones in every run."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(seed)

    def number(self, least: int, below: int) -> int:
        return self._chance.randrange(least, below)

    def photo(self) -> int:
        return self.number(10**8, 14 * 10**9)

    def owner(self) -> str:
        return f"{self.number(10**7, 10**8)}@N0{self.number(0, 9)}"

    def hexadecimal(self, digits: int) -> str:
        return f"{self._chance.getrandbits(4 * digits):0{digits}x}"

    def static(self, photo: int, size: str = "") -> str:
        farm, server = self.number(1, 9), self.number(1, 9000)
        return f"http://farm{farm}.staticflickr.com/{server}/{photo}_{self.hexadecimal(10)}{size}.jpg"

    def elsewhere(self, share_at_flickr: float) -> str:
        """An address, most of them of other sites."""
        if self._chance.random() < share_at_flickr:
            return self.static(self.photo())
        return f"https://cdn.shop.example/Images/{self.hexadecimal(32)}.jpg"

    def license(self) -> str:
        return f"http://creativecommons.org/licenses/{self._chance.choice(_LICENSES)}/"


def _lines(path: Path, rows: int, line: str) -> None:
    """A line for every number `i`, by DuckDB: Python would need minutes for ten million."""
    with duckdb.connect() as database:
        database.execute(f"""
            CREATE MACRO pick(i, salt, least, below) AS (least + hash(i, salt) % (below - least))::BIGINT;
            CREATE MACRO photo(i) AS pick(i, 1, 100000000, 14000000000);
            CREATE MACRO owner(i) AS concat(pick(i, 2, 10000000, 100000000), '@N0', pick(i, 3, 0, 9));
            CREATE MACRO hexadecimal(i, salt) AS format('{{:010x}}', hash(i, salt) >> 24);
            CREATE MACRO static(i) AS concat(
                'http://farm', pick(i, 4, 1, 9), '.staticflickr.com/', pick(i, 5, 1, 9000), '/',
                photo(i), '_', hexadecimal(i, 6), '.jpg'
            );
            CREATE MACRO license(i) AS concat(
                'http://creativecommons.org/licenses/', {list(_LICENSES)}[pick(i, 7, 1, 4)], '/'
            );
            COPY (SELECT {line} FROM range({rows}) numbers(i))
            TO '{path}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')
        """)


def yfcc(path: Path, rows: int) -> None:
    """The layout of 25 columns with about 460 bytes a row, as the real file has."""
    columns = [
        *("i", "photo(i)", "hexadecimal(i, 8) || hexadecimal(i, 9) || hexadecimal(i, 10)", "owner(i)"),
        *("'some+body'", "'2011-09-10 21:13:32.0'", "1316432672", "'Nokia+N950'", "'A+title+of+a+photo'"),
        *(f"'{'A+description+' * 6}'", "'helsinki,party'", "''", "24.94", "60.17", "14"),
        *("'http://www.flickr.com/photos/' || owner(i) || '/' || photo(i) || '/'", "static(i)"),
        *("'Attribution License'", "license(i)", "7000", "7", "hexadecimal(i, 11)", "hexadecimal(i, 12)"),
        *("'jpg'", "0"),
    ]
    _lines(path, rows, f"concat_ws(chr(9), {', '.join(columns)})")


def links(path: Path, rows: int) -> None:
    """Addresses of photos, 200 of each owner: the smallest file for an index by photo and by owner."""
    _lines(
        path,
        rows,
        f"concat('https://www.flickr.com/photos/', owner(i % {max(1, rows // 200)}), '/', photo(i), '/')",
    )


def photo_ids(path: Path, rows: int) -> None:
    """Numbers alone, in no order."""
    _lines(path, rows, "photo(i)")


def yfcc_bz2(path: Path, rows: int) -> None:
    """The same, packed."""
    plain = path.with_suffix(".plain")
    yfcc(plain, rows)
    with plain.open("rb") as source, bz2.open(path, "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    plain.unlink()


def ffhq(path: Path, faces: int) -> None:
    """Faces with 68 landmarks each, twice."""
    invented = Invented()
    with path.open("w", encoding="utf-8") as file:
        for number in range(faces):
            metadata = {
                "photo_url": f"https://www.flickr.com/photos/{invented.owner()}/{invented.photo()}/",
                "photo_title": "A title",
                "author": "Some Body",
                "license_url": invented.license(),
            }
            marks = [
                [invented.number(0, 10**9) / 10**6, invented.number(0, 10**9) / 10**6] for _ in range(68)
            ]
            picture = {
                "file_url": "https://drive.example/uc?id=1",
                "pixel_size": [9, 9],
                "face_landmarks": marks,
            }
            face = {"category": "training", "metadata": metadata, "image": picture, "in_the_wild": picture}
            file.write(f'{"," if number else "{"}"{number}": {json.dumps(face)}')
        file.write("}")


def laion(path: Path, rows: int, seed: int = 1) -> None:
    """Addresses of the web, three in a hundred at Flickr, beside captions and sizes."""
    invented = Invented(seed)
    schema = pa.schema([("URL", pa.string()), ("TEXT", pa.string()), ("WIDTH", pa.int64())])
    with pq.ParquetWriter(path, schema) as file:
        for start in range(0, rows, _BATCH_ROWS):
            numbers = range(start, min(rows, start + _BATCH_ROWS))
            links = [invented.elsewhere(0.03) for _ in numbers]
            texts = [f"A caption of some words, number {number}" for number in numbers]
            file.write_table(pa.table([links, texts, [640] * len(links)], schema=schema))


def cc12m(path: Path, rows: int) -> None:
    """Address and caption, six in a hundred at Flickr."""
    invented = Invented()
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            file.write(f"{invented.elsewhere(0.06)}\tA caption of some words, number {number}\n")


def open_images(path: Path, rows: int) -> None:
    """Image information, all at Flickr."""
    invented = Invented()
    with path.open("w", encoding="utf-8") as file:
        file.write("ImageID,OriginalURL,OriginalLandingURL,License,AuthorProfileURL,Author,OriginalMD5\n")
        for _ in range(rows):
            photo, owner = invented.photo(), invented.owner()
            file.write(
                f"{invented.hexadecimal(16)},{invented.static(photo, '_o')},"
                f"https://www.flickr.com/photos/{owner}/{photo},{invented.license()},"
                f'https://www.flickr.com/people/{owner}/,"Body, Some",p7E7tbnGpW2gMMZuXxTbsA==\n'
            )


def flickr_style(path: Path, rows: int) -> None:
    """Picture and page of every photo."""
    invented = Invented()
    with path.open("w", encoding="utf-8") as file:
        file.write(",image_url,page_url,label\n")
        for number in range(rows):
            photo = invented.photo()
            page = f"https://www.flickr.com/photos/{invented.owner()}/{photo}"
            file.write(f"{number},{invented.static(photo)},{page},{number % 20}\n")


def megaface(path: Path, files: int) -> None:
    """Folders of empty pictures, whose names are what is read."""
    invented = Invented()
    folder = path
    for number in range(files):
        if number % 50 == 0:
            folder = path / f"{invented.owner()}_identity_{number % 3}"
            folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{invented.photo()}_{number % 5}.jpg").touch()


def vgg_face(path: Path, rows: int) -> None:
    """Numbered addresses with the box of a face, one in a hundred at Flickr."""
    invented = Invented()
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            file.write(f"{number:08d} {invented.elsewhere(0.01)} 10.50 2.00 93.00 84.00 3.00 2.47 1\n")


def didemo(path: Path, rows: int) -> None:
    """Videos with their licences."""
    link = (
        "'http://www.flickr.com/videos/' || owner(i) || '/' || photo(i) || '/play/orig/' || hexadecimal(i, 8)"
    )
    _lines(path, rows, f"concat_ws(chr(9), photo(i), {link}, license(i))")


def google_fec(path: Path, rows: int) -> None:
    """Triplets of faces, all at Flickr."""
    faces = ", ".join(f"""'"' || static(3 * i + {face}) || '"', 0.1, 0.2, 0.3, 0.4""" for face in range(3))
    _lines(path, rows, f"concat_ws(',', {faces}, 'ONE_CLASS_TRIPLET', 'an1', 2)")


def yfcc_sqlite(path: Path, rows: int) -> None:
    """The table of 2014, of which few columns are read."""
    invented = Invented()
    photos = (
        (invented.photo(), invented.owner(), "A+title", invented.license(), invented.hexadecimal(10))
        for _ in range(rows)
    )
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE yfcc100m_dataset (photoid INTEGER, uid, title, licenseurl, secretoriginal)"
        )
        database.executemany("INSERT INTO yfcc100m_dataset VALUES (?, ?, ?, ?, ?)", photos)


def account(path: Path, photos: int, source: Path) -> None:
    """The ids of an account: one in five of them in the list of links `source`."""
    invented = Invented()
    with source.open(encoding="utf-8") as rows:
        known = [row.split("/")[5] for row, _ in zip(rows, range(photos // 5), strict=False)]
    others = [str(invented.photo()) for _ in range(photos - len(known))]
    path.write_text("\n".join([*known, *others]), encoding="utf-8")


def sorted_ids(path: Path, _: int, source: Path) -> None:
    """The photo ids of a list of links, as an array to be mapped."""
    table = f"read_csv('{source}', columns={{'line': 'VARCHAR'}}, header=false)"
    query = f"SELECT DISTINCT split_part(line, '/', 6)::BIGINT AS id FROM {table} ORDER BY id"
    with duckdb.connect() as database, path.open("wb") as file:
        np.save(file, database.execute(query).fetchnumpy()["id"])


def home(path: Path, photos: int) -> None:
    """A home of an account of so many photos, nine of twenty of them in a list; see `audit`."""
    from auditor import database
    from auditor.datasets.adding import Wish, add
    from auditor.files import private_dir

    invented, nsid = Invented(), "99000001@N07"
    ids = sorted({invented.photo() for _ in range(photos)})
    private_dir(path)
    with closing(database.connect(path / "auditor.sqlite3")) as conn, database.transaction(conn):
        conn.execute("INSERT INTO account VALUES (?, 'Roe', NULL, 1, '{}', '{}', 1.8e9)", (nsid,))
        conn.execute(
            "INSERT INTO snapshot (nsid, taken_at, full_at, source, complete, photos)"
            " VALUES (?, 1.8e9, 1.8e9, 'api', 1, ?)",
            (nsid, len(ids)),
        )
        conn.executemany(
            "INSERT INTO photo (nsid, id, title, license_id, privacy, tags, machine_tags, date_upload, as_of)"
            " VALUES (?, ?, ?, '4', 'public', '', '', ?, 1.8e9)",
            ((nsid, photo, f"A title of {photo}", 1_200_000_000 + photo % 10**8) for photo in ids),
        )
    links = path.with_suffix(".txt")
    exposed = (photo for number, photo in enumerate(ids) if number % 20 < 9)
    links.write_text("".join(f"https://www.flickr.com/photos/{nsid}/{photo}/\n" for photo in exposed))
    add(path / "indexes", "my-list", [links], Wish())


MAKERS: dict[str, Callable[..., None]] = {
    make.__name__: make
    for make in (
        *(yfcc, yfcc_bz2, links, photo_ids, ffhq, laion, cc12m, open_images, flickr_style, megaface),
        *(vgg_face, didemo, google_fec, yfcc_sqlite),
        *(account, sorted_ids, home),
    )
}
