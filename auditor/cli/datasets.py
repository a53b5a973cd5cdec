"""``datasets``: the catalogue of what is known, and the local indexes to match against."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor.cli.indexes import NameArgument, ReplaceOption, manifests
from auditor.cli.output import Format, FormatOption, OutputOption, columns, emit, emit_json, note
from auditor.cli.session import Session
from auditor.errors import AuditorError, RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.datasets.card import Card
    from auditor.datasets.readers import Format as FileFormat

EXIT_MISMATCH = 1


def register(app: typer.Typer, guarded: Callable[..., Any]) -> None:
    """Add the group ``datasets`` to the program."""
    from auditor.cli import datasets_share

    group = typer.Typer(
        help="The catalogue of datasets, and the local indexes to match against.", no_args_is_help=True
    )
    for name, function in (
        ("list", list_datasets),
        ("info", info),
        ("add", add),
        ("fetch", datasets_share.fetch),
        ("update", datasets_share.update),
        ("verify", verify),
        ("remove", remove),
        ("export", datasets_share.export),
        ("import", datasets_share.import_pack),
        ("publish", datasets_share.publish),
    ):
        group.command(name)(guarded(function))
    app.add_typer(group, name="datasets")


def list_datasets(
    context: typer.Context,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Show every dataset of the catalogue, and which have a local index."""
    from auditor.datasets import catalogue
    from auditor.report import datasets as report

    here = manifests(context.obj)
    cards = catalogue.load()
    if format is Format.json:
        entries = [report.card_json(card, here.get(card.name)) for card in cards.values()]
        own = [name for name in here if name not in cards]
        entries += [report.card_json(None, here[name], name) for name in own]
        emit_json({"datasets": entries}, output)
    else:
        emit(report.list_table(cards, here, columns=columns(output)), output)


def info(
    context: typer.Context,
    name: NameArgument,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Show all that is known of one dataset: where its index is had, what it can prove, how to get out."""
    from auditor.datasets import catalogue
    from auditor.names import dataset_name
    from auditor.report import datasets as report

    name = dataset_name(name)
    manifest = manifests(context.obj).get(name)
    card = catalogue.load().get(name) if manifest else catalogue.get(name)
    if format is Format.json:
        emit_json(report.card_json(card, manifest, name), output)
    else:
        emit(report.info_text(name, card, manifest), output)


def add(
    context: typer.Context,
    name: NameArgument,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="The publisher's index file(s), packed or not.")
    ],
    append: Annotated[
        bool, typer.Option("--append", help="Add to the index that is there instead of replacing it.")
    ] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Build the index even if the files hold no Flickr photo.")
    ] = False,
    replace: ReplaceOption = False,
    column: Annotated[
        str | None,
        typer.Option(help="The column of Flickr links or ids, in a list that has no reader of its own."),
    ] = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Build the local index of a dataset from its publisher's files, or of a list of your own.

    What was there stays until the new one is whole. A list of your own takes any name that is not in the
    catalogue; it can be a CSV, TSV, JSON, Parquet, SQLite or text file.
    """
    from auditor.datasets.index.build import build
    from auditor.report import datasets as report

    session: Session = context.obj
    card, name, formats = _card_and_formats(session, name, column)
    manifest = build(
        session.settings.indexes,
        name,
        files,
        formats=formats,
        card=card,
        append=append,
        allow_empty=allow_empty,
        replace=replace,
        memory_limit=session.settings.memory_limit,
        progress=session.progress,
    )
    if format is Format.json:
        emit_json(report.manifest_json(manifest), output)
    else:
        emit(report.built_text(manifest), output)
    if manifest.records == 0:
        answer = "certainly none, by their shape" if manifest.certain else "so the index says nothing"
        note(f"Warning: the files hold no Flickr photo: {answer}.")


def _card_and_formats(
    session: Session, name: str, column: str | None
) -> tuple["Card | None", str, "Sequence[FileFormat]"]:
    """The dataset's card, its name, and the formats its files may have. A list of one's own has no card.

    Errors: `UsageError` for a dataset without keys, or a name that is neither in the catalogue nor fit for a
    list of one's own; `RefusedError` for such a list under a publisher's name.
    """
    from auditor.datasets import catalogue
    from auditor.datasets.readers import GENERIC, select
    from auditor.datasets.readers.generic import generic_format
    from auditor.text import plain

    generic = generic_format(column, session.progress.say)
    card = catalogue.find(name)
    if card is None:
        return None, catalogue.check_own_name(name, certain=column is not None), [generic]
    if not card.checkable:
        raise UsageError(
            f"{card.title} cannot be indexed: {card.no_key_reason}",
            hint=f"See: flickr-auditor datasets info {card.name}",
        )
    if column is not None and GENERIC not in card.formats:
        # A hit in it would be told to the publisher as one in the publisher's own file.
        raise RefusedError(
            f"a list that is read by --column is a list of your own, not {card.title}'s file",
            hint="Give it a name of its own:"
            f" flickr-auditor datasets add my-{card.name} FILE --column {plain(column)}",
        )
    if column is not None:
        return card, card.name, [generic]
    return (
        card,
        card.name,
        [generic if format_.name == GENERIC else format_ for format_ in select(card.formats)],
    )


def verify(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="All indexes, if none is named.")
    ] = None,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Check that local indexes are whole and unchanged. Exit code 1: one is not."""
    from auditor.datasets.index import local
    from auditor.datasets.index.verify import problems as problems_of

    session: Session = context.obj
    folder = session.settings.indexes
    results: dict[str, list[str]] = {}
    for name in local.present(folder, names) if names else local.names(folder):
        try:
            results[name] = list(problems_of(folder / name))
        except AuditorError as error:
            results[name] = [error.message]
    if format is Format.json:
        emit_json(
            {"indexes": [{"dataset": name, "problems": found} for name, found in results.items()]}, output
        )
    else:
        emit(
            "\n".join(
                f"{name}: {'; '.join(found) or 'whole and unchanged'}" for name, found in results.items()
            )
            or "There is no local index.",
            output,
        )
    if any(results.values()):
        note("Build a damaged index again with: flickr-auditor datasets add NAME FILE")
        raise typer.Exit(EXIT_MISMATCH)


def remove(context: typer.Context, name: NameArgument) -> None:
    """Remove a local index; the publisher's files are not touched."""
    from auditor.datasets.index.folder import remove as remove_index
    from auditor.text import count, plain

    session: Session = context.obj
    left = remove_index(session.settings.indexes, name)
    note(f"Removed the local index of {name.strip().lower()}.")
    if left:
        more = f" and {count(len(left) - 1, 'other')}" if left[1:] else ""
        note(f"Its folder stays, for it holds what the index does not name: {plain(left[0], 60)}{more}.")
