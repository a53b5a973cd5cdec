"""Invented accounts to practise and test on: the same seed gives the same account.

The account is what a careful tool has to survive: titles that attack terminals, spreadsheets and web pages,
photos of every licence and privacy, tags that are `no_cv` under another spelling, videos, deleted people.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

from auditor.sandbox.account import Account
from auditor.sandbox.flickr_rules import PRIVACY
from auditor.sandbox.records import Album, LicenseChange, Person, Photo, Pool

HOSTILE_TITLES = (
    "",
    " ",
    "<script>alert('gotcha')</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://evil.invalid/","open me")',
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\x1b[31mred\x1b[0m \x1b]0;new window title\x07",
    "carriage\rreturn",
    "two\nlines\tand a tab",
    "NUL \x00 inside",
    "\u202egnp.eno yb eno\u202c",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f3f3\ufe0f\u200d\U0001f308",
    "Z\u0351\u036f\u0361a\u0321\u0318l\u0360g\u0334o\u0322",
    "{{7*7}} ${7*7} %s %n {0}",
    "../../etc/passwd",
    "'; DROP TABLE photos; --",
    "| a | markdown | table | *row* [link](javascript:alert(1))",
    "long " * 400,
    "\ufeffbyte order mark",
    "\u5bfa\u306e\u5e84 \u79cb",
    "5 > 3 & 2 < 4",
)

PLAIN_TITLES = (
    "Harbour at dawn",
    "DSC04707",
    "Wedding of A. & B.",
    "Class of '09",
    "Street portrait",
    "Café, rainy day",
    "Grandma's birthday",
    "IMG_2031.JPG",
    "Choir rehearsal",
    "Finish line",
    "Self-portrait",
)

TAGS = (
    "portrait",
    "street photography",
    "Face",
    "2013",
    "Ferté-Milon",
    "1+1",
    "うんち",
    "vision:night=077",
    "geo:lat=49.5",
    "Family Reunion",
    "b&w",
)

#: Spellings that Flickr all keeps as the clean tag "nocv".
NO_CV_SPELLINGS = ("no_cv", "NoCV", "No CV", "nocv", "NO-CV")

_LICENSES = ("0", "0", "0", "4", "4", "1", "2", "3", "5", "6", "7", "8", "9", "10", "11", "15")

_COMMONS_LICENSES = ("7", "8", "10")
"""Those of museums and governments, which a member's photo does not have and an undo cannot set back."""

_PRIVACIES = (*["public"] * 8, *PRIVACY)

_FIRST_UPLOAD = 1_178_200_000
"""2007-05-03."""

_LAST_UPLOAD = 1_735_000_000
"""2024-12-24. All uploads lie before it, however many there are: one of tomorrow would make every sync of the
account a full listing, since Flickr's count up to now would never agree with it."""

_LAST_UPDATE = 1_760_000_000
"""2025-10-09."""

_RELICENSED_FROM = 1_546_300_800
"""2019-01-01: after the datasets of the demo were collected, so that they hold the licences of before."""

_DAY = 86_400


