"""The public functions for notebooks, and the database for other programs."""

import asyncio
import json
import re
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import auditor
from auditor import database
from auditor.account.photo import Account, Photo
from auditor.account.store import AccountStore
from auditor.datasets.index.build import build
from auditor.datasets.readers import select
from auditor.errors import NotSyncedError, UsageError
from auditor.flickr import licenses
from auditor.flickr.privacy import Privacy
from auditor.frames import Home

from .conftest import ROOT

NSID = "99000001@N07"
SECRETS = ("0r1g1na1ff", "d15p1ayfff")


def synced(home: Path, photos: list[Photo], nsid: str = NSID) -> None:
    with closing(database.connect(home / "auditor.sqlite3")) as conn:
        AccountStore(conn).save(
            Account(nsid, "Ada"), photos, taken_at=1.7e9, source="api", complete=True, full=True
        )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    synced(
        tmp_path,
        [
            Photo(
                "22222",
                "Café",
                "4",
                Privacy.PUBLIC,
                secret=SECRETS[1],
                server="65535",
                original_secret=SECRETS[0],
                tags=("nocv", "sea"),
                date_upload=1_600_000_000,
                date_taken="2013-10-06 14:06:41",
                media="photo",
                views=3,
            ),
            Photo("33333", "x", None, None, date_taken="0000-00-00 00:00:00"),
        ],
    )
    listing = tmp_path / "list.json"
    listing.write_text('{"path": ["990/99000001@N07/22222_0.jpg", "990/99000001@N07/44444_0.jpg"]}')
    build(tmp_path / "indexes", "megaface", [listing], formats=select(["megaface-list"]))
    return tmp_path


CALLS: dict[str, Callable[[Home], pd.DataFrame]] = {
    "photos": lambda home: home.photos(),
    "exposures": lambda home: home.exposures(),
    "coverage": lambda home: home.coverage(),
    "datasets": lambda home: home.datasets(),
    "check": lambda home: home.check(["22222", "5300000011"]),
    "audit": lambda home: home.audit(),
    "runs": lambda home: home.runs(),
    "cases": lambda home: home.cases(),
}


# -- the short forms -----------------------------------------------------------------------------------------


def test_photos_are_a_frame_without_the_originals_secret(home: Path) -> None:
    frame = auditor.photos(home)
    assert list(frame.index) == ["22222", "33333"]
    assert frame.loc["22222", "privacy"] == "public"
    assert "original_secret" not in frame.columns


def test_an_account_without_photos_has_the_columns_all_the_same(home: Path, tmp_path: Path) -> None:
    synced(tmp_path / "empty", [])
    assert list(auditor.photos(tmp_path / "empty").columns) == list(auditor.photos(home).columns)


def test_exposures_can_be_counted_by_dataset(home: Path) -> None:
    frame = auditor.exposures(home)
    assert frame.groupby("dataset", observed=True).size().to_dict() == {"megaface": 2}
    assert list(frame["photo_id"]) == ["22222", "44444"]


def test_one_dataset_can_be_named_without_a_list(home: Path) -> None:
    assert len(auditor.open(home).exposures("megaface")) == 2
    with pytest.raises(UsageError, match="ffhq"):
        auditor.open(home).exposures("ffhq")


@pytest.mark.parametrize("call", ["photos", "exposures", "audit", "runs", "cases"])
def test_a_home_without_account_says_what_to_do(tmp_path: Path, call: str) -> None:
    with pytest.raises(NotSyncedError):
        CALLS[call](auditor.open(tmp_path))


# -- the frames ----------------------------------------------------------------------------------------------


