"""A home as pandas DataFrames (the public functions are in `auditor`).

A column of one name means the same and has the same dtype in every frame, whether there are rows or not.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

import pandas as pd

from auditor import clock, database, settings
from auditor.account.photo import Photo
from auditor.account.store import AccountStore
from auditor.audit.check import check
from auditor.audit.coverage import covered
from auditor.audit.result import AuditResult
from auditor.audit.rows import AUDIT_COLUMNS, CHECK_COLUMNS, PHOTO_COLUMNS, audit_rows, check_rows, photo_row
from auditor.audit.run import account_state, audit_home
from auditor.audit.shown import remember
from auditor.datasets import catalogue
from auditor.datasets.index.local import LocalIndexes, open_indexes
from auditor.files import user_path
from auditor.flickr.privacy import Privacy
from auditor.flickr.target import classify
from auditor.settings import Settings
from auditor.text import iso

_UTC: Final = "datetime64[us, UTC]"
_LOCAL: Final = "datetime64[us]"
_COLUMNS: Final = {
    _UTC: "as_of at built_at finished first_seen last_seen snapshot_at started uploaded",
    _LOCAL: "answered_on closed_on drafted_on sent_on taken",
    "category": "about account certainty coverage dataset ground kind license license_name license_then"
    " match_key media provenance role state why",
    "boolean": "checkable checked complete has_no_cv huge in_account links_original local own_list",
    "Int64": "already audit_id changes done drifted exposed exposures failed gone pending photos records"
    " removed safety_level still_there views year",
    "object": "albums tags",
}
"""Columns by dtype; every other is text."""
_DTYPES: Final[Mapping[str, Any]] = {
    **{name: dtype for dtype, names in _COLUMNS.items() for name in names.split()},
    "privacy": pd.CategoricalDtype([privacy.value for privacy in Privacy]),
}


@dataclass(frozen=True, slots=True)
class Home:
    """What `auditor.open` returns. Errors of all methods: `NotSyncedError`, before there is an account."""

    settings: Settings
    account: str | None = None
    """NSID; None: the account that was synced last."""

    def photos(self) -> pd.DataFrame:
        """The account as last synced: one row for each photo.

        Columns: those of `exposures` that tell a photo, and ``tags`` and ``albums`` (tuples), ``media``,
        ``safety_level``, ``views``, ``as_of``. What is not known is missing (NA).
        """
        with self._opened() as conn:
            state = account_state(conn, self.account)
        nsid = state.account.nsid
        rows = (
            {
                **photo_row(photo, nsid),
                "tags": photo.tags,
                "albums": photo.albums,
                "media": photo.media,
                "safety_level": photo.safety_level,
                "views": photo.views,
                "as_of": None if photo.as_of is None else iso(photo.as_of),
            }
            for photo in state.photos
        )
        more = ("account", "tags", "albums", "media", "safety_level", "views", "as_of")
        return _frame(rows, (*PHOTO_COLUMNS, *more))

    def exposures(self, datasets: Sequence[str] = ()) -> pd.DataFrame:
        """What the account's photos are in now: one row for each photo and dataset.

        Columns as of ``audit --format csv``. `datasets` (or a single name) limits it. Nothing is kept.
        """
        with self._opened() as conn:
            result = self._audit(conn, datasets)
        return _frame(audit_rows(result), AUDIT_COLUMNS)

    def coverage(self) -> pd.DataFrame:
        """Where `exposures` looks and where it cannot: one row for each dataset, with the reason.

        ``checked`` False says that nothing is known of a dataset, not that no photo is in it.
        """
        indexes = self._indexes()
        coverage = covered(indexes.readable, catalogue.load(), damaged=indexes.damaged)
        rows = [{**index.values(), "checked": True} for index in coverage.checked]
        rows += [{**asdict(dataset), "checked": False} for dataset in coverage.not_checked]
        why = ("coverage", "in_part", "why", "reason")
        whose = ("own_list", "provenance", "from")
        return _frame(rows, ("dataset", "title", "about", "checked", *why, "records", "built_at", *whose))

    def datasets(self) -> pd.DataFrame:
        """The catalogue: one row for each dataset; ``local`` where its index is on this computer."""
        here = {index.name: index.manifest for index in self._indexes().readable}
        rows = (
            {
                "dataset": card.name,
                "title": card.title,
                "about": card.about,
                "huge": card.huge,
                "year": card.year,
                "publisher": card.publisher,
                "photos": card.counts.photos,
                "checkable": card.checkable,
                "local": card.name in here,
                "records": here[card.name].records if card.name in here else None,
                "built_at": here[card.name].built_at if card.name in here else None,
            }
            for card in catalogue.load().values()
        )
        columns = ("dataset", "title", "about", "huge", "year", "publisher", "photos", "checkable", "local")
        return _frame(rows, (*columns, "records", "built_at"))

    def check(self, targets: Iterable[str]) -> pd.DataFrame:
        """Photo links, ids, NSIDs and profiles looked up, without a call: one row for each place or target.

        Columns as of ``check --format csv``.
        """
        parsed = [classify(target) for target in ([targets] if isinstance(targets, str) else targets)]
        found = check(parsed, self._indexes().readable, catalogue.load(), None)
        return _frame(check_rows(found.targets), CHECK_COLUMNS)

    def audit(self) -> pd.DataFrame:
        """Make an audit and keep it, as the command does: one row for each audit kept, the new one first."""
        with self._opened() as conn:
            result = self._audit(conn)
            remember(result, conn, clock.wall())
            return _view(conn, "audits", result.account.nsid, order="audit_id DESC")

    def runs(self) -> pd.DataFrame:
        """What was applied and undone: one row for each run, the latest first, with numbers of changes."""
        with self._opened() as conn:
            return _view(conn, "runs", self._nsid(conn), order="started DESC")

    def cases(self) -> pd.DataFrame:
        """Requests to publishers: one row for each case, with its state and days."""
        with self._opened() as conn:
            return _view(conn, "cases", self._nsid(conn), order="drafted_on, case_id")

    def _audit(self, conn: sqlite3.Connection, datasets: Sequence[str] = ()) -> AuditResult:
        only = [datasets] if isinstance(datasets, str) else list(datasets)
        return audit_home(conn, self._indexes(only), nsid=self.account, only=only)

    def _nsid(self, conn: sqlite3.Connection) -> str:
        return AccountStore(conn).required_snapshot(self.account).nsid

    def _indexes(self, only: Sequence[str] = ()) -> LocalIndexes:
        return open_indexes(self.settings.indexes, only)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(database.connect(self.settings.database)) as conn:
            yield conn


def open_home(home: Path | str | None, account: str | None = None) -> Home:
    """See `auditor.open`."""
    return Home(settings.load(home=user_path(Path(home)) if home is not None else None), account)


def photos(home: Path | str | None) -> pd.DataFrame:
    """See `auditor.photos`."""
    opened = open_home(home)
    with opened._opened() as conn:
        found = account_state(conn).photos
    # The original's secret opens the full-size file: it is no column to look at.
    columns = [field.name for field in fields(Photo) if field.name != "original_secret"]
    return pd.DataFrame([asdict(photo) for photo in found], columns=columns).set_index("id")


def _frame(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    told = list(rows)
    return pd.DataFrame({name: _series([row.get(name) for row in told], name) for name in columns})


def _series(values: list[Any], name: str) -> Any:
    dtype = _DTYPES.get(name, "string")
    if dtype not in {_UTC, _LOCAL}:
        return pd.Series(values, dtype=dtype)
    # Flickr keeps dates such as 0000-00-00 00:00:00: no date at all.
    times = pd.to_datetime(pd.Series(values, dtype=object), errors="coerce", format="ISO8601", utc=True)
    return times.astype(_UTC) if dtype == _UTC else times.dt.tz_localize(None).astype(_LOCAL)


def _view(conn: sqlite3.Connection, view: str, nsid: str, *, order: str) -> pd.DataFrame:
    cursor = conn.execute(
        f"SELECT * FROM {view} WHERE account = ? OR account IS NULL ORDER BY {order}",  # noqa: S608 - own names
        (nsid,),
    )
    columns = [column[0] for column in cursor.description]
    return _frame([dict(row) for row in cursor], columns)
