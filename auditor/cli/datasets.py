"""``datasets``: the catalogue of what is known, and the local indexes to match against."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from auditor.cli.commands import example
from auditor.cli.datasets_add import add
from auditor.cli.exit_codes import FOUND
from auditor.cli.indexes import NameArgument, manifests
from auditor.cli.listing import Leaf, Listing
from auditor.cli.output import Format, FormatOption, OutputOption, columns, emit_result, note
from auditor.cli.session import Session
from auditor.errors import AuditorError
from auditor.text import count, plain


def register(app: typer.Typer, guarded: Callable[..., Any]) -> None:
    """Add the group ``datasets`` to the program."""
    from auditor.cli import datasets_share

    group = typer.Typer(
        cls=Listing,
        help="The catalogue of datasets, and the local indexes to match against.",
        no_args_is_help=True,
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
        group.command(name, cls=Leaf, epilog=example(f"datasets {name}"))(guarded(function))
    app.add_typer(group, name="datasets")


def list_datasets(
    context: typer.Context,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Show every dataset of the catalogue, and which have a local index."""
    from auditor.datasets import catalogue
    from auditor.report import datasets as report

    here = manifests(context.obj)
    cards = catalogue.load()
    entries = [report.card_json(card, here.get(card.name)) for card in cards.values()]
    entries += [report.card_json(None, here[name], name) for name in here if name not in cards]
    table = report.list_table(cards, here, columns=columns(output))
    emit_result({"datasets": entries}, table, format, output)


def info(
    context: typer.Context,
    name: NameArgument,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Show all that is known about a dataset: where to get its index, what it can prove, how to get out."""
    from auditor.datasets import catalogue
    from auditor.names import dataset_name
    from auditor.report import datasets as report

    name = dataset_name(name)
    manifest = manifests(context.obj).get(name)
    card = catalogue.load().get(name) if manifest else catalogue.get(name)
    emit_result(
        report.card_json(card, manifest, name), report.info_text(name, card, manifest), format, output
    )


def verify(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="All indexes, if none is named.")
    ] = None,
    format: FormatOption = Format.table,
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
    data = [{"dataset": name, "problems": found} for name, found in results.items()]
    lines = [f"{name}: {plain('; '.join(found)) or 'whole and unchanged'}" for name, found in results.items()]
    emit_result({"indexes": data}, "\n".join(lines) or "There is no local index.", format, output)
    if any(results.values()):
        note("Build a damaged index again with: flickr-auditor datasets add NAME FILE")
        raise typer.Exit(FOUND)


def remove(context: typer.Context, name: NameArgument) -> None:
    """Remove a local index; the publisher's files are not touched."""
    from auditor.datasets.index.folder import current
    from auditor.datasets.index.folder import remove as remove_index
    from auditor.names import dataset_name, inside

    session: Session = context.obj
    indexes = session.settings.indexes
    removed = current(inside(indexes, dataset_name(name), "a dataset"))
    left = remove_index(indexes, name)
    note(f"Removed the local index of {name.strip().lower()}.")
    if left:
        more = f" and {count(len(left) - 1, 'other')}" if left[1:] else ""
        note(
            "Its folder stays, because it holds files that are not part of the index:"
            f" {plain(left[0], 60)}{more}."
        )
    if removed and removed.store:
        note(f"Its data files, which others may use, are still at {plain(removed.store)}.")