def test_a_frame_tells_what_is_known(home: Path) -> None:
    first, second = auditor.open(home).photos().to_dict("records")
    assert (first["photo_id"], first["license_name"], first["privacy"]) == ("22222", "CC BY 2.0", "public")
    assert (first["taken"], first["has_no_cv"]) == (pd.Timestamp("2013-10-06 14:06:41"), True)
    assert first["uploaded"] == pd.Timestamp("2020-09-13 12:26:40", tz="UTC")
    assert first["as_of"] == pd.Timestamp(1.7e9, unit="s", tz="UTC")
    assert all(
        pd.isna(second[name]) for name in ("license", "privacy", "taken", "uploaded", "media", "views")
    )
    found = auditor.open(home).exposures()
    assert list(found["in_account"]) == [True, False]
    assert not found["links_original"].any()


def test_where_nobody_looked_is_no_find(home: Path) -> None:
    coverage = auditor.open(home).coverage().set_index("dataset")
    assert coverage.index.is_unique
    assert coverage.loc["megaface", "checked"]
    assert not coverage.loc["ffhq", "checked"]
    assert coverage.loc["ffhq", "reason"]
    datasets = auditor.open(home).datasets().set_index("dataset")
    assert list(datasets.query("local").index) == ["megaface"]


def test_a_column_of_one_name_has_one_dtype_with_rows_or_without(home: Path, tmp_path: Path) -> None:
    synced(tmp_path / "empty", [])
    dtypes: dict[str, Any] = {}
    for name, call in CALLS.items():
        full, empty = call(auditor.open(home)), call(auditor.open(tmp_path / "empty"))
        assert list(full.columns) == list(empty.columns), name
        for frame in (full, empty):
            for column, kind in zip(frame.columns, map(str, frame.dtypes), strict=True):
                assert dtypes.setdefault(str(column), kind) == kind, (name, column)
    assert not [name for name, kind in dtypes.items() if kind == "object" and name not in {"tags", "albums"}]


def test_audits_are_kept(home: Path) -> None:
    opened = auditor.open(home)
    assert len(opened.audit()) == 1
    audits = opened.audit()
    assert list(audits["audit_id"]) == [2, 1]
    assert audits[["photos", "exposed", "exposures", "gone", "datasets"]].iloc[0].tolist() == [
        2,
        1,
        1,
        1,
        "megaface",
    ]


def test_of_several_accounts_one_can_be_chosen(home: Path) -> None:
    synced(home, [Photo("55555", "y", "0", Privacy.PRIVATE)], nsid="99000002@N07")
    assert list(auditor.open(home).photos()["photo_id"]) == ["55555"]
    assert len(auditor.open(home, account=NSID).photos()) == 2
    with pytest.raises(NotSyncedError, match="99000003@N07"):
        auditor.open(home, account="99000003@N07").photos()


# -- the docs ------------------------------------------------------------------------------------------------

PAGE = (ROOT / "docs" / "notebooks.md").read_text(encoding="utf-8")


def test_the_example_of_the_docs_runs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_HOME", str(home))
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, names)
    assert names["by_dataset"].to_dict() == {"megaface": 2}
    assert names["by_year"].loc[2013].to_list() == [1, 1]
    assert len(names["open_ones"]) == 0
    assert len(names["found"]) == 2
    assert "megaface" not in set(names["unknown"]["dataset"])


def test_the_docs_tell_the_dtypes_as_they_are(home: Path) -> None:
    dtypes: dict[str, str] = {}
    for call in CALLS.values():
        frame = call(auditor.open(home))
        dtypes |= {str(column): str(dtype) for column, dtype in frame.dtypes.items()}
    rows = re.findall(r"^\| (`.*?`) \| ([^|]+) \|", PAGE.partition("| column | dtype")[2], re.MULTILINE)
    assert len(rows) > 5
    for names, dtype in rows:
        for name in re.findall(r"`(\w+)`", names):
            assert dtypes[name] == dtype.strip(), name


def test_the_docs_name_every_call() -> None:
    assert all(f"| `{name}(" in PAGE for name in CALLS)


# -- other programs ------------------------------------------------------------------------------------------


def tables_and_views(conn: sqlite3.Connection) -> set[str]:
    rows = conn.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    return {name for (name,) in rows if not name.startswith("sqlite_")}


@pytest.fixture
def audited(home: Path) -> Path:
    auditor.open(home).audit()
    return home / "auditor.sqlite3"


