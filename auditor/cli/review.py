"""``review``: the same job in a page of your browser."""

from typing import Annotated

import typer

from auditor.cli.output import note
from auditor.cli.session import Session
from auditor.errors import ConfigurationError


def review(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, metavar="N", help="Port; 0: any free one.")] = 0,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Do not open a browser; print the link.")
    ] = False,
) -> None:
    """Open the review page: everything in your browser, served by this computer to this browser only."""
    try:
        from auditor.review.server import serve
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"the review page needs {error.name}, which is not installed",
            hint="Run: pip install 'flickr-auditor[review]'",
        ) from error

    session: Session = context.obj
    _ = session.settings  # what cannot be read is said here, and not by every page
    serve(session.home, session.config, session.account, port=port, opens=not no_open, say=note)
