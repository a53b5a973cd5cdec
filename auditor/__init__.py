"""Find your Flickr photos in computer-vision datasets, protect them, and get them out.

For notebooks, after `flickr-auditor sync` and `datasets add`::

    import auditor

    home = auditor.open()
    home.photos()                                        # one row a photo
    home.exposures().groupby("dataset").size()           # one row a photo and dataset
    home.coverage().query("not checked")                 # where nobody looked, and why

All of it is described in ``docs/notebooks.md``. Everything else in this package may change from version to
version.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.version import VERSION

if TYPE_CHECKING:
    import pandas as pd

    from auditor.frames import Home

__version__ = VERSION
__all__ = ["__version__", "datasette_metadata", "exposures", "open", "photos"]


def open(home: Path | str | None = None, *, account: str | None = None) -> "Home":  # noqa: A001 - as `auditor.open`
    """The data of a home as DataFrames.

    `home` is the folder of the database (None: as for the program), `account` an NSID (None: of the account
    that was synced last). Nothing is read before a method is called. Errors: `ConfigurationError`.
    """
    from auditor.frames import open_home

    return open_home(home, account)


def photos(home: Path | str | None = None) -> "pd.DataFrame":
    """The account as last synced, indexed by photo id; columns are those of `auditor.account.photo.Photo`.

    `home` is the folder of the database (None: as for the program). Errors: `auditor.errors.NotSyncedError`.
    `open(home).photos()` has the names and dtypes of the other frames.
    """
    from auditor.frames import photos

    return photos(home)


def exposures(home: Path | str | None = None, *, datasets: Sequence[str] = ()) -> "pd.DataFrame":
    """What ``open(home).exposures(datasets)`` gives: one row for each photo and dataset.

    `datasets` limits it. Errors: `auditor.errors.NotSyncedError`, `UsageError` for an unknown dataset.
    """
    return open(home).exposures(datasets)


def datasette_metadata() -> Path:
    """The file that tells Datasette of the views of a home's database, and hides the tables with secrets."""
    return Path(__file__).parent / "database" / "datasette.json"
