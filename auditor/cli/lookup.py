"""``--lookup``: asking the look-up that somebody hosts, beside the local indexes."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from auditor.cli.output import note
from auditor.cli.session import Session
from auditor.errors import RefusedError
from auditor.text import count

if TYPE_CHECKING:
    from auditor.flickr.target import Target
    from auditor.lookup.asked import Asked
    from auditor.lookup.client import Lookup

T = TypeVar("T")

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
_WHAT = {"nsid": "account", "alias": "account", "photo_id": "photo"}


def with_lookup(
    session: Session,
    address: str | None,
    act: Callable[["Asked | None"], T],
    *,
    nsid: str | None = None,
    alone: bool = False,
) -> T:
    """What `act` makes of the look-up that was named, or else that of the settings; None where there is none.

    `nsid` and `alone` are as for `Asked`. When the look-up is replaced while it is asked, the new one is
    asked everything again, so that no answer comes from two. Errors: those of
    `auditor.lookup.client.open_lookup`.
    """
    address = session.settings.lookup if address is None else address
    if address is None or address.lower() == OFF:
        return act(None)
    from auditor.lookup.asked import Asked
    from auditor.lookup.client import Lookup, open_lookup

    lookup = open_lookup(address, session.settings.home / "lookup")
    asked = Asked(lookup, nsid=nsid, alone=alone)
    try:
        result = act(asked)
        if lookup.failures and lookup.replaced:
            note("The look-up was replaced while it was asked. Asking the new one.")
            lookup = Lookup(lookup.host)
            asked = Asked(lookup, nsid=nsid, alone=alone)
            result = act(asked)
        return result
    finally:
        _tell(lookup, asked, audit=nsid is not None)
        lookup.host.close()


def _tell(lookup: "Lookup", asked: "Asked", *, audit: bool) -> None:
    """What the look-up is, what it was asked, and what it did not answer."""
    from auditor.lookup import keys

    described = lookup.told
    note(
        f"Asked {lookup.host.url}, of {described.generated_at[:10]}, which knows"
        f" {count(len(lookup.hosted), 'dataset')}: it was sent the names of"
        f" {count(len(lookup.host.asked), 'file')}, and nothing else. Its root: {lookup.root}"
    )
    for kind, crowd in asked.consulted.behind_prefix.items():
        if crowd < keys.LEAST[kind]:
            note(
                f"Warning: this look-up does not hide you well. It has {count(crowd, _WHAT[kind])} behind"
                f" the prefix that it was sent, not {keys.LEAST[kind]:,}: its host learns that you asked"
                " about one of them, or about none that it knows."
            )
    if described.left_out:
        left_out = count(described.left_out, "person or photo", "people or photos")
        note(f"On purpose it leaves out: {left_out}.")
    if asked.left_alias and not audit and "alias" in described.sections:
        note(
            "Asked by NSID alone: with the alias too, the host would know who you are. Some records name"
            " their owner by alias only; ask for it some other time."
        )
    for error in lookup.failures.values():
        note(f"Warning: {error.message}\n  → {error.hint}")


def refuse_both_names(targets: "Iterable[Target]") -> None:
    """Errors: `RefusedError` for people by NSID and others by alias in one go: they may be the same one."""
    owners = [target.owner for target in targets if target.owner]
    by_alias = any(target.kind == "username" for target in targets) or any(not one.nsid for one in owners)
    if by_alias and any(one.nsid for one in owners):
        raise RefusedError(
            "people by NSID and people by alias are not looked up together: a host could tell from both"
            " together who you are",
            hint="Check them one after the other, some time apart. Or leave the look-up out: --lookup off.",
        )
