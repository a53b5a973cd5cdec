"""The program: its commands, its global options, and what becomes of errors.

Command modules import their engines inside their functions, so that ``--help`` costs a tenth of a second.
"""

import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn, ParamSpec, TypeVar

import typer

from auditor import garbage
from auditor.cli import targets
from auditor.cli.commands import COMMANDS, example
from auditor.cli.completion import VARIABLE, answer_shell
from auditor.cli.exit_codes import BUG, INTERRUPTED
from auditor.cli.listing import Leaf, Listing
from auditor.cli.output import drop_output, fill_closed_streams, note
from auditor.cli.session import Session
from auditor.errors import AuditorError, ConfigurationError, StorageError, UnreachableError, UsageError
from auditor.files import storage_error, user_path
from auditor.text import plain
from auditor.version import VERSION

P = ParamSpec("P")
T = TypeVar("T")

_GLOBAL_OPTIONS = ("--home", "--config", "--account")
_GLOBAL_FLAGS = ("--quiet", "-q")


def run(argv: Sequence[str]) -> NoReturn:
    """Run the program and exit."""
    garbage.look_rarely()
    closed = fill_closed_streams()
    # A file name that is no UTF-8, or a terminal of Latin-1, costs a character and not the whole result.
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    guarded(_run)(argv, can_answer="stdout" not in closed)
    sys.exit(0)


def _run(argv: Sequence[str], *, can_answer: bool) -> None:
    if not can_answer:
        # Before anything is done: a result that cannot be shown must not follow changes.
        raise UsageError(
            "standard output is closed, so the result has nowhere to go",
            hint="Send it to a file (> result.txt), or to /dev/null.",
        )
    front, rest = _hoist(argv)
    if not rest and sys.stdin.isatty() and sys.stdout.isatty():
        rest = ["review"]  # for people without a habit of terminals the page is the program
    if VARIABLE in os.environ:
        answer_shell(program(*COMMANDS))
    try:
        program(*_asked(rest))(args=[*front, *rest], prog_name="flickr-auditor")
    finally:
        sys.stdout.flush()


