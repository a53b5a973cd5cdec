"""DuckDB as used here: bounded memory, nothing from the network, no guesses, errors turned into our own.

DuckDB reads meaning into paths: ``photo_id=7`` in one is a column of every row, ``*`` and ``[`` are patterns,
``~`` is the home folder. A home of such a name once gave false hits, so every path goes through here.
"""

import glob
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from auditor.errors import StorageError

if TYPE_CHECKING:
    import pyarrow as pa

MEMORY_LIMIT = "512MB"
"""What a build may use; it sorts on disk beyond that. The whole process then takes some 700 MiB."""
_WITHOUT_DISK = "1GB"
AS_PARQUET: Final = "(FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
"""How data files of an index are written. Higher levels take longer, and their files are no smaller."""
_INNER: Final = re.compile(r'"exception_message":("(?:[^"\\]|\\.)*")')


def connect(memory_limit: str = _WITHOUT_DISK, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A private in-memory database that may use `memory_limit`, and `spill` on disk beyond it."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "autoinstall_known_extensions": False,
        "python_enable_replacements": False,  # a table's name never means a variable of ours
        "preserve_insertion_order": False,  # keeping it costs memory; every order that matters is asked for
    }
    if spill is not None:
        config["temp_directory"] = str(spill.absolute())
    connection = duckdb.connect(":memory:", config=config)
    # Where it takes a session for interactive it draws a bar on stdout, in the middle of our JSON.
    connection.execute("SET enable_progress_bar = false")
    return connection


def literal(text: str) -> str:
    """An SQL string, for the places where DuckDB takes no parameter."""
    return "'" + text.replace("'", "''") + "'"


def pattern(path: Path) -> str:
    """The value of the parameter in `PARQUET`: a path that means itself."""
    return glob.escape(str(path.absolute()))


def parquet(files: str = "?", **options: bool) -> str:
    """The SQL of a table of Parquet files: of a parameter that `pattern` makes, or of a list of literals."""
    given = {"hive_partitioning": False, "hive_types_autocast": False, **options}
    return f"read_parquet({files}, {', '.join(f'{name} = {value}' for name, value in given.items())})"


PARQUET: Final = parquet()
"""The table of the one Parquet file that a parameter names."""


def batches(relation: duckdb.DuckDBPyRelation, rows: int) -> Iterator["pa.RecordBatch"]:
    """What a query finds, as it comes, by so many rows. Errors: `duckdb.Error`, also on the way."""
    reader = relation.to_arrow_reader(rows)
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except OSError as error:  # Arrow's way to pass on whatever DuckDB met
            raise duckdb.IOException(str(error)) from error
        yield batch


@contextmanager
def storage_errors(name: str) -> Iterator[None]:
    """Turn DuckDB's complaints about disk, memory and files into `StorageError` about the index `name`."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise StorageError(
            f"the index of {name} cannot be read or written: {_first_line(error)}",
            hint="Free some disk space, or see flickr-auditor datasets verify.",
        ) from error
    except (duckdb.InvalidInputException, duckdb.SerializationException, duckdb.BinderException) as error:
        raise StorageError(
            f"the index of {name} is damaged: {_first_line(error)}",
            hint=f"flickr-auditor datasets add {name} FILE builds it anew.",
        ) from error
    except duckdb.Error as error:
        # What a service's package raised while DuckDB read through it comes as a text, its traceback first.
        if type(error) is not duckdb.Error:
            raise
        raise StorageError(
            f"the index of {name} cannot be read or written: {_raised(error)}",
            hint="Check the network and the rights to the store where its data files are.",
        ) from error


def _raised(error: Exception) -> str:
    lines = str(error).strip().split("\n")
    return next(
        (line for line in lines if line.strip() and line[0] != " " and not line.endswith(":")), lines[0]
    )


def _first_line(error: Exception) -> str:
    text = str(error).strip().split("\n")[0]
    # IO Error: Async write failed for range [offset=0, size=27]: {"exception_type":"IO","exception_message":…
    inner = _INNER.search(text)
    return str(json.loads(inner[1])) if inner else text
