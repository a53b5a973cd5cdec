"""What pretend Flickr remembers: people, photos, tags, albums, pools, and its own rules."""

from dataclasses import dataclass, field

from auditor.sandbox.flickr_rules import PRIVACY


@dataclass(slots=True)
class Rules:
    """What is not known for sure about Flickr: a program for the real one has to work under either value."""

    #: Since 2025-06-18 "All new CC licenses are version 4.0": does setLicense still take the 2.0 ids 1 to 6?
    old_cc_settable: bool = True
    #: Does a change of privacy alone show in recentlyUpdated?
    privacy_bumps_lastupdate: bool = True
    #: Does setPerms without perm_comment and perm_addmeta leave them, or set everybody and nobody?
    omitted_perms_kept: bool = True
    #: Are one's own moderate and restricted photos left out of getPhotos unless safe_search=3 is sent?
    unsafe_hidden_from_owner: bool = True


@dataclass(slots=True)
class Person:
    """Somebody with an account; `number` is the internal one that tag ids begin with."""

    nsid: str
    username: str
    number: int
    path_alias: str | None = None
    realname: str = ""
    location: str = ""
    is_pro: bool = False
    deleted: bool = False

    @property
    def place(self) -> str:
        """What stands in the address of their pages."""
        return self.path_alias or self.nsid


@dataclass(slots=True)
class Tag:
    """A tag of one photo as it was typed; the dictionary it stands in is keyed by its clean form."""

    raw: str
    full_id: str
    author: str


@dataclass(slots=True)
class LicenseChange:
    """One step of a photo's public licence history; ids."""

    date: int
    old: str
    new: str


@dataclass(slots=True)
class Photo:
    """One photo or video. Dates are unix seconds, but `taken` (a text, as Flickr keeps it)."""

    id: str
    owner: str
    title: str
    uploaded: int
    lastupdate: int
    secret: str
    original_secret: str
    server: str = "65535"
    farm: int = 66
    original_format: str = "jpg"
    description: str = ""
    taken: str = "2013-06-01 12:00:00"
    taken_unknown: bool = False
    taken_granularity: int = 0  # 0 to the second, 4 the month, 6 the year, 8 "circa"
    license: str = "0"
    license_history: list[LicenseChange] = field(default_factory=list)
    is_public: bool = True
    is_friend: bool = False
    is_family: bool = False
    permcomment: int = 3
    permaddmeta: int = 2
    safety_level: int = 0  # as it is read: 0 safe, 1 moderate, 2 restricted
    content_type: int = 0
    hidden: bool = False  # from public searches; no call reads it back
    media: str = "photo"
    width: int = 4000
    height: int = 3000
    views: int = 0
    comments: int = 0
    faves: list[str] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)
    location: dict[str, str] | None = None
    tags: dict[str, Tag] = field(default_factory=dict)

    @property
    def privacy(self) -> str:
        """Who may see it: a key of `flickr_rules.PRIVACY`."""
        flags = (self.is_public, self.is_friend, self.is_family)
        return next(word for word, meant in PRIVACY.items() if meant == flags)

    @privacy.setter
    def privacy(self, word: str) -> None:
        self.is_public, self.is_friend, self.is_family = PRIVACY[word]


@dataclass(slots=True)
class Album:
    """A photoset: an ordered list of photo ids, the first of which is its cover."""

    id: str
    title: str
    photos: list[str]
    views: int = 0


@dataclass(slots=True)
class Pool:
    """The pool of a group. Its members see its photos whatever their privacy."""

    id: str
    title: str
    slug: str
    photos: list[str]
    members: int = 100
    full: bool = False
    moderated: bool = False
    pending: list[str] = field(default_factory=list)
