"""A dataset's card: what the project knows about one published collection, and from where.

Cards are TOML files so that a dataset can be added, or a fact about it corrected, without touching code.
Parsing is strict; see `toml_table`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from auditor.datasets.access import Access
from auditor.datasets.contacts import Channel, Contact, channels, usable
from auditor.datasets.match_keys import MATCH_KEYS, MatchKey
from auditor.datasets.toml_table import Table
from auditor.errors import ConfigurationError, UsageError
from auditor.names import SLUG

ABOUT = ("faces", "bodies", "movement", "geolocation", "general")
"""What a dataset is about, the most personal first: the order in which reports show datasets."""
FLICKR_SHARE = ("all", "partly", "none", "unknown")
CERTAINTY = ("published", "inferred")
STATES = ("available", "on-request", "withdrawn", "unpublished", "unknown")
ASKS_FOR = ("photo-links", "username", "nsid", "form", "reddit-post")
FIRST_STEPS = ("no_cv", "license", "private", "delete")

NOT_KNOWN = "not known"

_JOIN = re.compile(rf"({SLUG.pattern})\.[a-z0-9_]+")
_FILE_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
_RUN = re.compile(r"\{([0-9]+)\.\.([0-9]+)\}")
_LONGEST_RUN = 1000
_PACKED = re.compile(r"\.(?:tar\.\w+|tgz|zip|gz|bz2|xz|zst)$")


@dataclass(frozen=True, slots=True)
class Counts:
    """How large the dataset is; None where no source gives the number."""

    photos: int | None
    videos: int | None
    faces: int | None
    identities: int | None
    accounts: int | None


@dataclass(frozen=True, slots=True)
class IndexFile:
    """One file of the publisher that says which photos are in the dataset.

    `url` is the address of the file itself (a program can download it); `page` is where a person gets it.
    An `alternative` holds no photo that the dataset's other files lack: it is downloaded when named only.
    """

    name: str
    format: str
    access: Access
    bytes: int | None
    md5: str | None
    sha256: str | None
    url: str | None
    page: str | None
    note: str | None
    alternative: bool = False

    @property
    def fetchable(self) -> bool:
        """Whether a program may download it."""
        return self.access is Access.PUBLIC and self.url is not None


@dataclass(frozen=True, slots=True)
class Status:
    """Whether the dataset can be had today; `since` is a date as exact as its source ("2020-06", "2020")."""

    state: str
    since: str | None
    note: str | None
    copies: str | None


@dataclass(frozen=True, slots=True)
class OptOut:
    """How a photographer gets out.

    `how` is the publisher's own procedure, None when none is published; then `note` says so, and `who` and
    `channels` may still name somebody to write to. `first_steps` are the mitigations of which the publisher
    wants one done before. `max_links` is the most links that one request may hold. `contacts` are the
    organisations behind the dataset, the one to write to first; their channels follow the card's own.
    `no_letter` says why there is nobody left to write to.
    """

    who: str | None
    url: str | None
    contacts: tuple[Contact, ...]
    channels: tuple[Channel, ...]
    no_letter: str | None
    how: str | None
    asks_for: tuple[str, ...]
    first_steps: tuple[str, ...]
    max_links: int | None
    source: str | None
    note: str | None

    @property
    def email(self) -> str | None:
        """The best confirmed e-mail address."""
        return next((channel.to for channel in usable(self.channels) if channel.kind == "email"), None)


@dataclass(frozen=True, slots=True)
class LooksLike:
    """What the dataset's files have, for where their shape is that of other files too.

    Both are regular expressions for the file's text (of a Parquet file: its columns, one a line): one of the
    `signs` is in every file of the dataset, the `foreign` are in those of others only.
    """

    signs: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement about the dataset and the public page, paper or repository that makes it."""

    fact: str
    source: str


