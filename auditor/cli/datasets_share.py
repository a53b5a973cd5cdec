"""``datasets fetch|update|export|import|publish``: getting indexes, and sharing them."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor import clock
from auditor.cli.indexes import (
    NameArgument,
    ReplaceOption,
    manifests,
    note_missing_parents,
    open_indexes,
)
from auditor.cli.output import (
    Format,
    FormatOption,
    OutputOption,
    columns,
    confirm,
    emit_result,
    file_to_write,
    note,
)
from auditor.cli.session import Session
from auditor.errors import RefusedError, StorageError, UsageError
from auditor.text import count, plain

if TYPE_CHECKING:
    from auditor.datasets.fetch import Fetched
    from auditor.datasets.fetch_all import Ended
    from auditor.datasets.index.manifest import Manifest


def fetch(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The dataset's name, as in `datasets list`.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Fetch every dataset that can be downloaded automatically.")
    ] = False,
    faces: Annotated[
        bool, typer.Option("--faces", help="With --all: only the collections of faces.")
    ] = False,
    max_size: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="With --all: leave out datasets larger than this, such as 200MB."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="With --all: do not ask before it starts.")] = False,
    registry: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Address of a folder that `datasets publish` wrote; https, or this machine."
        ),
    ] = None,
    file: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only this file of the dataset (see `datasets info`); repeatable.",
        ),
    ] = None,
    replace: ReplaceOption = False,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Download a dataset's index files from its publisher, or a pack from a registry, and build the index.

    An interrupted download resumes; an unchanged file is not downloaded again. No other command
    than this and `datasets update` calls anybody but Flickr: only the address in the card, or the registry
    that you name. With --all it shows the list, asks once, and continues when one download fails.
    """
    session: Session = context.obj
    if every:
        if name or registry or file or replace:
            raise UsageError(
                "--all takes no name, --registry, --file or --replace", hint="Give one or the other."
            )
        _fetch_all(session, faces=faces, most=_size(max_size), yes=yes, format=format, output=output)
        return
    if faces or max_size or yes:
        raise UsageError("--faces, --max-size and --yes belong to --all", hint="Add --all to them.")
    if name is None:
        raise UsageError("no dataset is named", hint="Name a dataset (see datasets list), or give --all.")
    fetched = _fetch_one(session, name, registry, file or (), replace=replace)
    _emit_fetched(fetched, format, output)
    note_missing_parents(session, [fetched.manifest.dataset])


def _fetch_one(
    session: Session, name: str, registry: str | None, only: Sequence[str], *, replace: bool
) -> "Fetched":
    from auditor.datasets import catalogue
    from auditor.datasets.fetch import by_hand, fetch_card, fetch_pack

    indexes, downloads = session.settings.indexes, session.settings.downloads
    memory, progress = session.settings.memory_limit, session.progress
    if registry is not None:
        if only:
            raise UsageError(
                "--file is for a publisher's files", hint="A registry has one pack of a dataset."
            )
        return fetch_pack(
            name, registry, downloads, indexes, replace=replace, memory_limit=memory, progress=progress
        )
    card = catalogue.get(name)
    fetched = fetch_card(
        card, downloads, indexes, only=only, replace=replace, memory_limit=memory, progress=progress
    )
    for line in by_hand(card):
        note(f"Not downloaded: {line}")
    return fetched


def _size(text: str | None) -> int | None:
    from auditor.text import parse_size

    if text is None:
        return None
    if (size := parse_size(text)) is None:
        raise UsageError(f'"{text}" is not a size', hint="Write it like 200MB or 1.5GB.")
    return size


