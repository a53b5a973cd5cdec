"""A look-up as static files: whoever reads while it is written reads all of the old one, or of the new one.

Every file but ``lookup.json`` is named by its content. So unchanged files stay, the new ones lie beside the
old ones, and the look-up changes in the one step that replaces ``lookup.json``. The files of the look-up
before are kept until the next time, for readers that began with it.
"""

import base64
import dataclasses
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import Any, Final

from auditor.datasets import catalogue
from auditor.datasets.card import Card
from auditor.datasets.index import manifest
from auditor.datasets.index.local import no_index
from auditor.datasets.index.lookup import Index
from auditor.errors import RefusedError
from auditor.files import storage_errors, write_atomic
from auditor.flickr import licenses
from auditor.lock import folder_lock
from auditor.lookup import described, keys, tree
from auditor.lookup.buckets import Cut, bucket, cut
from auditor.lookup.cluster import FOLDER, Sorted, Workers, staged_by_workers
from auditor.lookup.described import Described, Section
from auditor.lookup.left_out import NOBODY, LeftOut
from auditor.lookup.staging import Counts, Staging, staging
from auditor.lookup.tree import Range, sha256_of
from auditor.pipeline import ahead, in_threads
from auditor.progress import SILENT, Progress
from auditor.version import VERSION

MOST_PAGE: Final = 88 * 1024
"""Bytes of an owner's page: with the tables on the way an answer stays below 100 kB."""
MEMORY_LIMIT: Final = "512MB"
"""For DuckDB, unless the settings say otherwise: the buckets, and what it uses beside, come on top."""
PAGE_STEP: Final = 1024
MOST_WASTE: Final = 1.25
"""How much larger than needed a page may stay as it was."""
PAGE: Final = re.compile(
    r"[0-9a-f]{8}-[0-9]{1,5}-[0-9a-f]{16}\.bin|(group-[0-9a-f]{8}|tree)-[0-9a-f]{16}\.bin"
)
ABOUT: Final = re.compile(r"about-[0-9a-f]{16}\.json")
PAGE_FILES: Final = {"index.html": b'src="lookup.js"', "lookup.js": b"of flickr-auditor"}
"""The files of the page, and what is in each of ours."""

_WORK: Final = ".lookup-"
_STALE_SECONDS: Final = 86_400.0
_READABLE: Final = 0o644
"""Not private: the web server runs as somebody else."""


@dataclass(frozen=True, slots=True)
class Published:
    """What was written."""

    root: str
    """The SHA-256 of ``lookup.json``, from which everything else follows."""
    described: Described
    datasets: Mapping[str, int]
    """Dataset → records that can be found."""
    files: int
    bytes: int
    kept: int
    """Files that were there already."""
    unmet: tuple[str, ...] = ()
    """Whoever was to be left out, and is in no index."""