@dataclass(frozen=True, slots=True)
class Card:
    """One dataset as users meet it in `datasets list|info`, audits and letters.

    `flickr` says whether its pictures come from there. `huge` marks collections so large and general that
    nearly every account is in them: shown last. `match_keys` is empty when nothing was published that leads
    back to a Flickr photo; `no_key_reason` then says so. `collected` is when it recorded its photos, as exact
    as its own files say. `certainty` is "inferred" where the publisher never
    said that a number is a photo id. `attribution` tells whether the index names the authors. `formats` and
    `IndexFile.format` are names of readers, or "generic" where none of them is sure to fit.

    `joins` is "<parent>.<what>" where the index names photos by a number of another dataset, such as
    "open-images.image_id": the parent's index then says whose photo it is.
    """

    name: str
    title: str
    year: int | None
    publisher: str
    purpose: str
    about: str
    flickr: str
    huge: bool
    counts: Counts
    collected: str | None
    license: str | None
    terms: str | None
    derived_from: tuple[str, ...]
    joins: str | None
    match_keys: tuple[str, ...]
    no_key_reason: str | None
    certainty: str
    certainty_note: str | None
    attribution: bool | None
    formats: tuple[str, ...]
    files: tuple[IndexFile, ...]
    status: Status
    opt_out: OptOut
    looks_like: LooksLike
    facts: tuple[Fact, ...]
    unconfirmed: tuple[str, ...]

    @property
    def checkable(self) -> bool:
        """Whether an index of this dataset can be matched against an account."""
        return bool(self.match_keys)

    def check_keys(self) -> None:
        """Errors: `UsageError` when no index of it can be matched, and why."""
        if not self.checkable:
            raise UsageError(
                f"{self.title} cannot be indexed: {(self.no_key_reason or '').rstrip('.')}",
                hint=f"See: flickr-auditor datasets info {self.name}",
            )

    @property
    def parent(self) -> str | None:
        """The dataset whose index is needed too, because `joins` leads there."""
        return self.joins.partition(".")[0] if self.joins else None

    @property
    def is_face(self) -> bool:
        """Whether the dataset is about people's faces."""
        return self.about == "faces"

    @property
    def fetchable(self) -> bool:
        """Whether a program can get an index of it."""
        return self.checkable and any(file.fetchable for file in self.files)

    @property
    def smallest_download(self) -> tuple[IndexFile, ...]:
        """The files that `datasets fetch` gets unless others are named, of each name once.

        Those of the first format that a program can get, for further formats hold the same photos again;
        and of them, those that are no `alternative` to another.
        """
        fetchable = {file.name: file for file in self.files if file.fetchable and not file.alternative}
        first = next((name for name in self.formats if any(f.format == name for f in fetchable.values())), "")
        return tuple(file for file in fetchable.values() if file.format == first)

    def published(self, rows: int) -> str | None:
        """``123,287 photos``: what the publisher counts, where `rows` are far fewer.

        None where they are not, or cannot be compared: rows may be of members, or only some from Flickr.
        """
        number = self.counts.photos or self.counts.faces or 0
        if self.flickr != "all" or set(self.match_keys) == {MatchKey.OWNER} or rows * 10 >= number * 9:
            return None
        return f"{number:,} {'photos' if self.counts.photos else 'faces'}"

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        """The publisher's files that are lacking where some of them, of these names, are there.

        Nothing where no name is known, for people rename files, and where the only ones known are an
        `alternative`: nobody can tell then.
        """
        given = set(map(_unpacked, names))
        here = [file for file in self.files if _unpacked(file.name) in given and not file.alternative]
        kinds = {file.format for file in here}
        return tuple(
            file.name
            for file in self.files
            if file.format in kinds
            and not file.alternative
            and _FILE_NAME.fullmatch(file.name)
            and _unpacked(file.name) not in given
        )


def _unpacked(name: str) -> str:
    """A file's name without the ending of its packing."""
    return _PACKED.sub("", name.lower())


def parse_card(name: str, text: str, contacts: Mapping[str, Contact] = MappingProxyType({})) -> Card:
    """Read the card `name` (the file's name without ``.toml``) from its text; `contacts` by their keys.

    Errors: `ConfigurationError` naming the file and the key that is wrong, missing or unknown.
    """
    file = f"{name}.toml"
    if not SLUG.fullmatch(name):
        raise ConfigurationError(
            f"{file}: a dataset's name is made of lower-case letters, digits and single hyphens",
            hint="Rename the file.",
        )
    table = Table.parse(text, file)
    card = Card(
        name=name,
        title=table.text("title"),
        year=_year(table),
        publisher=table.text("publisher"),
        purpose=table.text("purpose"),
        about=table.choice("about", ABOUT),
        flickr=table.choice("flickr", FLICKR_SHARE),
        huge=table.optional_flag("huge") or False,
        counts=_counts(table.table("counts")),
        collected=table.date("collected"),
        license=table.optional_text("license"),
        terms=table.optional_text("terms"),
        derived_from=table.words("derived_from"),
        joins=table.optional_text("joins"),
        match_keys=table.words("match_keys", MATCH_KEYS),
        no_key_reason=table.optional_text("no_key_reason"),
        certainty=table.choice("certainty", CERTAINTY, default="published"),
        certainty_note=table.optional_text("certainty_note"),
        attribution=table.optional_flag("attribution"),
        formats=table.words("formats"),
        files=tuple(file for row in table.tables("files") for file in _index_files(row)),
        status=_status(table.table("status")),
        opt_out=_opt_out(table.table("opt_out"), contacts),
        looks_like=_looks_like(table.table("looks_like")),
        facts=tuple(_fact(row) for row in table.tables("facts")),
        unconfirmed=table.words("unconfirmed"),
    )
    table.end()
    _check_whole(card, table)
    return card


def _year(table: Table) -> int | None:
    """The key "year", which must say so where nobody knows it: a gap could be a slip."""
    if table.take_if("year", NOT_KNOWN):
        return None
    value = table.optional_number("year")
    if value is None:
        raise table.error("year", f'must be a number, or "{NOT_KNOWN}"')
    return value


