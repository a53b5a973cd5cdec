"""What a REST method is: a function of a `Call`, registered under its name with what it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.sandbox import refusals
from auditor.sandbox.account import Account
from auditor.sandbox.oauth import PERMS
from auditor.sandbox.records import Photo


class RefusalError(Exception):
    """A ``stat=fail`` answer; what a code means depends on the method."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its arguments, what its caller may do, and the faults that bend its answer."""

    account: Account
    method: str
    args: Mapping[str, str]
    perms: str = "none"
    bends: Mapping[str, float] = field(default_factory=dict)

    @property
    def signed(self) -> bool:
        """Whether the account's owner is calling, rather than nobody in particular."""
        return self.perms != "none"

    def refusal(self, code: int) -> RefusalError:
        """What to raise to refuse this call with `code`, in the words of its method."""
        return RefusalError(code, refusals.text(self.method, code, self.args.get("photo_id", "")))

    def owns(self, photo: Photo) -> bool:
        """Whether the caller is the owner of `photo`."""
        return self.signed and photo.owner == self.account.me.nsid

    def may_see(self, photo: Photo) -> bool:
        """Whether the caller may open `photo`. Nobody here is anybody's friend."""
        return photo.is_public or self.owns(photo)

    def lists(self, photo: Photo) -> bool:
        """Whether lists show `photo` to the caller: strangers see safe content only."""
        return self.owns(photo) or (photo.is_public and photo.safety_level == 0)

    def photo(self) -> Photo:
        """The photo that the call is about.

        One that is private to somebody else, deleted, or never existed all read the same: "not found".
        """
        photo = self.account.photos.get(self.args.get("photo_id", ""))
        if photo is None or not self.may_see(photo):
            raise self.refusal(1)
        return photo

    def own_photo(self) -> Photo:
        """The photo that the call is about, which must be the caller's own."""
        photo = self.photo()
        if not self.owns(photo):
            raise self.refusal(1)
        return photo


@dataclass(frozen=True, slots=True)
class Method:
    """A REST method, and the permission it needs."""

    name: str
    needs: str
    run: Callable[[Call], dict[str, Any]]

    @property
    def writes(self) -> bool:
        """Whether it changes anything: then it "requires an HTTP POST request", as Flickr's pages say."""
        return PERMS.index(self.needs) >= PERMS.index("write")


METHODS: dict[str, Method] = {}


def method(name: str, needs: str = "none") -> Callable[..., Callable[[Call], dict[str, Any]]]:
    """Register the decorated function as REST method `name`; it returns the JSON answer without ``stat``."""

    def register(run: Callable[[Call], dict[str, Any]]) -> Callable[[Call], dict[str, Any]]:
        METHODS[name] = Method(name, needs, run)
        return run

    return register


def content(value: Any) -> dict[str, Any]:
    """The text of an element, as Flickr's JSON puts it."""
    return {"_content": value}
