"""``login``, ``logout``, ``whoami``: who the tool acts for."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import Format, FormatOption, OutputOption, emit, emit_json, note
from auditor.cli.session import Session
from auditor.errors import NotAllowedError, RefusedError

if TYPE_CHECKING:
    from auditor.flickr.login import Login


class Permission(StrEnum):
    """What a login allows."""

    read = "read"
    write = "write"


def login(
    context: typer.Context,
    perms: Annotated[
        Permission, typer.Option(help="read is enough until you apply a plan.")
    ] = Permission.read,
    no_browser: Annotated[
        bool,
        typer.Option("--no-browser", help="Print the address, and read the code Flickr shows from stdin."),
    ] = False,
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file", help="Keep the login in this file (0600) instead of the system's keyring."
        ),
    ] = None,
) -> None:
    """Log in to Flickr in the browser (OAuth); asks for reading only, unless told otherwise."""
    from auditor.flickr import tokens
    from auditor.flickr.login import Login

    session: Session = context.obj
    key, secret = session.api_key()
    tokens.check_place(token_file)
    flow = Login(key, secret, base_url=session.settings.flickr_url)
    verifier = _ask_for_code(flow, perms) if no_browser else _wait_for_browser(flow, perms)
    place = tokens.save(session.settings, session.conn, flow.finish(verifier), token_file)
    note(f"Logged in with permission to {perms.value}. The login is kept in {place}.")
    if session.settings.oauth_token:
        note("FLICKR_OAUTH_TOKEN is set and goes before it: unset it to use this login.")


def logout(context: typer.Context) -> None:
    """Forget the login on this computer."""
    from auditor.flickr import tokens

    session: Session = context.obj
    places = tokens.forget(session.settings, session.conn)
    note(f"Removed the login from {' and '.join(places)}." if places else "There was no login kept.")
    if session.settings.oauth_token:
        note("FLICKR_OAUTH_TOKEN is still set in the environment: unset it too.")
    note("To withdraw the permission itself: https://www.flickr.com/services/auth/list.gne")


def whoami(
    context: typer.Context,
    format: FormatOption = Format.table,  # noqa: A002 - the option's name
    output: OutputOption = None,
) -> None:
    """Show whose account it is, what the login may do, and what the account may hold."""
    from auditor.account.photo import account_from_person
    from auditor.account.upload_defaults import read_defaults
    from auditor.report import account as report

    session: Session = context.obj
    api = session.read_api()
    login = api.login()
    account = account_from_person(login, api.person(login.nsid))
    permissions = api.permissions()
    session.store.save_defaults(account, read_defaults(api))
    if format is Format.json:
        emit_json(report.whoami_json(account, permissions, api.calls), output)
    else:
        emit(report.whoami_text(account, permissions), output)


def _ask_for_code(flow: "Login", perms: Permission) -> str:
    address = flow.start(perms.value, "oob")
    note("Open this address in a browser and allow the login:")
    emit(address)
    note("Then type the code that Flickr shows:")
    code = sys.stdin.readline().strip()
    if not code:
        raise RefusedError(
            "no code was given", hint="Run flickr-auditor login --no-browser again and type the code."
        )
    return code


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
