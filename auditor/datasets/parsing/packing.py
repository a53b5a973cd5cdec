"""How files are packed, told by their first bytes and never by the name, and what damage to them looks like.

Each decoder used here was tried on files cut short or damaged at many places, because a decoder that just
stops makes an index that looks complete:

- bz2: ``rapidgzip`` (all cores) reports whatever the standard library reports, except damage to the closing
  checksum of a stream whose blocks all match their own checksums, where nothing is lost;
- zst: the ``zstandard`` package ends quietly on a file cut short, so pyarrow's decoder is used, which does
  not.
"""

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from auditor.errors import StorageError, WrongFileError

START_BYTES: Final = 16
"""Enough of a file to tell its packing and encoding."""
GET_AGAIN: Final = "Get the file again, and compare its size or checksum with the publisher's."


def first_bytes(path: Path) -> bytes:
    """Enough of a file, as it lies on disk, to tell its packing and encoding."""
    with path.open("rb") as file:
        return file.read(START_BYTES)


DAMAGED: Final = (
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    NotImplementedError,
    RuntimeError,  # rapidgzip; zipfile for a password
    ValueError,
)
"""What decoders raise about a damaged file; MemoryError is left alone."""


def packing(start: bytes) -> str | None:
    """The packing of a stream with these first bytes: ``gzip``, ``bzip2``, ``xz``, ``zstd`` or None."""
    if start.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    if start.startswith(b"\xfd7zXZ\0"):
        return "xz"
    if start[:3] == b"BZh" and start[3:4].isdigit() and start[4:8] in (b"1AY&", b"\x17rE8", b""):
        return "bzip2"
    return "zstd" if start.startswith(b"\x28\xb5\x2f\xfd") else None


@contextmanager
def damage(label: str) -> Iterator[None]:
    """Turn what decoders and parsers of archives raise into `WrongFileError` about the file `label`."""
    try:
        yield
    except DAMAGED as error:
        raise damaged(label, error) from error
    except OSError as error:
        if error.errno is None:  # decoders raise it without a number, the operating system with one
            raise damaged(label, error) from error
        raise StorageError(
            f"cannot read {label}: {error.strerror}", hint="Check the path, and whether you may read it."
        ) from error


def damaged(label: str, error: object) -> WrongFileError:
    """The error about the file `label`, with what was said by whoever could not read it."""
    reason = str(error).strip()
    if not reason or reason == "std::exception":  # all that rapidgzip says about a file cut short
        reason = "it ends too early"
    return WrongFileError(f"{label} is cut short or damaged: {reason}", hint=GET_AGAIN)


def unpacked(file: IO[bytes], on_disk: Path | None) -> tuple[IO[bytes], Callable[[], int]]:
    """The stream below the packing of `file`, and how to ask for the position in the packed one.

    `on_disk` is the same file, where it is one: some decoders read it on all cores.
    """
    start = file.read(START_BYTES)
    file.seek(0)
    match packing(start):
        case "gzip":
            return cast("IO[bytes]", gzip.GzipFile(fileobj=file)), file.tell
        case "bzip2" if on_disk is not None:
            import rapidgzip  # only bz2 needs it

            reader = rapidgzip.IndexedBzip2File(str(on_disk), parallelization=0)
            return reader, lambda: reader.tell_compressed() // 8
        case "bzip2":
            return cast("IO[bytes]", bz2.BZ2File(file)), file.tell
        case "xz":
            return cast("IO[bytes]", lzma.LZMAFile(file)), file.tell
        case "zstd":
            import pyarrow as pa  # slow to import, and few files need it

            return cast("IO[bytes]", pa.CompressedInputStream(file, "zstd")), file.tell
        case _:
            return file, file.tell