def program(*asked: str) -> typer.Typer:
    """The program with the commands `asked`; without any it has all of them, to be listed only."""
    app = typer.Typer(
        name="flickr-auditor",
        cls=Listing,
        help="Find your Flickr photos in face-recognition and computer-vision datasets, protect them, and get"
        " them out.",
        epilog="Exit codes: 0 done or nothing found, 1 something found, 2 usage, 3 partial, 4 not logged in"
        " or not allowed, 5 Flickr unreachable (resumable), 6 refused by a safety rule, 70 bug,"
        " 130 interrupted.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(guarded(root))
    for name in asked:
        add_command(app, name)
    if not asked:
        for name, command in COMMANDS.items():
            app.command(name, help=command.summary)(_listed)
    return app


def add_command(app: typer.Typer, name: str) -> None:
    """Add a command or group of `COMMANDS`, importing its module."""
    module, _, attribute = COMMANDS[name].place.partition(".")
    function = getattr(import_module(f"auditor.cli.{module}"), attribute)
    if attribute == "register":
        function(app, guarded)
    else:
        app.command(name, cls=Leaf, epilog=example(name))(guarded(function))


def _listed() -> None:
    """Stands for a command in the list of all."""


def _asked(words: Sequence[str]) -> list[str]:
    """The command among `words`; none where the list of all is asked for, or there is no such command."""
    for word in words:
        if word in {"-h", "--help"}:
            return []
        if not word.startswith("-"):
            return [word] if word in COMMANDS else []
    return []


def guarded(function: Callable[P, T]) -> Callable[P, T]:
    """`function` with errors turned into one line, a hint and the exit code of the contract."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            for name, value in kwargs.items():
                kwargs[name] = _meant(value)
            _check_targets(kwargs)
            return function(*args, **kwargs)
        except AuditorError as error:
            _fail(error)
        except KeyboardInterrupt:
            note("Interrupted. Nothing is lost: run the same command again to continue.")
            raise SystemExit(INTERRUPTED) from None
        except BrokenPipeError:
            # The reader of a pipe (`| head`) had enough; a second error at exit must not follow.
            drop_output()
            raise SystemExit(0) from None
        except (typer.Exit, typer.Abort, typer.BadParameter, SystemExit):
            raise
        except Exception as error:  # noqa: BLE001 - the last line of defence
            _fail(_machine(error, *args, *kwargs.values()) or _bug())

    return wrapper


def _meant(value: object) -> object:
    """An argument with ``~`` expanded in every path. Errors: `UsageError` for text that is no text."""
    if isinstance(value, Path):
        return user_path(value)
    if isinstance(value, list):
        return [_meant(item) for item in value]
    if isinstance(value, str) and not isinstance(value, Enum):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UsageError(
                f"{value!r} is not text in UTF-8", hint="Check the encoding that your terminal uses."
            ) from None
    return value


def _check_targets(arguments: Mapping[str, object]) -> None:
    """Errors: `UsageError` for a result in the place of what the command reads or the home keeps."""
    session = _session(*arguments.values())
    if session is not None and targets.written(arguments):
        targets.check(arguments, session.settings)


def _session(*arguments: object) -> Session | None:
    """The session of a command, from its arguments; the context that has it is of a private class."""
    found = (getattr(argument, "obj", None) for argument in arguments)
    return next((session for session in found if isinstance(session, Session)), None)


def _machine(error: Exception, *arguments: object) -> AuditorError | None:
    """The user's view of a disk, a network or a database that fails; None: it is a bug."""
    from auditor.database import failure

    session = _session(*arguments)
    if found := failure(error, session.settings.database if session else Path("the database")):
        return found
    if isinstance(error, ConnectionError | TimeoutError):
        return UnreachableError(f"the connection broke off: {error}", hint="Run the command again later.")
    if isinstance(error, OSError) and error.errno:
        if error.filename is None:
            drop_output()
            hint = "Send it where there is room and you may write, with > FILE or --output FILE."
            return StorageError(f"cannot use the output: {error.strerror}", hint=hint)
        return storage_error(Path(error.filename), error)
    if isinstance(error, MemoryError) or "can't start new thread" in str(error):
        return StorageError("there is too little memory", hint="Close other programs, and try again.")
    if isinstance(error, ValueError) and "offset must be a timedelta" in str(error):
        message = f"TZ={os.environ.get('TZ', '')} is no time zone: it is a day or more away from UTC"
        return ConfigurationError(message, hint="Unset TZ, or set it like Europe/Berlin.")
    if damaged := _half_written_module(error):
        return StorageError(
            f"{damaged} is damaged, as Python leaves it on a full disk",
            hint="Remove that file, and run the command again: Python writes it anew.",
        )
    return None


def _half_written_module(error: Exception) -> str | None:
    """The compiled module at which an import failed: only newer Pythons notice that it was not written whole.

    See https://github.com/python/cpython/issues/126606.
    """
    import traceback

    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return str(frame.f_locals.get("bytecode_path")) if frame.f_code.co_name == "_compile_bytecode" else None


def _fail(error: AuditorError) -> NoReturn:
    # A message can quote Flickr or a file, so it is hostile text too.
    note(f"Error: {plain(error.message).removesuffix('.')}.")
    note(f"  → {plain(error.hint)}")
    raise SystemExit(error.exit_code)


def _bug() -> NoReturn:
    import traceback

    traceback.print_exc()
    note("Error: this is a bug in flickr-auditor; nothing is lost. Please report it with the lines above.")
    raise SystemExit(BUG)


def _hoist(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """The global options, to go in front, and the rest: so they are understood after the command too."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in _GLOBAL_OPTIONS:
            front += [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word in _GLOBAL_FLAGS or word.startswith(tuple(f"{name}=" for name in _GLOBAL_OPTIONS)):
            front.append(word)
        else:
            rest.append(word)
    return front, rest


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"flickr-auditor {VERSION}\n")
        raise typer.Exit


def root(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of the database, indexes, plans and letters.", envvar="AUDITOR_HOME"
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings file.", envvar="AUDITOR_CONFIG")
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            metavar="NSID",
            help="Which account to use when the home holds several; by default the last one synced.",
        ),
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="Only results, warnings and errors: no progress, no next steps."),
    ] = False,
    version: Annotated[  # noqa: ARG001 - its callback does the work
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Make the session that the command works with."""
    session = Session(home, config, account=account, quiet=quiet)
    context.obj = session
    context.call_on_close(session.close)
