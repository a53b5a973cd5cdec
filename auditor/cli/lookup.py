"""``--lookup``: asking the look-up that somebody hosts, beside the local indexes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import note
from auditor.cli.session import Session
from auditor.text import count

if TYPE_CHECKING:
    from auditor.lookup.client import Asked

LookupOption = Annotated[
    str | None,
    typer.Option(
        "--lookup",
        metavar="URL",
        help="Also ask the look-up at this address, which learns only a prefix, not who you are; off: none."
        " URL#ROOT: only if its root is this one.",
    ),
]
OFF = "off"


@contextmanager
def asking(session: Session, address: str | None, *, nsid: str | None = None) -> Iterator["Asked | None"]:
    """The look-up that was named, or else that of the settings, and at the end what it was asked.

    `nsid` is the account of an audit. None where no look-up is asked. Errors: those of
    `auditor.lookup.client.open_lookup`.
    """
    address = session.settings.lookup if address is None else address
    if address is None or address.lower() == OFF:
        yield None
        return
    from auditor.lookup.client import Asked, open_lookup

    lookup = open_lookup(address, session.settings.home / "lookup")
    asked = Asked(lookup, nsid=nsid)
    try:
        yield asked
    finally:
        told = lookup.told
        note(
            f"Asked {lookup.host.url}, of {told.generated_at[:10]}, which knows"
            f" {count(len(lookup.hosted), 'dataset')}: it was sent the names of"
            f" {count(len(lookup.host.asked), 'file')}, and nothing else. Its root: {lookup.host.root}"
        )
        if told.left_out:
            left_out = count(told.left_out, "person or photo", "people or photos")
            note(f"On purpose it leaves out: {left_out}.")
        if asked.left_alias and nsid is None and "alias" in told.sections:
            note(
                "Asked by NSID alone: with the alias too, the host would know who you are. Some records name"
                " their owner by alias only; ask for it some other time."
            )
        for error in lookup.failures.values():
            note(f"Warning: {error.message}\n  → {error.hint}")
        lookup.host.close()
