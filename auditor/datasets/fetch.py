"""Get a dataset's files from where its publisher offers them, or a pack from a registry; build the index.

This is the one thing beside Flickr that the tool calls, when the user asks for it: the address is the one of
the dataset's card, or the registry that the user names. Nothing about the user is sent.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from auditor.datasets import duck
from auditor.datasets.card import Card, IndexFile
from auditor.datasets.download import Downloaded, Remote, download
from auditor.datasets.http_get import check_address, get_small
from auditor.datasets.index.build import build
from auditor.datasets.index.folder import current
from auditor.datasets.index.manifest import Manifest
from auditor.datasets.readers import select
from auditor.datasets.sharing import pack, registry
from auditor.errors import UsageError
from auditor.files import private_dir
from auditor.lock import index_lock
from auditor.names import dataset_name, inside
from auditor.progress import SILENT, Progress


@dataclass(frozen=True, slots=True)
class Fetched:
    """How a fetch ended."""

    manifest: Manifest
    files: tuple[Downloaded, ...]
    built: bool
    """False: the index that is here was built from these very files."""


def fetch_card(
    card: Card,
    downloads: Path,
    indexes: Path,
    *,
    only: Sequence[str] = (),
    replace: bool = False,
    most: int | None = None,
    building: AbstractContextManager[object] | None = None,
    memory_limit: str = duck.MEMORY_LIMIT,
    progress: Progress = SILENT,
) -> Fetched:
    """Download the files of `card` to ``downloads/NAME`` and build the index from them.

    `only` names the files; by default they are the card's `smallest_download`. All together may have `most`
    bytes. The downloads are kept, so that an unchanged file is not sent again. Where several datasets are
    fetched at once, `building` is held while an index is built, for each takes the memory that is allowed.
    Errors: `UsageError` when none of the files can be had by a program, and those of `download` and `build`.
    """
    card.check_keys()
    formats = select(card.formats)
    wanted = _wanted(card, only)
    with _folder(downloads, card.name) as folder:
        files = tuple(_download_all(wanted, folder, most, progress))
        here = _whole(indexes / card.name)
        if here and {source.sha256 for source in here.sources} == {file.sha256 for file in files}:
            return Fetched(here, files, built=False)
        paths = [file.path for file in files]
        with building or nullcontext():
            built = build(
                indexes,
                card.name,
                paths,
                formats=formats,
                card=card,
                origin="; ".join(file.url or file.name for file in wanted[:3]),
                replace=replace,
                memory_limit=memory_limit,
                progress=progress,
            )
    return Fetched(built, files, built=True)


def _download_all(
    wanted: Sequence[IndexFile], folder: Path, most: int | None, progress: Progress
) -> Iterator[Downloaded]:
    """Each file in turn; what one takes is not left for the next."""
    for file in wanted:
        remote = Remote(file.url or "", file.name, file.bytes, file.sha256, file.md5, most)
        downloaded = download(remote, folder, progress=progress)
        if most is not None:
            most -= downloaded.path.stat().st_size
        yield downloaded


def fetch_pack(
    name: str,
    address: str,
    downloads: Path,
    indexes: Path,
    *,
    replace: bool = False,
    memory_limit: str = duck.MEMORY_LIMIT,
    progress: Progress = SILENT,
) -> Fetched:
    """Download the pack of `name` from the registry in the folder at `address`, and import it.

    Errors: `UsageError` when the registry has none, `RefusedError` when registry or pack are not what they
    say, and those of `download` and `pack.import_pack`.
    """
    name = dataset_name(name)
    base = check_address(address.removesuffix(registry.NAME).rstrip("/") + "/").url
    entry = registry.find(registry.parse(get_small(base + registry.NAME, registry.MAX_BYTES)), name)
    with _folder(downloads, name) as folder:
        # Under one name here, so that a newer pack takes the place of the older one.
        remote = Remote(urljoin(base, entry.file), f"{name}-pack.zip", entry.bytes, entry.sha256)
        file = download(remote, folder, progress=progress)
        here = _whole(indexes / name)
        if here and file.unchanged and here.built_at == entry.built_at and here.records == entry.records:
            return Fetched(here, (file,), built=False)
        imported = pack.import_pack(
            file.path,
            indexes,
            expected=name,
            origin=base,
            replace=replace,
            memory_limit=memory_limit,
            progress=progress,
        )
    return Fetched(imported, (file,), built=True)


def _whole(folder: Path) -> Manifest | None:
    """The index in `folder`; None if data files are lost or cut short, for then it has to be built again."""
    here = current(folder)
    if here is None or here.store:  # whether a store has them, it tells only while it can be reached
        return here
    paths = {folder / file.name: file.bytes for file in here.files}
    lost = any(not path.is_file() or path.stat().st_size != size for path, size in paths.items())
    return None if lost else here


@contextmanager
def _folder(downloads: Path, name: str) -> Iterator[Path]:
    """Where the downloads of a dataset are kept, for one process at a time."""
    with index_lock(private_dir(downloads), name):
        yield private_dir(inside(downloads, name, "a dataset"))


def by_hand(card: Card) -> list[str]:
    """What a person must do to get the files that a program can't get, a sentence each."""
    return [_way(file, card) for file in card.files if not file.fetchable]


def _way(file: IndexFile, card: Card) -> str:
    place = file.page or file.url or card.opt_out.url
    note = f" ({file.note.rstrip('.')})" if file.note else ""
    return f"{file.name}: {file.access.how(place)}{note}"


def _wanted(card: Card, only: Sequence[str]) -> list[IndexFile]:
    """The files to download, of each name once. Errors: `UsageError` for one that a program can't get."""
    fetchable = {file.name: file for file in card.files if file.fetchable}
    if only:
        if missing := [name for name in only if name not in fetchable]:
            known = ", ".join(fetchable) or "none"
            raise UsageError(
                f"{missing[0]} can't be downloaded", hint=f"Files of {card.name} that can: {known}."
            )
        return [fetchable[name] for name in only]
    wanted = list(card.smallest_download)
    if not wanted:
        raise UsageError(
            f"no file of {card.title} can be downloaded by a program",
            hint="; ".join(by_hand(card) or ["no address of its index is known"])
            + f". Then: flickr-auditor datasets add {card.name} FILE",
        )
    return wanted
