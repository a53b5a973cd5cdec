"""The account and its exposures as pandas DataFrames (the public functions are in `auditor`)."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from auditor import database, settings
from auditor.audit.rows import AUDIT_COLUMNS, audit_rows
from auditor.audit.run import account_state, audit_home
from auditor.datasets.index.local import open_indexes
from auditor.settings import Settings


def photos(home: Path | str | None) -> pd.DataFrame:
    """See `auditor.photos`."""
    with _opened(home) as (_, conn):
        found = account_state(conn).photos
    frame = pd.DataFrame([{**asdict(photo), "privacy": photo.privacy} for photo in found])
    # The original's secret opens the full-size file: it is no column to look at.
    return frame.drop(columns="original_secret").set_index("id") if found else frame


def exposures(home: Path | str | None, datasets: Sequence[str]) -> pd.DataFrame:
    """See `auditor.exposures`."""
    with _opened(home) as (given, conn):
        result = audit_home(conn, open_indexes(given.indexes, datasets), only=datasets)
    return pd.DataFrame(audit_rows(result), columns=list(AUDIT_COLUMNS))


@contextmanager
def _opened(home: Path | str | None) -> Iterator[tuple[Settings, sqlite3.Connection]]:
    given = settings.load(home=Path(home) if home is not None else None)
    with closing(database.connect(given.database)) as conn:
        yield given, conn
