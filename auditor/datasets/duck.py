"""DuckDB as used here: bounded memory, nothing from the network, errors turned into our own."""

import glob
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from auditor.errors import StorageError

MEMORY_LIMIT = "1GB"


def connect(memory_limit: str = MEMORY_LIMIT, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A private in-memory database that may use `memory_limit`, and `spill` on disk beyond it."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "autoinstall_known_extensions": False,
        "preserve_insertion_order": False,  # keeping it costs memory; every order that matters is asked for
    }
    if spill is not None:
        config["temp_directory"] = str(spill)
    return duckdb.connect(":memory:", config=config)


def literal(text: str) -> str:
    """An SQL string, for the places where DuckDB takes no parameter."""
    return "'" + text.replace("'", "''") + "'"


def pattern(path: Path) -> str:
    """A path for ``read_parquet(?)``, which would take ``[`` or ``*`` in it for a pattern."""
    return glob.escape(str(path))


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


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
