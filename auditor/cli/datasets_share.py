"""``datasets fetch|export|import|publish``: getting indexes, and sharing them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.indexes import NameArgument, ReplaceOption
from auditor.cli.output import Format, FormatOption, OutputOption, emit, emit_json, note
from auditor.cli.session import Session
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.datasets.fetch import Fetched
    from auditor.datasets.index.manifest import Manifest


def fetch(
    context: typer.Context,
    name: NameArgument,
    registry: Annotated[
        str | None,
        typer.Option(help="Address of a folder that `datasets publish` wrote; https, or this machine."),
    ] = None,
    file: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this file of the dataset's (see `datasets info`); can be given several times."
        ),
    ] = None,
    replace: ReplaceOption = False,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Download a dataset's index files from its publisher, or a pack from a registry, and build the index.

    An interrupted download goes on where it stopped; an unchanged file is not sent again. No other command
    calls anybody but Flickr, and this one only the address in the card, or the registry that you name.
    """
    from auditor.datasets import catalogue
    from auditor.datasets.fetch import by_hand, fetch_card, fetch_pack

    session: Session = context.obj
    indexes, downloads = session.settings.indexes, session.settings.home / "downloads"
    memory, progress = session.settings.memory_limit, session.progress
    if registry is None:
        card = catalogue.get(name)
        fetched = fetch_card(
            card,
            downloads,
            indexes,
            only=file or (),
            replace=replace,
            memory_limit=memory,
            progress=progress,
        )
        for line in by_hand(card):
            note(f"Not downloaded: {line}")
    elif file:
        raise UsageError("--file is for a publisher's files", hint="A registry has one pack of a dataset.")
    else:
        fetched = fetch_pack(
            name,
            registry,
            downloads,
            indexes,
            replace=replace,
            memory_limit=memory,
            progress=progress,
        )
    _emit_fetched(fetched, format, output)


def export(
    context: typer.Context,
    name: NameArgument,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The pack to write, such as ffhq.zip.")],
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Write a local index as one file (a pack) that others can import: keys only, no pictures, no secrets."""
    from auditor.datasets.sharing import pack

    session: Session = context.obj
    packed = pack.export(session.settings.indexes, name, target)
    if format is Format.json:
        emit_json(
            {"dataset": name, "file": str(target), "bytes": packed.bytes, "sha256": packed.sha256}, output
        )
    else:
        emit(f"{target}: {packed.bytes:,} bytes, sha256 {packed.sha256}", output)


def import_pack(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A pack that `datasets export` wrote.")],
    replace: ReplaceOption = False,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Make the index in a pack the local one. Everything in it is checked; a tampered one is refused."""
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
        typer.Option(help="Only this index; can be given several times. Otherwise all local indexes."),
    ] = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Write a folder of packs that any web server can serve, for `datasets fetch NAME --registry ADDRESS`."""
    from dataclasses import asdict
    from datetime import UTC, datetime

    from auditor.datasets.index import local
    from auditor.datasets.sharing import publish as publishing

    session: Session = context.obj
    indexes = session.settings.indexes
    names = local.present(indexes, dataset) if dataset else local.names(indexes)
    entries = publishing.publish(indexes, names, folder, now=datetime.now(UTC), progress=session.progress)
    if format is Format.json:
        emit_json({"folder": str(folder), "packs": [asdict(entry) for entry in entries]}, output)
    else:
        emit(
            "\n".join(f"{entry.file}: {entry.bytes:,} bytes, sha256 {entry.sha256}" for entry in entries),
            output,
        )


def _emit_fetched(fetched: "Fetched", format: Format, output: Path | None) -> None:  # noqa: A002
    for file in fetched.files:
        state = "unchanged" if file.unchanged else f"{file.transferred:,} bytes received"
        note(f"{file.path}: {state}, sha256 {file.sha256}")
    if not fetched.built:
        note("The local index was built from these files already.")
    _emit_manifest(fetched.manifest, format, output)


def _emit_manifest(manifest: "Manifest", format: Format, output: Path | None) -> None:  # noqa: A002
    from auditor.report.datasets import built_text, manifest_json

    if format is Format.json:
        emit_json(manifest_json(manifest), output)
    else:
        emit(built_text(manifest), output)


def _warn_of_stranger(name: str) -> None:
    """A pack can be called anything; the catalogue's names are the ones that reports explain."""
    from auditor.datasets import catalogue

    if name not in catalogue.load():
        note(f"{name} is not in the catalogue: nothing is known of it but what the pack says.")