def _fetch_all(
    session: Session,
    *,
    faces: bool,
    most: int | None,
    yes: bool,
    format: Format,
    output: Path | None,
) -> None:
    from auditor.datasets import catalogue
    from auditor.datasets.fetch_all import Ended, fetch_all, offer
    from auditor.report.fetching import offer_text

    offered = offer(catalogue.load(), faces=faces, most=most)
    note(offer_text(offered, manifests(session), columns=columns(None)))
    if (
        offered.coming
        and not yes
        and not confirm(f"Fetch {count(len(offered.coming), 'dataset')}?", option="--yes")
    ):
        raise RefusedError(
            "you said no, so nothing was fetched", hint="For a single one: flickr-auditor datasets fetch NAME"
        )
    outcomes = fetch_all(
        offered.coming,
        session.settings.downloads,
        session.settings.indexes,
        most=most,
        memory_limit=session.settings.memory_limit,
        progress=session.progress,
    )
    note_missing_parents(session, [outcome.card.name for outcome in outcomes if outcome.fetched])
    _emit_ended(Ended(outcomes, offered.too_large, offered.by_hand), format, output)


def update(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="All fetched indexes, if none is named.")
    ] = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Check the publishers of your fetched indexes for changes, and rebuild what changed.

    A source without changes sends nothing. Indexes added by hand are left alone.
    """
    from auditor.datasets import catalogue
    from auditor.datasets.fetch_all import Ended, fetch_all, with_news
    from auditor.datasets.index.local import present

    session: Session = context.obj
    here = manifests(session)
    wanted = present(session.settings.indexes, names) if names else tuple(here)
    downloads = session.settings.downloads
    chosen = [manifest for name, manifest in here.items() if name in wanted]
    asked, not_asked = with_news(chosen, catalogue.find, downloads)
    outcomes = fetch_all(
        asked,
        downloads,
        session.settings.indexes,
        memory_limit=session.settings.memory_limit,
        progress=session.progress,
    )
    if any(outcome.fetched and outcome.fetched.built for outcome in outcomes):
        note("See what that found: flickr-auditor audit --since last")
    _emit_ended(Ended(outcomes, not_asked=not_asked), format, output)


def _emit_ended(ended: "Ended", format: Format, output: Path | None) -> None:
    """Write how it ended, and end with its exit code."""
    from auditor.report.fetching import ended_json, ended_text

    emit_result(ended_json(ended), ended_text(ended, columns=columns(output)), format, output)
    if ended.exit_code:
        raise typer.Exit(ended.exit_code)


def export(
    context: typer.Context,
    name: NameArgument,
    target: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The pack to write, such as ffhq.zip.", parser=file_to_write),
    ],
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Write a local index as one file (a pack) that others can import: keys only, no pictures, no secrets."""
    from auditor.datasets.sharing import pack

    session: Session = context.obj
    packed = pack.export(session.settings.indexes, name, target)
    data = {"dataset": name, "file": str(target), "bytes": packed.bytes, "sha256": packed.sha256}
    emit_result(data, f"{plain(target)}: {packed.bytes:,} bytes, sha256 {packed.sha256}", format, output)


