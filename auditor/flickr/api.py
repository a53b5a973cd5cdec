"""Flickr's reading methods as functions of this tool: arguments in, parsed values out.

The methods that write are not here; see `auditor.flickr.writing`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from auditor.errors import CallError, NotAllowedError, UnreachableError
from auditor.flickr import licenses
from auditor.flickr.licenses import LicenseChange
from auditor.flickr.parse import Json, integer, listing, table, text
from auditor.flickr.transport import Transport
from auditor.flickr.urls import normalise_nsid
from auditor.workers import Workers

EXTRAS: Final = (
    "license,tags,machine_tags,date_upload,date_taken,last_update,media,path_alias,safety_level,"
    "original_format,views"
)
"""What listings are asked for beside ids; `safety_level` is undocumented but answered."""
PER_PAGE: Final = 500
"""`per_page`: "maximum allowed value is 500"."""
LAST_PAGE: Final = 10_000
"""Pages beyond are answered with page 10,000."""
MOST_BARREN: Final = 3
"""Pages in a row that may hold nothing new while rows are still missing."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who a token belongs to."""

    nsid: str
    username: str
    path_alias: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing; `rows` may be fewer than asked for although more pages follow."""

    number: int
    pages: int
    total: int | None
    rows: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """A group pool that a photo is in."""

    group_id: str
    title: str


class ReadApi:
    """The reading calls. Errors are those of `Transport.read`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def calls(self) -> int:
        """REST requests sent so far, retries too."""
        return self._transport.calls

    def login(self) -> Login:
        """Whose token signs the calls (`flickr.test.login`, the cheapest proof that a token is alive)."""
        # {"user":{"id":"78733179@N04","username":{"_content":"@janko-m"}},"stat":"ok"}; since 2024 path_alias
        # too.
        user = table(self._transport.read("flickr.test.login").get("user"))
        nsid = normalise_nsid(text(user.get("id") or user.get("nsid")))
        if nsid is None:
            raise UnreachableError("Flickr's answer to flickr.test.login names no user")
        return Login(nsid, text(user.get("username")), text(user.get("path_alias")) or None)

    def permissions(self) -> str:
        """What the token may do: ``read``, ``write``, ``delete``, or "" when Flickr does not say."""
        # Neither test.login nor the answer to the login itself tells the permissions.
        try:
            oauth = table(self._transport.read("flickr.auth.oauth.checkToken").get("oauth"))
        except CallError:
            return ""
        return text(oauth.get("perms")).strip().lower()

    def person(self, nsid: str) -> Json:
        """What Flickr says of a member (`flickr.people.getInfo`); of oneself also the upload limits.

        Errors: `NotAllowedError` for an account that is no more: 1 "User not found", and recorded, although
        no page of Flickr's documentation has it, 5 "User deleted".
        """
        try:
            person = table(self._transport.read("flickr.people.getInfo", user_id=nsid).get("person"))
        except CallError as error:
            if error.code in {1, 5}:
                raise NotAllowedError(
                    f"Flickr no longer has the account {nsid} ({error.text})",
                    hint="What was synced before stays here: audit, check and optout still work.",
                ) from None
            raise
        return _about(nsid, person, "nsid", "id")

    def own_photos(
        self,
        *,
        uploaded_from: int | None = None,
        uploaded_to: int | None = None,
        privacy_filter: int | None = None,
        at_once: int = 1,
    ) -> Iterator[Page]:
        """All pages of the own photos, newest first (`flickr.people.getPhotos`).

        Dates are unix times, both included. `at_once` pages are asked for at the same time, for whoever wants
        all of them: one who stops before the end has then paid for some that were not needed.
        """
        # Not flickr.photos.search, which gives "at most the first 4,000 results" and then repeats them. And
        # so that no photo is filtered away, every safety level and content type is asked for.
        return self._pages(
            "flickr.people.getPhotos",
            user_id="me",
            safe_search="3",
            content_types="0,1,2,3",
            min_upload_date=uploaded_from,
            max_upload_date=uploaded_to,
            privacy_filter=privacy_filter,
            extras=EXTRAS,
            at_once=at_once,
        )

    def updated_since(self, unix_time: int) -> Iterator[Page]:
        """All pages of own photos changed since (`flickr.photos.recentlyUpdated`); deletions are not told."""
        return self._pages("flickr.photos.recentlyUpdated", min_date=unix_time, extras=EXTRAS)

    def count(self, until: int) -> int | None:
        """How many photos the account holds that were uploaded up to `until`.

        Unix time (`flickr.photos.getCounts`).
        """
        # {"photocounts":{"photocount":[{"count":"35","fromdate":…}]}}, private photos included. Upload dates
        # can be absurd ("dateupload":"2013" after a setDates), so the range begins near the epoch.
        answer = self._transport.read("flickr.photos.getCounts", dates=f"100,{until}")
        counts = listing(table(answer.get("photocounts")).get("photocount"))
        return integer(counts[0].get("count")) if counts else None

    def user_at(self, url: str) -> str | None:
        """The NSID behind a profile or photostream page (`flickr.urls.lookupUser`); None: no such user."""
        return self._find("flickr.urls.lookupUser", url=url)

    def user_named(self, username: str) -> str | None:
        """The NSID of exactly this user name (`flickr.people.findByUsername`); None: no such user."""
        return self._find("flickr.people.findByUsername", username=username)

    def license_history(self, photo_id: str) -> tuple[LicenseChange, ...]:
        """A photo's licences since its upload (`flickr.photos.licenses.getLicenseHistory`).

        Entries without a date say nothing and are left out. Errors: `CallError` for an unknown photo.
        """
        # {"license_history":[{"date_change":1661436555,"old_license":"All Rights
        # Reserved","old_license_url":"", "new_license":"","new_license_url":""}]}: this one never changed.
        # Entries are not sorted.
        answer = self._transport.read("flickr.photos.licenses.getLicenseHistory", photo_id=photo_id)
        rows = answer.get("license_history")
        return tuple(
            LicenseChange(at, _license_name(row, "old"), _license_name(row, "new"))
            for row in listing(rows)
            if (at := integer(row.get("date_change"))) is not None
        )

    def pools(self, photo_id: str) -> tuple[Pool, ...]:
        """The group pools a photo is in (`flickr.photos.getAllContexts`); the list is missing when empty."""
        # {"pool":[{"title":"Photography","id":"40732569271@N01","members":"77770",…}],"set":[…],"stat":"ok"}
        answer = self._transport.read("flickr.photos.getAllContexts", photo_id=photo_id)
        return tuple(
            Pool(text(pool.get("id")), text(pool.get("title"))) for pool in listing(answer.get("pool"))
        )

    def photo(self, photo_id: str) -> Json:
        """All about one photo (`flickr.photos.getInfo`); of an own one also tag ids and permissions."""
        # Error 1 is the answer for deleted, unknown and other people's private photos alike. No secret is
        # sent: "If the correct secret is passed then permissions checking is skipped", and the own view is
        # what is asked for.
        photo = table(self._transport.read("flickr.photos.getInfo", photo_id=photo_id).get("photo"))
        return _about(photo_id, photo, "id")

    def photo_permissions(self, photo_id: str) -> Json:
        """Who may see, comment and add tags and notes (`flickr.photos.getPerms`)."""
        # {"perms":{"id":"52989763352","ispublic":1,"isfriend":0,"isfamily":0,"permcomment":3,…}}
        perms = table(self._transport.read("flickr.photos.getPerms", photo_id=photo_id).get("perms"))
        return _about(photo_id, perms, "id")

    def available_licenses(self, photo_id: str) -> frozenset[str]:
        """Ids of the licences that Flickr offers for a photo (`flickr.photos.licenses.getAvailable`)."""
        # Known from Flickr's page of the method alone, so an answer of another form offers nothing, and the
        # undo of a licence is then said to be uncertain.
        answer = self._transport.read("flickr.photos.licenses.getAvailable", photo_id=photo_id)
        offered = listing(table(answer.get("available_licenses")).get("license"))
        return frozenset(text(entry.get("id")) for entry in offered)

    def preference(self, name: str) -> Json:
        """A default for new uploads (`flickr.prefs.getPrivacy`, ``getHidden``, ``getSafetyLevel``)."""
        # {"person":{"nsid":"24573443@N04","privacy":"1"}}. There are getters only: Flickr's site alone sets
        # them.
        return table(self._transport.read(f"flickr.prefs.{name}").get("person"))

    def albums(self) -> dict[str, str]:
        """Ids and titles of the own albums (`flickr.photosets.getList`)."""
        pages = self._pages("flickr.photosets.getList", envelope="photosets", rows="photoset")
        return {text(entry.get("id")): text(entry.get("title")) for page in pages for entry in page.rows}

    def album_photos(self, album_id: str, owner: str) -> Iterator[Page]:
        """All pages of an album (`flickr.photosets.getPhotos`, to which its `owner`'s NSID is required)."""
        return self._pages(
            "flickr.photosets.getPhotos", envelope="photoset", photoset_id=album_id, user_id=owner
        )

    def _find(self, method: str, **params: str) -> str | None:
        try:
            user = table(self._transport.read(method, **params).get("user"))
        except CallError as error:
            if error.code == 1:  # {"stat":"fail","code":1,"message":"User not found"}
                return None
            raise
        return normalise_nsid(text(user.get("nsid") or user.get("id")))

    def _pages(
        self,
        method: str,
        *,
        envelope: str = "photos",
        rows: str = "photo",
        at_once: int = 1,
        **params: object,
    ) -> Iterator[Page]:
        """Pages until the last one.

        A page may be short or empty although more follow, so `pages` ends it; but a wrong `pages` must not
        cost more calls than the number of rows explains.
        """

        def read(number: int) -> Page | None:
            answer = self._transport.read(method, **params, per_page=PER_PAGE, page=number)
            photos = table(answer.get(envelope))
            echoed = integer(photos.get("page"))
            if echoed is not None and echoed != number:
                # Beyond the end Flickr answers with the last page again.
                return None
            pages = integer(photos.get("pages")) or 1
            return Page(number, pages, integer(photos.get("total")), tuple(listing(photos.get(rows))))

        seen = set[str]()
        barren = 0
        for page in _in_order(read, at_once):
            yield page
            before = len(seen)
            seen.update(text(row.get("id")) for row in page.rows)
            barren = 0 if len(seen) > before else barren + 1
            if page.number >= page.pages or _has_enough(page, len(seen), barren):
                return