def make_account(
    photos: int = 120,
    seed: int = 1,
    *,
    pro: bool = True,
    path_alias: str | None = "sandy-practice",
    hostile: bool = True,
    clock: Callable[[], float] = time.time,
) -> Account:
    """An account with this many own photos, some photos of others, groups and albums.

    `path_alias` may be None or "" as Flickr gives for people who chose none; `hostile=False` leaves out what
    a demonstration has no use for: titles that attack, and licences that members cannot set.
    """
    chance = random.Random(seed)  # noqa: S311 - invented data, no secret
    me = Person(
        nsid="99000001@N07",
        username="Sandy Practice",
        number=98_000_001,
        path_alias=path_alias,
        realname="Sandy Practice",
        location="Sandbox",
        is_pro=pro,
    )
    others = [
        Person("99000002@N07", "Otto Other", 98_000_002, "otto-other", is_pro=True),
        Person("99000003@N03", "no alias", 98_000_003),
        Person("99000004@N05", "gone", 98_000_004, "gone-person", deleted=True),
    ]
    account = Account(me=me, others=others, clock=clock)
    titles = HOSTILE_TITLES + PLAIN_TITLES if hostile else PLAIN_TITLES
    for number in range(photos):
        plain = f"{PLAIN_TITLES[number % len(PLAIN_TITLES)]} ({number})"
        title = titles[number] if number < len(titles) else plain
        photo = _photo(me, 9_000_000_000 + number * 137, title, (number, photos), chance)
        if not hostile and photo.license in _COMMONS_LICENSES:
            photo.license = "4"
        if hostile and number == 45:
            photo.uploaded = 2013  # a date of upload that was recorded, half an hour after 1970 began
        _add(account, photo, number, chance)
    for number in range(6):
        photo = _photo(others[number % 2], 8_000_000_000 + number * 137, "Not mine", (number, 6), chance)
        _add(account, photo, number, chance)
    own = [photo.id for photo in account.own_photos()]
    account.albums = [
        Album("72157600000000001", "Best of", own[: max(1, photos // 5)], views=12),
        Album("72157600000000002", "<b>Bold & wild</b>" if hostile else "Faces", own[1::7]),
    ]
    account.albums += _albums_by_title(account)
    account.albums = [album for album in account.albums if album.photos]
    account.pools = [
        Pool("99100001@N20", "Portraits of the world", "portraits", own[::6], members=77_770),
        Pool("99100002@N25", "Family & friends only", "family", own[2::15], members=3),
        Pool("99100003@N21", "Faces of our town", "faces-of-our-town", own[4::11], members=1_204),
        Pool("99100004@N24", "Available light", "available-light", own[7::19], members=18_322),
    ]
    account.changes = 0
    return account


def _albums_by_title(account: Account) -> list[Album]:
    """One album for each of these subjects, with the photos that the title puts there."""
    subjects = {"Weddings": "Wedding", "Street": "Street", "Choir": "Choir", "Family": "Grandma"}
    return [
        Album(
            f"7215760000000001{number}",
            title,
            [photo.id for photo in account.own_photos() if photo.title.startswith(start)],
            views=number * 40,
        )
        for number, (title, start) in enumerate(subjects.items())
    ]


def _photo(owner: Person, photo_id: int, title: str, place: tuple[int, int], chance: random.Random) -> Photo:
    """The photo at this place, (index, how many), of the owner's uploads; without tags yet."""
    index, photos = place
    # The early years were the busy ones.
    uploaded = _FIRST_UPLOAD + int((_LAST_UPLOAD - _FIRST_UPLOAD) * (index / photos) ** 1.5)
    photo = Photo(
        id=str(photo_id),
        owner=owner.nsid,
        title=title,
        uploaded=uploaded,
        lastupdate=uploaded + chance.randrange(0, min(40_000_000, _LAST_UPDATE - uploaded)),
        secret=f"{chance.getrandbits(40):010x}",
        original_secret=f"{chance.getrandbits(40):010x}",
        server=str(chance.choice((65535, 5150, 2903, 7))),
        farm=chance.choice((66, 6, 3, 1)),
        original_format=chance.choice(("jpg", "jpg", "png", "gif")),
        taken=_taken(uploaded, index),
        taken_unknown=index % 29 == 28,
        taken_granularity=6 if index % 29 == 14 else 0,
        description=chance.choice(("", "", "A <i>description</i> of it", "two\nlines")),
        license=chance.choice(_LICENSES),
        media="video" if index % 40 == 39 else "photo",
        views=chance.randrange(0, 5000),
        safety_level=1 if index % 31 == 30 else 0,
        content_type=1 if index % 37 == 36 else 0,
        hidden=index % 17 == 16,
        permcomment=chance.choice((3, 3, 2, 1, 0)),
        permaddmeta=chance.choice((2, 3, 1, 0)),
        faves=["99000002@N07"] if index % 5 == 0 else [],
        notes=[_NOTE] if index % 23 == 22 else [],
        location={"latitude": "49.5", "longitude": "8.46", "accuracy": "16"} if index % 9 == 8 else None,
    )
    photo.privacy = chance.choice(_PRIVACIES)
    return photo


def _relicense(photo: Photo, chance: random.Random) -> None:
    """Let `photo` have had another licence, a free one, until its owner changed it to that of today."""
    before = chance.choice("1244")
    changed = chance.randrange(max(photo.uploaded, _RELICENSED_FROM), _LAST_UPDATE)
    if before != photo.license:
        photo.license_history = [LicenseChange(changed, before, photo.license)]
        photo.lastupdate = max(photo.lastupdate, changed)


def _add(account: Account, photo: Photo, index: int, chance: random.Random) -> None:
    """Put `photo` into the account, with a past and with tags."""
    account.photos[photo.id] = photo
    if index % 4:
        _relicense(photo, chance)
    raws = chance.sample(TAGS, chance.randrange(0, 5))
    if index % 11 == 10:
        raws.append(NO_CV_SPELLINGS[index // 11 % len(NO_CV_SPELLINGS)])
    if index % 41 == 40:
        raws.append("\U0001f4a9")  # what is left is a tag without any text, as recorded
    if index % 97 == 96:
        raws += [f"filler {n}" for n in range(75 - len(raws))]
    touched = photo.lastupdate
    account.add_tags(photo, raws, photo.owner)
    photo.lastupdate = touched


def _taken(uploaded: int, index: int) -> str:
    """Some days before the upload; now and then a date that is none, which Flickr has too."""
    if index % 29 == 28:
        return "0000-00-00 00:00:00"
    taken = datetime.fromtimestamp(uploaded - _DAY * (index % 30), UTC)
    return taken.strftime("%Y-01-01 00:00:00" if index % 29 == 14 else "%Y-%m-%d %H:%M:%S")


_NOTE = {"id": "72157600000000003", "x": "14", "y": "14", "w": "29", "h": "29", "text": "who is this?"}