def import_pack(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A pack that `datasets export` wrote.")],
    replace: ReplaceOption = False,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Make the index in a pack the local one. It is checked; a tampered one is refused."""
    from auditor.datasets.sharing import pack

    session: Session = context.obj
    given = session.settings
    manifest = pack.import_pack(
        path,
        given.indexes,
        replace=replace,
        memory_limit=given.memory_limit,
        progress=session.progress,
    )
    _emit_manifest(manifest, format, output)
    _warn_of_stranger(manifest.dataset)


def publish(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made when it is missing.")],
    dataset: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this index; repeatable. Default: all local indexes."),
    ] = None,
    lookup: Annotated[
        bool,
        typer.Option(
            "--lookup", help="Write a look-up instead of packs: static files that answer by prefix."
        ),
    ] = False,
    leave_out: Annotated[
        Path | None,
        typer.Option(
            "--except",
            metavar="FILE",
            help="With --lookup: leave out the people and photos in FILE; a link, NSID, alias or id a line.",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="With --lookup: let the workers of this Dask scheduler, or with `local` all processors here,"
            " put the records in order (extra `cluster`). All of them must see DIR and the indexes.",
        ),
    ] = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Write a folder of packs that any web server can serve, for `datasets fetch NAME --registry ADDRESS`.

    With --lookup: files and a web page by which everybody can look up their own photos, without the host
    learning who they are, for `check` and `audit --lookup ADDRESS`. A pack reveals its whole index; a
    look-up does not.
    """
    from dataclasses import asdict

    from auditor.datasets.index import local
    from auditor.datasets.sharing import publish as publishing

    session: Session = context.obj
    indexes = session.settings.indexes
    names = local.present(indexes, dataset) if dataset else local.names(indexes)
    folder = _to_be_served(folder, session.settings.home)
    if lookup:
        _publish_lookup(session, folder, names, leave_out, scheduler, format, output)
        return
    if scheduler is not None:
        raise UsageError("--scheduler belongs to --lookup", hint="Packs need no workers.")
    if leave_out is not None:
        raise UsageError("--except belongs to --lookup", hint="A pack holds the whole index.")
    entries = publishing.publish(indexes, names, folder, now=clock.utc(), progress=session.progress)
    data = {"folder": str(folder), "packs": [asdict(entry) for entry in entries]}
    lines = [f"{entry.file}: {entry.bytes:,} bytes, sha256 {entry.sha256}" for entry in entries]
    emit_result(data, "\n".join(lines), format, output)


def _to_be_served(folder: Path, home: Path) -> Path:
    """`folder`, which the whole world will read. Errors: `RefusedError` where the home is in it."""
    from auditor.files import user_path

    folder = user_path(folder)
    if folder.resolve() in (home.resolve(), *home.resolve().parents):
        raise RefusedError(
            f"{folder} is to be served to everybody, and your own data are in there: {home}",
            hint="Choose a folder that holds nothing else.",
        )
    return folder


def _publish_lookup(
    session: Session,
    folder: Path,
    names: Sequence[str],
    leave_out: Path | None,
    scheduler: str | None,
    format: Format,
    output: Path | None,
) -> None:
    from auditor.datasets import duck
    from auditor.datasets.cluster import pool
    from auditor.files import user_path
    from auditor.lookup.left_out import NOBODY, left_out_in
    from auditor.lookup.publish import MEMORY_LIMIT, publish
    from auditor.report.lookup import lookup_json, lookup_text

    here = open_indexes(session, names)
    if here.damaged:
        raise StorageError(
            f"the look-up would be without {', '.join(here.damaged)}, whose index cannot be read",
            hint="Build it again, or name the others with --dataset.",
        )
    given = session.settings.memory_limit
    published = publish(
        here.readable if names else (),
        folder,
        now=clock.utc(),
        left_out=left_out_in(user_path(leave_out)) if leave_out is not None else NOBODY,
        memory_limit=MEMORY_LIMIT if given == duck.MEMORY_LIMIT else given,
        workers=None if scheduler is None else partial(pool.connect, scheduler),
        progress=session.progress,
    )
    data = {"folder": str(folder), "packs": [], "lookup": lookup_json(published)}
    emit_result(data, lookup_text(published, str(folder)), format, output)


def _emit_fetched(fetched: "Fetched", format: Format, output: Path | None) -> None:
    for file in fetched.files:
        state = "unchanged" if file.unchanged else f"{file.transferred:,} bytes received"
        note(f"{file.path}: {state}, sha256 {file.sha256}")
    if not fetched.built:
        note("The local index was built from these files already.")
    _emit_manifest(fetched.manifest, format, output)


def _emit_manifest(manifest: "Manifest", format: Format, output: Path | None) -> None:
    from auditor.report.datasets import built_text, manifest_json

    emit_result(manifest_json(manifest), built_text(manifest), format, output)


def _warn_of_stranger(name: str) -> None:
    """A pack can be called anything; the catalogue's names are the ones that reports explain."""
    from auditor.datasets import catalogue

    if name not in catalogue.load():
        note(f"{name} is not in the catalogue: all that is known about it is what the pack says.")
