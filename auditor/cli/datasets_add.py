"""``datasets add``: build local indexes from files that are here."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.exit_codes import PARTIAL
from auditor.cli.indexes import ReplaceOption, note_missing_parents
from auditor.cli.output import Format, FormatOption, OutputOption, emit_result, note
from auditor.cli.session import Session
from auditor.errors import UsageError
from auditor.text import count

if TYPE_CHECKING:
    from auditor.datasets.adding import Unknown, Wish
    from auditor.datasets.index.manifest import Manifest


def add(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="[NAME] FILE...",
            help="The dataset's name, as in `datasets list`, or a name of your choice; then its index"
            " file(s),"
            " packed or not, or a folder. Without a name the datasets are recognised.",
        ),
    ],
    append: Annotated[
        bool, typer.Option("--append", help="Add to the existing index instead of replacing it.")
    ] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Build the index even if the files hold no Flickr photo.")
    ] = False,
    replace: ReplaceOption = False,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="Accept files that do not look like those of the dataset.")
    ] = False,
    column: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The column that holds Flickr links or ids, for a list of unknown format."
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Build shard by shard on the workers of this Dask scheduler, or with `local` on all"
            " processors here (extra `cluster`). FILEs may then be addresses such as s3://bucket/part-0.parquet.",
        ),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="With --scheduler: a folder that all workers reach, for the index's data; by default the"
            " folder of indexes.",
        ),
    ] = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Build the local index of a dataset from its publisher's files, or of your own list.

    The old index stays until the new one is complete. Without a name every file that is recognised is built,
    also those in a folder of downloads; exit code 3: some of them could not be. Your own list can have any
    name that is not in the catalogue; it can be a CSV, TSV, JSON, Parquet, SQLite, XML or text file, or a
    folder of pictures named after photos.
    """
    from auditor.datasets import adding

    session: Session = context.obj
    wish = adding.Wish(append, allow_empty, replace, as_is, column, session.settings.memory_limit)
    if scheduler is not None:
        _emit([_on_workers(session, files, wish, scheduler, store)], [], format, output)
        note_missing_parents(session, files[:1])
        return
    if store is not None:
        raise UsageError(
            "--store goes with --scheduler", hint="Name a scheduler, or write: --scheduler local"
        )
    name, paths = _name_and_files(files)
    if name is not None:
        built = adding.add(session.settings.indexes, name, paths, wish, session.progress)
        _emit([built], [], format, output)
        note_missing_parents(session, [name])
        return
    if column is not None:
        raise UsageError(
            "a list that is read by --column needs a name", hint="Put one before the file: my-list"
        )
    indexes, unknown = adding.add_recognised(session.settings.indexes, paths, wish, session.progress)
    refused = [file.error for file in unknown if file.error]
    if not indexes and refused:
        raise refused[0]
    if not indexes:
        raise UsageError(
            "no dataset was recognised: "
            + "; ".join(f"{file.path.name}: {file.reason}" for file in unknown[:10]),
            hint="Put the dataset's name, or a name of your choice, before the files.",
        )
    _emit(indexes, unknown, format, output, several=True)
    note_missing_parents(session, [manifest.dataset for manifest in indexes])
    if refused:
        raise typer.Exit(PARTIAL)


def _on_workers(
    session: Session, words: list[str], wish: "Wish", scheduler: str, store: str | None
) -> "Manifest":
    from auditor.datasets.cluster import build, pool
    from auditor.datasets.store import is_address
    from auditor.files import user_path

    name, *shards = words
    if not shards or not all(words):
        raise UsageError(
            "shards need the dataset's name before them",
            hint="datasets add NAME SHARD... --scheduler ADDRESS",
        )
    addresses = [shard if is_address(shard) else str(user_path(Path(shard))) for shard in shards]
    if store and not is_address(store):
        store = str(user_path(Path(store)))
    output = build.Output(session.settings.indexes, store or "")
    workers = partial(pool.connect, scheduler)
    return build.build(output, name, addresses, wish, workers, progress=session.progress)


def _name_and_files(words: list[str]) -> tuple[str | None, list[Path]]:
    """The name, if the first word is one and no file, and the files."""
    from auditor.datasets import catalogue
    from auditor.files import is_there, user_path

    if not all(words):
        raise UsageError("a file name is empty", hint="Give the publisher's index files.")
    first, *rest = words
    paths = [user_path(Path(word)) for word in words]
    is_name = bool(rest) and (catalogue.find(first) is not None or not is_there(paths[0]))
    if not rest and not is_there(paths[0]):
        raise UsageError(f"there is no file called {first}", hint="Give the publisher's index files.")
    if is_name:
        return first, paths[1:]
    return None, paths


def _emit(
    built: "list[Manifest]",
    unknown: "list[Unknown]",
    format: Format,
    output: Path | None,
    *,
    several: bool = False,
) -> None:
    from auditor.datasets import catalogue
    from auditor.report import datasets as report

    manifests = [report.manifest_json(manifest) for manifest in built]
    left = [{"file": str(file.path), "reason": file.reason} for file in unknown]
    data = {"indexes": manifests, "not_recognised": left} if several else manifests[0]
    emit_result(data, "\n".join(map(report.built_text, built)), format, output)
    for file in unknown:
        note(f"Left out: {file.path}: {file.reason}.")
    for manifest in built:
        if manifest.records == 0:
            answer = "certainly none, by their shape" if manifest.certain else "so the index says nothing"
            note(f"Warning: the files of {manifest.dataset} hold no Flickr photo: {answer}.")
        elif (card := catalogue.find(manifest.dataset)) and (published := card.published(manifest.rows)):
            rows = count(manifest.rows, "row")
            note(
                f"The files of {card.name} have {rows}; the publisher counts {published}. Is a part missing?"
            )
