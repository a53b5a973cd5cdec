"""``login``, ``logout``, ``whoami``: who the tool acts for."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import (
    Format,
    FormatOption,
    OutputOption,
    emit,
    emit_result,
    file_to_write,
    note,
)
from auditor.cli.session import Session
from auditor.errors import NotAllowedError, RefusedError, StorageError, UnreachableError
from auditor.text import plain

if TYPE_CHECKING:
    from auditor.flickr.login import Login


_TRIES = 3
"""Lines that are read for a code before the login is given up."""


class Permission(StrEnum):
    """What a login allows."""

    read = "read"
    write = "write"


def login(
    context: typer.Context,
    perms: Annotated[
        Permission, typer.Option(metavar="read|write", help="read is enough until you apply a plan.")
    ] = Permission.read,
    no_browser: Annotated[
        bool,
        typer.Option("--no-browser", help="Print the address, and read the code Flickr shows from stdin."),
    ] = False,
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="FILE",
            parser=file_to_write,
            help="Keep the login in this file (0600) instead of the system's keyring; the next login too.",
        ),
    ] = None,
) -> None:
    """Log in to Flickr in the browser (OAuth); asks for read access unless you choose --perms write."""
    from auditor.flickr import tokens
    from auditor.flickr.login import Login

    session: Session = context.obj
    key, secret = session.api_key()
    place = token_file or tokens.remembered_file(session.conn)
    tokens.check_place(session.settings, place)
    flow = Login(key, secret, base_url=session.settings.flickr_url)
    verifier = _ask_for_code(flow, perms) if no_browser else _wait_for_browser(flow, perms)
    token = flow.finish(verifier)
    kept, before = tokens.save(session.settings, session.conn, token, place)
    who = " ".join(part for part in (plain(token.username, 60), token.nsid) if part)
    note(f"Logged in{f' as {who}' if who else ''} with permission to {perms.value}.")
    note(f"The login is kept in {kept}.")
    for old in before.removed:
        note(f"The earlier login was removed from {old}.")
    for old in before.left:
        note(f"An earlier login may still be in {old}: remove it yourself.")
    if session.settings.oauth_token:
        note("FLICKR_OAUTH_TOKEN is set and takes precedence: unset it to use this login.")


def logout(context: typer.Context) -> None:
    """Forget the login on this computer."""
    from auditor.flickr import tokens

    session: Session = context.obj
    result = tokens.forget(session.settings, session.conn)
    if result.removed:
        note(f"Removed the login from {' and '.join(result.removed)}.")
    elif not result.left:
        note("No login was stored.")
    if session.settings.oauth_token:
        note("FLICKR_OAUTH_TOKEN is still set in the environment: unset it too.")
    note("To withdraw the permission itself: https://www.flickr.com/services/auth/list.gne")
    if result.left:
        raise StorageError(
            f"not removed, and perhaps still good: the login in {' and in '.join(result.left)}",
            hint="Fix that and run flickr-auditor logout again, or withdraw the permission on that page."
            " A login kept in a file (--token-file PATH) needs no keyring.",
        )


def whoami(
    context: typer.Context,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Show which account you are logged in to, what the login allows, and the limits of the account."""
    from auditor.account.photo import account_from_person
    from auditor.account.upload_defaults import read_defaults
    from auditor.report import account as report

    session: Session = context.obj
    api = session.read_api()
    login = api.login()
    account = account_from_person(login, api.person(login.nsid))
    permissions = ""
    try:
        permissions = api.permissions()
        session.store.save_defaults(account, read_defaults(api))
    except UnreachableError as error:
        note(f"Some of it could not be read: {error.message}.")
    data = report.whoami_json(account, permissions, api.calls)
    emit_result(data, report.whoami_text(account, permissions), format, output)


def _ask_for_code(flow: "Login", perms: Permission) -> str:
    from auditor.flickr.login import verifier_in

    address = flow.start(perms.value, "oob")
    note("Open this address in a browser and allow the login:")
    emit(address)
    note("Then type the code that Flickr shows:")
    for _ in range(_TRIES):
        line = sys.stdin.readline()
        if not line:
            break
        code = verifier_in(line)
        if code and f"={code}&" not in address:  # the request token, which stands there too, is no code
            return code
        note("That holds no code. It looks like 123-456-789; the address of the whole page will do too:")
    raise RefusedError(
        "no code was given", hint="Run flickr-auditor login --no-browser again and type the code."
    )


def _wait_for_browser(flow: "Login", perms: Permission) -> str:
    import webbrowser

    from auditor.flickr.login import Callback

    with Callback() as callback:
        address = flow.start(perms.value, callback.url)
        note(f"Opening your browser to allow the login. If nothing opens, go to:\n\n  {address}\n")
        webbrowser.open(address)
        try:
            return callback.wait()
        except NotAllowedError:
            note("On a machine without a browser: flickr-auditor login --no-browser")
            raise