def test_no_secret_is_in_any_view(audited: Path) -> None:
    with closing(sqlite3.connect(audited)) as conn:
        views = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
        assert {"accounts", "photos", "exposures", "audits", "runs", "journal", "cases"} <= set(views)
        for view in views:
            rows = conn.execute(f"SELECT * FROM {view}").fetchall()
            assert not [secret for secret in SECRETS if secret in repr(rows)], view
        assert conn.execute("SELECT photo_id, license_then, license_name FROM exposures").fetchall() == [
            (22222, None, "CC BY 2.0"),
            (44444, None, None),
        ]


def test_the_licences_of_the_database_are_those_of_the_program(audited: Path) -> None:
    with closing(sqlite3.connect(audited)) as conn:
        rows = conn.execute("SELECT license_id, name, code, url, allows_reuse FROM license").fetchall()
    known = licenses.LICENSES.values()
    assert sorted(rows) == sorted((x.id, x.name, x.code, x.url, int(bool(x.allows_reuse))) for x in known)


def test_views_show_only_what_the_last_look_into_a_dataset_found(audited: Path, home: Path) -> None:
    listing = home / "list.json"
    listing.write_text('{"path": ["990/99000001@N07/44444_0.jpg"]}')
    build(home / "indexes", "megaface", [listing], formats=select(["megaface-list"]))
    auditor.open(home).audit()
    with closing(sqlite3.connect(audited)) as conn:
        assert conn.execute("SELECT photo_id, in_account FROM exposures").fetchall() == [(44444, 0)]


def test_every_table_is_described_or_hidden(audited: Path) -> None:
    metadata = json.loads(auditor.datasette_metadata().read_text())["databases"]["auditor"]["tables"]
    with closing(sqlite3.connect(audited)) as conn:
        names = tables_and_views(conn)
        assert names == metadata.keys()
        for name in names:
            columns = {row[1] for row in conn.execute(f"PRAGMA table_info({name})")}
            assert metadata[name].get("columns", {}).keys() <= columns, name
            holds = conn.execute(f"SELECT * FROM {name}").fetchall()
            if any(secret in repr(holds) for secret in SECRETS) or {"before_image", "value"} & columns:
                assert metadata[name]["allow"] is False, name


@pytest.mark.filterwarnings("ignore")  # of Datasette's own
def test_datasette_shows_the_views_and_no_secret(audited: Path) -> None:
    from datasette.app import Datasette

    metadata = json.loads(auditor.datasette_metadata().read_text())

    async def look() -> dict[str, tuple[int, str]]:
        shown = Datasette([str(audited)], metadata=metadata, settings={"suggest_facets": False})
        await shown.invoke_startup()
        paths = ["", "/auditor", "/auditor?sql=select+*+from+photo_original"]
        with closing(sqlite3.connect(audited)) as conn:
            names = tables_and_views(conn)
        paths += [f"/auditor/{name}{suffix}" for name in names for suffix in ("", ".json?_shape=array")]
        pages = {}
        for path in paths:
            answer = await shown.client.get(path or "/")
            pages[path] = (answer.status_code, answer.text)
        return pages

    # In a thread of its own: the browser of other tests keeps an event loop in this one.
    with ThreadPoolExecutor(1) as other:
        pages = other.submit(asyncio.run, look()).result()
    assert not [path for path, (_, text) in pages.items() if any(secret in text for secret in SECRETS)]
    for view in ("accounts", "photos", "exposures", "audits", "runs", "journal", "cases"):
        assert pages[f"/auditor/{view}"][0] == 200, view
    for table in (
        "photo",
        "photo_original",
        "photo_secret",
        "change",
        "setting",
        "api_call",
        "original_file",
    ):
        assert pages[f"/auditor/{table}"][0] == 403, table
    assert "CC BY 2.0" in pages["/auditor/exposures"][1]
    assert pages["/auditor?sql=select+*+from+photo_original"][0] == 403
