"""Find your Flickr photos in computer-vision datasets, protect them, and get them out.

For notebooks, after `flickr-auditor sync` and `datasets add`::

    import auditor

    auditor.photos()                                   # one row a photo
    auditor.exposures().groupby("dataset").size()      # one row a photo and dataset

Everything else in this package may change from version to version.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.version import VERSION

if TYPE_CHECKING:
    import pandas as pd

__version__ = VERSION
__all__ = ["__version__", "exposures", "photos"]


def photos(home: Path | str | None = None) -> "pd.DataFrame":
    """The account as last synced, indexed by photo id; columns are those of `auditor.account.photo.Photo`.

    `home` is the folder of the database (None: as for the program). Errors: `auditor.errors.NotSyncedError`.
    """
    from auditor.frames import photos

    return photos(home)


def exposures(home: Path | str | None = None, *, datasets: Sequence[str] = ()) -> "pd.DataFrame":
    """The audit, one row for each photo and dataset; columns are those of ``audit --format csv``.

    `datasets` limits it. Errors: `auditor.errors.NotSyncedError`, `UsageError` for an unknown dataset.
    """
    from auditor.frames import exposures

    return exposures(home, datasets)
