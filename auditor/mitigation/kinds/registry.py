"""All mitigations: every module beside this one that holds some, found by looking."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from auditor.mitigation import kinds
from auditor.mitigation.change import Change
from auditor.mitigation.kinds.base import Mitigation


def _found() -> list[Mitigation]:
    """One of each kind, in the order in which changes of a photo are made."""
    modules = [import_module(f"{kinds.__name__}.{entry.name}") for entry in iter_modules(kinds.__path__)]
    classes = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    # A base that several kinds share has no name of its own.
    made = [kind() for kind in classes if issubclass(kind, Mitigation) and hasattr(kind, "name")]
    return sorted(made, key=lambda kind: (kind.order, kind.name))


MITIGATIONS: Final[dict[str, Mitigation]] = {kind.name: kind for kind in _found()}
"""By the name that they have in plans."""

ASKED: Final[dict[str, Mitigation]] = {
    kind.option.key: kind for kind in MITIGATIONS.values() if kind.option is not None
}
"""Those that people can ask for, by their key in policies."""

WRITE_METHODS: Final = frozenset[str]().union(*(kind.methods for kind in MITIGATIONS.values()))
"""Every Flickr method that the tool may change something with."""


def of(change: Change) -> Mitigation:
    """The mitigation that `change` is one of."""
    return MITIGATIONS[change.mitigation]


def describe(change: Change) -> str:
    """The change in words."""
    return of(change).describe(change)
