"""``optout``: letters that ask publishers about photos and to remove them.

What came back, and where the cases are, is in `optout_cases`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor.cli import optout_cases
from auditor.cli.commands import example
from auditor.cli.listing import Leaf, Listing
from auditor.cli.optout_cases import CaseArgument, desk_of, notes
from auditor.cli.output import Format, FormatOption, OutputOption, emit_result
from auditor.cli.session import Session
from auditor.errors import UsageError
from auditor.optout.law import Ground, Role

if TYPE_CHECKING:
    from auditor.optout.case import Case
    from auditor.optout.case_store import Desk
    from auditor.optout.opening import Drafted

GroundOption = Annotated[
    Ground,
    typer.Option(
        metavar="LAW",
        help="gdpr, uk-gdpr, bipa or ccpa: the law that the letter invokes; none: a polite request.",
    ),
]
RoleOption = Annotated[
    Role,
    typer.Option(
        "--as", metavar="WHO", help="photographer, subject (a person shown) or guardian (of a child)."
    ),
]
NameOption = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Your name as it should appear in the letter.")
]
LangOption = Annotated[str | None, typer.Option(metavar="en|de|fr|es", help="The letter's language.")]
DirOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Folder for the files (default: in the home folder).")
]


def register(app: typer.Typer, guarded: Callable[..., Any]) -> None:
    """Add the group ``optout`` to the program."""
    group = typer.Typer(
        cls=Listing,
        help="Letters that ask publishers about your photos, and to remove them. Not legal advice.",
        no_args_is_help=True,
    )
    after = optout_cases
    for function in (
        ask,
        draft,
        after.sent,
        after.answer,
        remind,
        complain,
        after.close,
        after.status,
        after.recheck,
        after.file,
        after.folder,
    ):
        name = function.__name__
        group.command(name, cls=Leaf, epilog=example(f"optout {name}"))(guarded(function))
    app.add_typer(group, name="optout")


def ask(
    context: typer.Context,
    dataset: Annotated[
        str | None, typer.Argument(metavar="DATASET", help="The dataset's name, as in `datasets list`.")
    ] = None,
    all_unchecked: Annotated[
        bool,
        typer.Option(
            "--all-unchecked",
            help="Ask about every dataset that no index here can check: one letter for each publisher.",
        ),
    ] = False,
    ground: GroundOption = Ground.NONE,
    role: RoleOption = Role.PHOTOGRAPHER,
    name: NameOption = None,
    lang: LangOption = None,
    link: Annotated[
        list[str] | None,
        typer.Option(metavar="LINK", help="A photo to name in the letter; repeatable."),
    ] = None,
    out: DirOption = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Ask a publisher whether your photos are in a dataset; needs no index. Nothing is sent."""
    from auditor.datasets import catalogue
    from auditor.optout.opening import LetterOptions, ask_all, shown_in
    from auditor.optout.opening import ask as write
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    session: Session = context.obj
    if (dataset is None) is not all_unchecked:
        raise UsageError(
            "name one DATASET, or give --all-unchecked", hint="flickr-auditor optout ask ibm-dif"
        )
    options = LetterOptions.of(session.settings, ground, role, name=name, language=lang)
    desk = desk_of(context)
    if dataset is not None:
        links = shown_in(link or [], role, optional=True)
        report = write(desk, options, [catalogue.get(dataset)], nsid=session.account, links=links, out=out)
        _emit_draft(report, desk, format, output)
        return
    if role is not Role.PHOTOGRAPHER or link or out:
        raise UsageError(
            "--all-unchecked asks about your account alone", hint="Leave --as, --link and --out out."
        )
    asked = ask_all(desk, options, nsid=session.account)
    emit_result(as_json.asked_all_json(asked, desk.today), text.asked_all_text(asked), format, output)


def draft(
    context: typer.Context,
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="The dataset's name, as in `datasets list`.")
    ],
    ground: GroundOption = Ground.NONE,
    role: RoleOption = Role.PHOTOGRAPHER,
    name: NameOption = None,
    lang: LangOption = None,
    link: Annotated[
        list[str] | None,
        typer.Option(metavar="LINK", help="A photo that shows you or the child; repeatable."),
    ] = None,
    include_private: Annotated[
        bool, typer.Option("--include-private", help="Also name photos that are not public on Flickr.")
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Write instead to a host of copies, such as github or huggingface."
        ),
    ] = None,
    out: DirOption = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Write a letter with the link of every photo that a dataset holds. Nothing is sent."""
    from auditor.datasets import catalogue
    from auditor.datasets.index.lookup import Index
    from auditor.optout.opening import LetterOptions, shown_in
    from auditor.optout.opening import draft as write

    session: Session = context.obj
    card = catalogue.get(dataset)
    options = LetterOptions.of(
        session.settings, ground, role, name=name, language=lang, include_private=include_private
    )
    links = shown_in(link or [], role)
    desk = desk_of(context)
    index = Index.open(session.settings.indexes / card.name)
    report = write(desk, options, card, index, nsid=session.account, links=links, host=host, out=out)
    _emit_draft(report, desk, format, output)


def remind(
    context: typer.Context,
    case_id: CaseArgument,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Write the reminder of an overdue case."""
    from auditor.optout import workflow

    desk = desk_of(context)
    case, warnings = workflow.remind(desk, case_id)
    _emit_letter(case, desk, warnings, format, output)


def complain(
    context: typer.Context,
    case_id: CaseArgument,
    country: Annotated[
        str | None,
        typer.Option(
            metavar="CC",
            help="Where you live or work, such as FR or DE-BE: its authority gets the complaint.",
        ),
    ] = None,
    lang: LangOption = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Write the complaint to the authority, or the next lawful step where there is none."""
    from auditor.optout import workflow

    desk = desk_of(context)
    case, warnings = workflow.complain(desk, case_id, country=country, language=lang)
    _emit_letter(case, desk, warnings, format, output)


def _emit_draft(report: "Drafted", desk: "Desk", format: Format, output: Path | None) -> None:
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    data = as_json.draft_json(report, desk.today)
    emit_result(data, text.draft_text(report, desk.today), format, output)
    notes(report.warnings, format)


def _emit_letter(
    case: "Case",
    desk: "Desk",
    warnings: tuple[str, ...],
    format: Format,
    output: Path | None,
) -> None:
    from auditor.report.optout import json as as_json
    from auditor.report.optout import text

    data = as_json.case_json(case, desk.today, warnings)
    emit_result(data, text.letter_text(case, desk.today), format, output)
    notes(warnings, format)