def _in_order(read: Callable[[int], Page | None], at_once: int) -> Iterator[Page]:
    """Pages from the first on, until there is none; so many at once as the number of rows makes sure of."""
    first = read(1)
    if first is None:
        return
    yield first
    sure = min(first.pages, -(-(first.total or 0) // PER_PAGE)) if at_once > 1 else 1
    if sure > 1:
        with Workers(min(at_once, sure - 1)) as workers:
            for start in range(2, sure + 1, at_once):
                for page in workers.map(read, range(start, min(start + at_once, sure + 1))):
                    if page is None:
                        return
                    yield page
    for number in range(max(sure, 1) + 1, LAST_PAGE + 1):
        if (page := read(number)) is None:
            return
        yield page


def _about(wanted: str, answer: Json, *keys: str) -> Json:
    """`answer`, which names what it is about: a cache or a proxy can mix up answers that are well formed.

    Errors: `UnreachableError` when it is about something else.
    """
    named = next((text(answer.get(key)) for key in keys if answer.get(key)), "")
    if named.upper() != wanted.upper():
        raise UnreachableError(f"Flickr was asked about {wanted}, and its answer is about something else")
    return answer


def _has_enough(page: Page, seen: int, barren: int) -> bool:
    """Whether to leave the pages that are said to follow, after `barren` in a row with nothing new."""
    if page.total is None or seen < page.total:
        return barren >= MOST_BARREN
    # Everything is here. Pages that hold a little less than they might are more of them than they should be,
    # and rows that came in the meantime are on one more; beyond that the number is wrong.
    plausible = 2 * -(-page.total // PER_PAGE) + 1
    return barren > 0 or page.pages > plausible


def _license_name(row: Json, which: str) -> str:
    """A licence of the history: "Attribution License" is CC BY 2.0, as its address says for sure."""
    words = text(row.get(f"{which}_license"))
    found = licenses.find(text(row.get(f"{which}_license_url"))) or licenses.find(words)
    return found.name if found else words
