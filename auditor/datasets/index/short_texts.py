"""The texts of a record (its place and its key) as they are kept: without numbers that the record has anyway.

A place in a Parquet file is ``row 80974``, and the key of many lists is the photo id or a name with it in it.
Each number in a text takes some four bytes, as many as all else that is kept of such a record. In its stead a
data file has one of two characters, which no text has of its own (`cleaned`).
"""

from typing import Final

COLUMNS: Final = ("record", "key")
PHOTO_ID, ROW = "\x01", "\x02"
"""What stands for the photo id of the record, and for the number of its row."""


def cleaned(text: str) -> str:
    """`text` without the characters that mean numbers here."""
    return text.replace(PHOTO_ID, "").replace(ROW, "")


def whole(text: str, photo_id: int | None, row: int) -> str:
    """The text that is kept as `text` of a record with these numbers."""
    return text.replace(ROW, str(row)).replace(PHOTO_ID, "" if photo_id is None else str(photo_id))


def whole_sql(column: str) -> str:
    """`whole` of a column, as an expression in SQL."""
    return _sql(column, f"replace(replace({column}, chr(2), row::VARCHAR), chr(1), {_ID})")


def short_sql(column: str) -> str:
    """How the texts of a column are kept, as an expression in SQL; of what is kept so already, the same."""
    return _sql(column, f"replace(replace({column}, {_ID}, chr(1)), row::VARCHAR, chr(2))")


_ID: Final = "coalesce(photo_id::VARCHAR, '')"  # nothing is found, and nothing replaced, where that is ''


def _sql(column: str, text: str) -> str:
    return (
        f"CASE WHEN {column} IS NOT NULL THEN {text} END"  # numbers of millions without a text stay numbers
    )