def publish(
    indexes: Sequence[Index],
    folder: Path,
    *,
    now: datetime,
    left_out: LeftOut = NOBODY,
    memory_limit: str = MEMORY_LIMIT,
    workers: Workers | None = None,
    progress: Progress = SILENT,
) -> Published:
    """Write the look-up of `indexes` to `folder`, making it when it is missing.

    `workers`, who must see the folder and the indexes, put the records in order where there are any.

    Errors: `UsageError` without anything to publish, `StorageError` when the disk gives out: the look-up that
    was there is then still whole. `RefusedError` while another one is written to the folder.
    """
    if not indexes:
        raise no_index(to="publish")
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with folder_lock(folder, "a look-up is written to it"), storage_errors(folder):
        before = _before(folder)
        _clear_up(folder)
        with tempfile.TemporaryDirectory(prefix=_WORK, dir=folder) as work:
            writer = _Writer(folder, Path(work), before)
            numbers = before.numbered(index.name for index in indexes)
            given = (indexes, numbers, left_out, Path(work), memory_limit)
            with (
                staged_by_workers(workers, *given, progress=progress)
                if workers
                else staging(*given) as staged
            ):
                counts = staged.counts()
                with progress.task("Writing the look-up", total=len(keys.SECTIONS), unit="sections") as task:
                    for section in keys.SECTIONS:
                        writer.section(section, staged)
                        task.advance()
            about = writer.about(indexes, numbers, counts)
        told = Described(
            generated_at=now.isoformat(timespec="seconds"),
            tool_version=VERSION,
            about=about,
            left_out=len(left_out),
            sections=writer.sections,
        )
        for name in PAGE_FILES:
            write_atomic(folder / name, _page(name), mode=_READABLE)
        os.sync()  # all the files first: lookup.json must never name one that a power cut emptied
        write_atomic(folder / described.NAME, told.text(), mode=_READABLE)
        _sweep(folder, writer.written | before.names)
    return Published(
        root=sha256_of(told.text().encode()),
        described=told,
        datasets={name: counts.get(number, Counts()).findable for name, number in numbers.items()},
        files=len(writer.written),
        bytes=sum((folder / name).stat().st_size for name in writer.written),
        kept=len(writer.kept),
        unmet=staged.unmet,
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """The look-up that is in the folder."""

    names: frozenset[str] = frozenset()
    starts: Mapping[str, Sequence[int]] = dataclasses.field(default_factory=dict)
    page_bytes: Mapping[str, int] = dataclasses.field(default_factory=dict)
    numbers: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def numbered(self, datasets: Iterable[str]) -> dict[str, int]:
        """What each of `datasets` is called by: the number that it had, or the next one."""
        free = count(max(self.numbers.values(), default=-1) + 1)
        return {name: self.numbers[name] if name in self.numbers else next(free) for name in datasets}


class _Writer:
    """Writes one look-up."""

    def __init__(self, folder: Path, work: Path, before: _Before) -> None:
        self._folder = folder
        self._work = work
        self._before = before
        self.sections: dict[str, Section] = {}
        self.written: set[str] = set()
        self.kept: set[str] = set()

    def section(self, name: str, staged: Staging | Sorted) -> None:
        """Write all files of a section, if it has any record."""
        (self._folder / name).mkdir(exist_ok=True)
        packed = self._work / f"{name}.buckets"
        sizes, starts, numbers = [], [], []
        with packed.open("wb") as file:
            cuts = cut(ahead(staged.ordered(name)), keys.LEAST[name], self._before.starts.get(name, ()))
            for one in in_threads(_packed, cuts):
                file.write(one.content)
                sizes.append(len(one.content))
                starts.append(one.start)
                numbers.append((one.keys, one.records))
        if not sizes:
            return
        page_bytes = page_size(sizes, limit=None if name == keys.UNOWNED else MOST_PAGE)
        was = self._before.page_bytes.get(name, 0)
        if page_bytes <= was <= page_bytes * MOST_WASTE:
            page_bytes = was  # or all files would change for a few bytes
        with packed.open("rb") as file:
            contents = ((start, file.read(size)) for start, size in zip(starts, sizes, strict=True))
            ranges = list(in_threads(lambda one: self._range(name, *one, page_bytes), contents))
        groups = []
        for group, content in tree.grouped(ranges):
            self._write(tree.group_name(name, group), content)
            groups.append(group)
        whole = tree.table(groups)
        self._write(tree.tree_name(name, sha256_of(whole)), whole)
        self.sections[name] = Section(
            tree=sha256_of(whole),
            keys=sum(count for count, _ in numbers),
            records=sum(records for _, records in numbers),
            pages=sum(len(entry.pages) for entry in ranges),
            page_bytes=page_bytes,
            least_keys=min(count for count, _ in numbers),
        )
        packed.unlink()

    def _range(self, section: str, start: int, content: bytes, page_bytes: int) -> Range:
        """Write a bucket as pages of one size."""
        whole = padded(content, page_bytes)
        pages = []
        for page, at in enumerate(range(0, len(whole), page_bytes)):
            part = whole[at : at + page_bytes]
            pages.append(sha256_of(part))
            self._write(tree.page_name(section, start, page, pages[-1]), part)
        return Range(start, tuple(pages))

    def about(
        self, indexes: Sequence[Index], numbers: Mapping[str, int], counts: Mapping[int, Counts]
    ) -> str:
        """Write ``about.json``; its SHA-256."""
        content = _about(indexes, numbers, counts).encode()
        sha256 = sha256_of(content)
        self._write(described.about_name(sha256), content)
        return sha256

    def _write(self, name: str, content: bytes) -> None:
        """Write a file that is named by its content, unless it is there; several threads do so at once."""
        self.written.add(name)
        path = self._folder / name
        try:
            if path.stat().st_size == len(content) and path.read_bytes() == content:
                self.kept.add(name)
                return
        except FileNotFoundError:
            pass
        temporary = self._work / name.replace("/", "-")
        temporary.write_bytes(content)
        temporary.chmod(_READABLE)
        temporary.replace(path)


@dataclass(frozen=True, slots=True)
class _Packed:
    """A bucket as bytes."""

    start: int
    keys: int
    records: int
    content: bytes


def _packed(entry: Cut) -> _Packed:
    columns = bucket(entry.records)
    return _Packed(entry.start, len(columns.places), len(entry.records), columns.packed())


def page_size(sizes: Sequence[int], limit: int | None) -> int:
    """The size of all pages of a section: one page for nearly every bucket, and none larger than `limit`.

    `sizes` are those of the buckets. A few buckets hold an account of tens of thousands of photos: they get
    several pages, which are all fetched by everybody who asks for the bucket.
    """
    ordered = sorted(size + 4 for size in sizes)
    largest = (
        ordered[-1] if limit is None or ordered[-1] <= limit else min(limit, ordered[len(sizes) * 95 // 100])
    )
    return max(PAGE_STEP, -(-largest // PAGE_STEP) * PAGE_STEP)


def padded(content: bytes, page_bytes: int) -> bytes:
    """The length, the content, and bytes of no meaning up to whole pages.

    They are no zeros, for a host that compresses what it sends would give the length away. And they follow
    from the content, so that the same bucket gives the same files.
    """
    whole = len(content).to_bytes(4) + content
    missing = -len(whole) % page_bytes
    return whole + hashlib.shake_128(content).digest(missing)


def _about(indexes: Sequence[Index], numbers: Mapping[str, int], counts: Mapping[int, Counts]) -> str:
    """What the page and the program must know of the datasets, and which ones the host does not know."""
    cards = catalogue.load()
    datasets = []
    for index in indexes:
        number = numbers[index.name]
        main = [file for file in index.manifest.files if file.key == "photo_id"]
        told = dataclasses.replace(index.manifest, files=tuple(main), origin="", obtained_at=None)
        found = counts.get(number, Counts())
        told = dataclasses.replace(told, match_keys=found.match_keys)
        named = _named(index.name, cards.get(index.name))
        counted = {"number": number, "owned": found.owned, "findable": found.findable, "named": found.named}
        datasets.append({"schema_version": manifest.SCHEMA_VERSION, **told.values(), **named, **counted})
    here = {index.name for index in indexes}
    unknown = [
        {**_named(card.name, card), "checkable": card.checkable}
        for card in cards.values()
        if card.name not in here
    ]
    names = {license_id: known.name for license_id, known in licenses.LICENSES.items()}
    return json.dumps({"datasets": datasets, "unknown": unknown, "licenses": names}) + "\n"


def _page(name: str) -> str:
    """A file of the page; its policy names the one style that it has by hash."""
    text = (files("auditor.lookup") / "page" / name).read_text("utf-8")
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode() if style else ""
    return text.replace("{{ style }}", f"'sha256-{digest}'")


def _named(name: str, card: Card | None) -> dict[str, Any]:
    """A dataset as people know it."""
    if card is None:
        return {
            "dataset": name,
            "title": name,
            "year": None,
            "publisher": "",
            "about": "general",
            "huge": False,
        }
    keys_of = ("title", "year", "publisher", "about", "huge")
    return {"dataset": card.name, **{key: getattr(card, key) for key in keys_of}}


def _before(folder: Path) -> _Before:
    """The look-up in the folder; nothing where there is none that this program wrote.

    Errors: `RefusedError` where ``lookup.json``, or without it a file of the page, is somebody else's.
    """
    path = folder / described.NAME
    if not path.exists():
        for name, sign in PAGE_FILES.items():
            if (folder / name).exists() and sign not in (folder / name).read_bytes():
                raise RefusedError(
                    f"{folder / name} is not one that this program wrote, and the look-up would replace it",
                    hint="Choose a folder of its own for the look-up, such as a new one in there.",
                )
        return _Before()
    try:
        told = described.parse(path.read_bytes())
    except ValueError as error:
        raise RefusedError(
            f"{path} is not one that this program wrote: {error}",
            hint="Choose another folder, or move that file away.",
        ) from None
    names = {described.about_name(told.about)}
    starts = {}
    for section, one in told.sections.items():
        ranges: list[Range] = []
        names.add(tree.tree_name(section, one.tree))
        for group in _table(folder / tree.tree_name(section, one.tree)):
            names.add(tree.group_name(section, group))
            ranges += _table(folder / tree.group_name(section, group))
        names |= {name for entry in ranges for name in entry.names(section)}
        starts[section] = [entry.start for entry in ranges]
    page_bytes = {section: one.page_bytes for section, one in told.sections.items()}
    return _Before(frozenset(names), starts, page_bytes, _numbers(folder / described.about_name(told.about)))


def _numbers(path: Path) -> dict[str, int]:
    """What the datasets were called by."""
    try:
        return {hosted.manifest.dataset: hosted.number for hosted in described.parse_about(path.read_bytes())}
    except (FileNotFoundError, ValueError):
        return {}


def _table(path: Path) -> tuple[Range, ...]:
    """A table of the look-up before; one that is gone or damaged costs that its files are not kept."""
    try:
        return tree.parsed(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return ()


def _clear_up(folder: Path) -> None:
    """Remove what a publishing left behind that was killed; one that is at work now is younger.

    Parts that workers finished stay, for this one may go on from them.
    """
    for left in folder.glob(f"{_WORK}*"):
        if left.name.startswith(FOLDER):
            continue
        if left.is_dir() and not left.is_symlink() and time.time() - left.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _sweep(folder: Path, needed: set[str] | frozenset[str]) -> None:
    """Remove files of older look-ups, and nothing that this program does not write."""
    for name in (*keys.SECTIONS, "."):
        place = folder / name
        pattern = ABOUT if name == "." else PAGE
        for entry in place.iterdir() if place.is_dir() and not place.is_symlink() else ():
            own = entry.name if name == "." else f"{name}/{entry.name}"
            if pattern.fullmatch(entry.name) and own not in needed and not entry.is_dir():
                entry.unlink()