def _counts(table: Table) -> Counts:
    counts = Counts(
        photos=table.optional_number("photos"),
        videos=table.optional_number("videos"),
        faces=table.optional_number("faces"),
        identities=table.optional_number("identities"),
        accounts=table.optional_number("accounts"),
    )
    table.end()
    return counts


def _index_file(table: Table) -> IndexFile:
    file = IndexFile(
        name=table.text("name"),
        format=table.text("format"),
        access=Access(table.choice("access", tuple(Access))),
        bytes=table.optional_number("bytes"),
        md5=table.checksum("md5"),
        sha256=table.checksum("sha256"),
        url=table.address("url"),
        page=table.address("page"),
        note=table.optional_text("note"),
        alternative=table.optional_flag("alternative") or False,
    )
    if file.access is Access.PUBLIC and not (file.url or file.page):
        raise table.error("access", 'is "public", so "url" or "page" must say where')
    if file.url and not _FILE_NAME.fullmatch(_RUN.sub("0", file.name)):
        raise table.error("name", 'must be a plain file name, since "url" is downloaded under it')
    table.end()
    return file


def _index_files(table: Table) -> Iterator[IndexFile]:
    """The file; or each of the run that ``{00..12}`` in its name, and in its address, stands for."""
    file = _index_file(table)
    run = _RUN.search(file.name)
    if run is None:
        yield file
        return
    numbers = range(int(run[1]), int(run[2]) + 1)
    if not 1 < len(numbers) <= _LONGEST_RUN:
        raise table.error("name", f"must count up, over {_LONGEST_RUN:,} files at most")
    if file.bytes or file.md5 or file.sha256:
        raise table.error("name", "matches many files, so it cannot have one size or checksum")
    if file.url and run[0] not in file.url:
        raise table.error("url", f'must count as "name" does: {run[0]}')
    for number in numbers:
        digits = f"{number:0{len(run[1])}}"
        url = file.url and file.url.replace(run[0], digits)
        yield replace(file, name=file.name.replace(run[0], digits), url=url)


def _status(table: Table) -> Status:
    status = Status(
        state=table.choice("state", STATES),
        since=table.date("since"),
        note=table.optional_text("note"),
        copies=table.optional_text("copies"),
    )
    table.end()
    return status


def _opt_out(table: Table, known: Mapping[str, Contact]) -> OptOut:
    contacts = tuple(known[key] for key in table.words("contacts", known))
    own = tuple(channels(table))
    opt_out = OptOut(
        who=table.optional_text("who"),
        url=table.address("url"),
        contacts=contacts,
        channels=(*own, *(channel for contact in contacts for channel in contact.channels)),
        no_letter=table.optional_text("no_letter"),
        how=table.optional_text("how"),
        asks_for=table.words("asks_for", ASKS_FOR),
        first_steps=table.words("first_steps", FIRST_STEPS),
        max_links=table.optional_number("max_links"),
        source=table.optional_text("source"),
        note=table.optional_text("note"),
    )
    if opt_out.how and not opt_out.source:
        raise table.error("source", 'must say where the procedure in "how" is published')
    if not opt_out.how and not opt_out.note:
        raise table.error("note", 'must say that no procedure is known, since "how" is missing')
    table.end()
    return opt_out


def _looks_like(table: Table) -> LooksLike:
    looks_like = LooksLike(signs=table.words("signs"), foreign=table.words("foreign"))
    for key in ("signs", "foreign"):
        for pattern in getattr(looks_like, key):
            try:
                re.compile(pattern.encode())
            except re.error as error:
                raise table.error(
                    key, f'holds "{pattern}", which is not a regular expression: {error}'
                ) from error
    table.end()
    return looks_like


def _fact(table: Table) -> Fact:
    fact = Fact(fact=table.text("fact"), source=table.text("source"))
    table.end()
    return fact


def _check_whole(card: Card, table: Table) -> None:
    """What holds between keys, so that no surface has to cope with half a statement."""
    if card.checkable == bool(card.no_key_reason):
        raise table.error("no_key_reason", 'must be given exactly when "match_keys" is empty')
    if (card.certainty == "inferred") != bool(card.certainty_note):
        raise table.error("certainty_note", 'must be given exactly when "certainty" is "inferred"')
    if card.checkable and not card.formats:
        raise table.error("formats", 'must name a reader, since "match_keys" is not empty')
    if card.joins and not _JOIN.fullmatch(card.joins):
        raise table.error("joins", 'must be "<dataset>.<what>", such as "open-images.image_id"')
    if bool(card.joins) != (MatchKey.PARENT_KEY in card.match_keys):
        raise table.error("joins", 'must be given exactly when "match_keys" has "parent_key"')
    odd = {file.format for file in card.files} - set(card.formats)
    if odd and card.checkable:
        raise table.error("files", f'have formats that "formats" does not list: {", ".join(sorted(odd))}')
    if card.name in card.derived_from:
        raise table.error("derived_from", "names the dataset itself")
