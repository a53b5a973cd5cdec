"""``sandbox``: a pretend Flickr on this machine, to practise on."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import emit, note
from auditor.cli.session import Session
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.sandbox.account import Account
    from auditor.sandbox.server import Sandbox


def sandbox(
    context: typer.Context,
    port: Annotated[
        int, typer.Option(metavar="N", help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65_535)
    ] = 8765,
    photos: Annotated[
        int, typer.Option(metavar="N", help="How many photos the pretend account has.", min=1, max=200_000)
    ] = 120,
) -> None:
    """Run a pretend Flickr with an invented account, and say how to point the tool at it. Ctrl-C ends it."""
    from auditor.files import private_dir
    from auditor.sandbox import demo_datasets
    from auditor.sandbox.generate import make_account

    session: Session = context.obj
    folder = private_dir(session.settings.home / "sandbox")
    account = make_account(photos=photos)
    files = demo_datasets.write(account, folder / "indexes")
    with _started(account, port) as box:
        token, token_secret = box.issue_token("write")
        emit(
            "\n".join(
                [
                    "# A pretend Flickr is running. In another terminal:",
                    f"export AUDITOR_FLICKR_URL={box.url}",
                    f"export AUDITOR_HOME={_quoted(folder / 'home')}",
                    f"export FLICKR_API_KEY={box.key}",
                    f"export FLICKR_API_SECRET={box.secret}",
                    "# Either log in as one does on Flickr:",
                    f"flickr-auditor login --perms write --token-file {_quoted(folder / 'token.json')}",
                    "# or take a login that is already allowed:",
                    f"export FLICKR_OAUTH_TOKEN={token}",
                    f"export FLICKR_OAUTH_TOKEN_SECRET={token_secret}",
                    "# Then, for example:",
                    "flickr-auditor sync",
                    *(f"flickr-auditor datasets add {name} {_quoted(path)}" for name, path in files.items()),
                    "flickr-auditor audit",
                ]
            )
        )
        note(f"Serving {photos:,} invented photos on {box.url}; Ctrl-C ends it.")
        # An Event without a time-out cannot be interrupted on every system.
        forever = threading.Event()
        try:
            while not forever.wait(3600):
                pass
        except KeyboardInterrupt:
            note("The pretend Flickr has ended.")


def _started(account: "Account", port: int) -> "Sandbox":
    """The server. Errors: `UsageError` for a port that is taken."""
    from auditor.sandbox.server import Sandbox

    try:
        return Sandbox(account, port=port)
    except OSError as error:
        raise UsageError(
            f"port {port} cannot be used: {error.strerror}", hint="Choose another with --port, or --port 0."
        ) from error


def _quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))
