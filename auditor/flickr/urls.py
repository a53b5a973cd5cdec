"""Flickr's addresses and ids as values: what an address says, and the address of an id.

A photo's id stands in nearly every address Flickr ever handed out: web pages, short links, the picture files
of all ages. Dataset indexes hold such addresses, often old and often wrapped in another site's address, and
people paste them; this module reads them all. It never trusts more than the text says, and never raises.

Forms: Flickr's "Photo Image URLs" documentation (flickr.com/services/api/misc.urls.html) of several years,
short links of flic.kr, and the addresses published in dataset indexes.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple
from unicodedata import normalize
from urllib.parse import parse_qs, quote, unquote

from auditor.text import without_invisible

BASE58: Final = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
"""Flickr's own order of the base-58 digits (no 0, O, I, l), as used by flic.kr."""

YFCC_FARMS: Final = range(1, 11)
"""The farms that photos were served from when YFCC100M was made (2014)."""

_MAX_ID: Final = 2**63 - 1
_LONGEST: Final = 8192  # characters; no address is longer, and it bounds the work a hostile row can cause
_LAYERS: Final = 3  # an address inside an address inside an address


class PhotoAddress(NamedTuple):
    """What an address says about a photo; a field that the address does not carry is None.

    A named tuple and no dataclass: indexes hold millions of addresses, and a tuple is made far faster.
    """

    photo_id: str
    """Canonical decimal: no leading zeros, above zero, fits a signed 64-bit integer."""
    nsid: str | None = None
    """The owner's NSID, with an upper-case N."""
    path_alias: str | None = None
    """The owner's path alias, lower-cased: Flickr compares aliases without case."""
    server: str | None = None
    farm: int | None = None
    secret: str | None = None
    size: str = ""
    """Size suffix of the file name (``b``, ``z``, ``o`` …), empty for none."""
    is_original: bool = False
    """The secret is the original's secret: with it anybody can fetch the full-size file."""


class StaticAddress(NamedTuple):
    """A static address that a photo has or had; `farm` None: not known."""

    photo_id: str
    server: str
    farm: int | None
    secret: str


class OwnerAddress(NamedTuple):
    """The person that a profile or photostream address names: by NSID or by path alias (lower-cased)."""

    nsid: str | None = None
    path_alias: str | None = None


# -- ids -----------------------------------------------------------------------------------------------------

_NSID = re.compile(r"[1-9][0-9]{4,10}@N[0-9]{2}")
_ALIAS = re.compile(r"[A-Za-z0-9_-]{1,255}")


def is_photo_id(text: str) -> bool:
    """Whether `text` is a photo id in canonical form (see `PhotoAddress.photo_id`)."""
    return text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= 19 and int(text) <= _MAX_ID


# flickr-url-parser, which the Flickr Foundation keeps, takes 5 to 11 digits. Somebody can choose another's
# NSID as their alias, so what stands in an address is a name of the owner and never proof of who that is.
def is_nsid(text: str) -> bool:
    """Whether `text` is an NSID as Flickr writes it, e.g. ``99000001@N07``."""
    return _NSID.fullmatch(text) is not None


def normalise_nsid(text: str) -> str | None:
    """`text` as an NSID, or None: ``99000001@n07`` and ``99000001%40N07`` occur in addresses."""
    nsid = text.strip().replace("%40", "@").upper()
    return nsid if is_nsid(nsid) else None


def pack_nsid(nsid: str) -> int:
    """An NSID as one integer, digits × 100 + suffix: it joins faster than text, and `unpack_nsid` undoes it.

    Errors: ValueError when `nsid` is not an NSID.
    """
    if not is_nsid(nsid):
        raise ValueError(f"not an NSID: {nsid!r}")
    return int(nsid[:-4] + nsid[-2:])


def unpack_nsid(packed: int) -> str:
    """The NSID that `pack_nsid` packed. Errors: ValueError for a number that is no packed NSID."""
    digits, suffix = divmod(packed, 100)
    nsid = f"{digits}@N{suffix:02}"
    if not is_nsid(nsid):
        raise ValueError(f"not a packed NSID: {packed}")
    return nsid


# flickrapi's doctests: 7Afjsu is 4325695128, 5hruZg is 2811466321. There is no 0, O, I or l.
def base58_decode(text: str) -> int:
    """The number that `text` says in flic.kr's base 58. Errors: ValueError when it says none."""
    if not text:
        raise ValueError("no base 58 number in an empty text")
    number = 0
    for character in text:
        number = number * 58 + BASE58.index(character)
    return number


# -- from an address -----------------------------------------------------------------------------------------

_ID = r"([1-9][0-9]{0,18})"
_KEY = r"([0-9a-z]{4,20})"  # a secret: 10 hex digits today; any letter, as anonymised exports put x's there

# Not preceded by what would make it the tail of another host (notflickr.com, evil-flickr.com); followed by a
# path or nothing, so that neither flickr.com.evil.org nor flickr.com@evil.org gets through.
_HOST = re.compile(
    r"(?<![\w.@-])((?:[a-z0-9-]{1,63}\.){0,4}?)(flickr\.com|staticflickr\.com|flic\.kr)\.?(?::[0-9]{1,5})?(?=[/?#]|$)",
    re.IGNORECASE,
)
# /<server>/<id>_<secret>[_<size>][_d].jpg: on static.flickr.com and photos<N>.flickr.com (there without
# /<server>) from 2004, farm<N>.static.flickr.com to 2011, farm<N>.staticflickr.com to 2018,
# c<N>.staticflickr.com (after /<farm>), and live.staticflickr.com since. Indexes hold all of them, for they
# are as old as their datasets.
_FILE_PATH = (
    rf"/+(?:(?:([0-9]{{1,4}})/+)?([0-9]{{1,6}})/+)?{_ID}_{_KEY}"
    r"(?:_(?!d(?![a-z0-9]))([a-z0-9]{1,4}))?(?:_d)?(?![\w%-])"
)
_FILE = re.compile(_FILE_PATH, re.IGNORECASE)
_COMMON_FILE = re.compile(r"https?://([a-z]+[0-9]*\.)static\.?flickr\.com" + _FILE_PATH)
_PHOTOS_HOST = re.compile(r"photos([0-9]{1,4})\.")
_VIDEO_FILE = re.compile(rf"/+video/+{_ID}/+{_KEY}(?:/+([\w.]*))?(?![\w%-])", re.IGNORECASE)
# The id must end there: not 123%34 (which is 1234), 123@N00 or 123.html. Of an address that was cut, as
# feeds and tables show them (flickr.com/photos/roe-zoe/99000…), or wrapped, as mail does with "=", nobody
# knows the rest of the id. m.flickr.com had /#/photos/…
_CUT = r"…|\.\.|="
# Links in a column without anything between are several.
_GLUED = r"(?=https?://)"
_END_OF_ID = rf"(?:{_GLUED}|(?![\w%@]|[.-]\w|{_CUT}))"
# Where scripts had no alias the owner's segment is empty, and what follows is no name but the next one:
# photos//9900000123, photos//page2. Only an NSID is an owner there all the same.
_OWNER = r"/(?:/+(?=[0-9]+(?:@|%40)N[0-9]))?([^/?#&\s]+)"
_PAGE_PATH = (
    rf"/+(?:#/+)?(?:photos?|videos){_OWNER}/+{_ID}{_END_OF_ID}"
    rf"(?:/+(?:player|play/+([a-z0-9_]+))/+{_KEY}(?![\w%-]))?"
)
_PAGE = re.compile(_PAGE_PATH, re.IGNORECASE)
_COMMON_PAGE = re.compile(r"https?://(?:www\.)?flickr\.com" + _PAGE_PATH)
# Before another segment than a photo's own it may be somebody's alias: photos//12345/9900000123.
_WITHOUT_OWNER = re.compile(
    rf"/+(?:#/+)?(?:photos?|videos)//+{_ID}{_END_OF_ID}(?=/*(?:[^\w/%]|$)|/+(?:in|sizes|meta|lightbox)\b)",
    re.IGNORECASE,
)
_SCRIPT = re.compile(
    r"/+(?:(?:photo(?:_[a-z]+)?|video_download)\.gne|apps/video/stewart\.swf|services/rest/*)\?([^#\s\"'<>]*)",
    re.IGNORECASE,
)
_EMBEDDED = re.compile(rf"/+photos/+{_ID}{_END_OF_ID}", re.IGNORECASE)
_SHORT = re.compile(rf"/+p/+([0-9A-Za-z]+?)(?:{_GLUED}|(?![\w%]|{_CUT}))")
# Pages about the person only: an album, a gallery or a tag of theirs is about something else.
# A name of a link that somebody made of the name that is shown, /photos/roe zoe/9900000001, is nobody's.
_PERSON = re.compile(
    rf"/+(?:#/+)?(?:people{_OWNER}"
    rf"|photos{_OWNER}(?:/+(?:page[0-9]+|with/+[0-9]+))?/*(?=[?#&\s]|$)(?![^\S\n][^/:\n]{{1,80}}/+[0-9]{{5}}))",
    re.IGNORECASE,
)
_COMMON_PERSON = re.compile(r"https?://(?:www\.)?flickr\.com/+(?:people|photos)/([A-Za-z0-9_@-]+)/*")
_PERSON_WORD = re.compile(r"people|photos|buddyicons|%2f", re.IGNORECASE)
_BUDDY_ICON = re.compile(r"/+(?:[0-9]+/+){0,2}buddyicons/+([0-9]+(?:@|%40)N[0-9]{2})(?![0-9])", re.IGNORECASE)
# Of photos that it does not name: an album, a group, a gallery, a tag, or a photo or member whose address
# was cut.
_OF_PHOTOS = re.compile(
    r"/+(?:#/+)?(?:(?:photos?|videos|people|groups|gp|explore|search)/|photo_?[a-z]*\.gne)", re.IGNORECASE
)
_SHORT_OF_PHOTOS = re.compile(r"/+[a-z]+/+\w", re.IGNORECASE)
_CUT_FILE = re.compile(r"/+(?:video/+)?[0-9]+/+\d", re.IGNORECASE)
# What stands at the owner's place in addresses that belong to nobody, such as /photos/tags/2010.
SECTIONS: Final = frozenset(
    {"albums", "contacts", "friends", "galleries", "groups", "organize", "search", "sets", "tags", "upload"}
)


# JSON in a cell or a log has https:\/\/ or \u002f, HTML &#x2f;, and some Windows programs turn all of them.
_ESCAPED_SLASH = re.compile(r"\\+(?:/|u002f|x2f)?|&(?:#47|#x2f|sol);", re.IGNORECASE)
# Proofpoint's second form of links in mails: "-" stands for "%", "_" for "/". Its first is percent-encoded,
# its third plain.
_PROOFPOINT = re.compile(r"(?<=\burldefense\.proofpoint\.com/v2/url\?u=)[^&\s\"'<>]+", re.IGNORECASE)
_FROM_PROOFPOINT = str.maketrans("-_", "%/")


def parse_photo(text: str) -> PhotoAddress | None:
    """The photo that an address in `text` leads to, or None when there is none.

    Reads addresses with or without scheme and host prefix, wrapped in another address (plain or
    percent-encoded) or in HTML. A bare number is no address; albums, galleries, groups, people are no photo.
    """
    if "flic" not in text.lower():
        return None
    return _first_photo(text)


def _first_photo(text: str) -> PhotoAddress | None:
    if not text.isascii():
        text = _plain(text)
    # The forms that make up nearly all of every index, without the search for a host.
    if file := _COMMON_FILE.match(text):
        return _file(*file.groups())
    if page := _COMMON_PAGE.match(text):
        return _page(*page.groups())
    if _COMMON_PERSON.fullmatch(text):
        return None
    for host in _hosts(text):
        if photo := _photo_at(host):
            return photo
    return None


def parse_photos(text: str) -> list[PhotoAddress]:
    """Every photo that addresses in `text` lead to, each once, in the order in which they stand there.

    Of several addresses of one photo the first is given, with the owner and the original that any of them
    names.
    """
    mentions = text.lower().count("flic")
    if mentions <= 1:
        only = _first_photo(text) if mentions else None
        return [only] if only else []
    found: dict[str, PhotoAddress] = {}
    for host in _hosts(text):
        if photo := _photo_at(host):
            seen = found.get(photo.photo_id)
            found[photo.photo_id] = merged(seen, photo) if seen else photo
    return list(found.values())


def merged(photo: PhotoAddress, other: PhotoAddress) -> PhotoAddress:
    """What two addresses of one photo say together; where they differ, what `photo` says."""
    if (
        (photo.nsid or not other.nsid)
        and (photo.path_alias or not other.path_alias)
        and (photo.is_original or not other.is_original)
    ):
        return photo
    photo_id, nsid, alias, server, farm, secret, size, is_original = photo
    return PhotoAddress(  # by position, in a third of the time
        *(photo_id, nsid or other.nsid, alias or other.path_alias, server, farm, secret, size),
        is_original or other.is_original,
    )


def parse_owners(text: str) -> list[OwnerAddress]:
    """Every person that profile, photostream or buddy icon addresses in `text` name, each once."""
    if "flic" not in text.lower() or not _PERSON_WORD.search(text):
        return []
    return list(dict.fromkeys(owner for host in _hosts(text) if (owner := _owner_at(host))))


def parse_owner(text: str) -> OwnerAddress | None:
    """The person that a bare NSID, a profile, photostream or buddy icon address names, or None."""
    if nsid := normalise_nsid(text):
        return OwnerAddress(nsid)
    if person := _COMMON_PERSON.fullmatch(text):
        return _owner(person[1])
    for host in _hosts(text):
        if owner := _owner_at(host):
            return owner
    return None


def hides_photos(text: str) -> bool:
    """Whether an address in `text` is of photos that it does not name: of an album or group, or cut short."""
    if "flic" not in text.lower():
        return False
    return any(not _photo_at(host) and not _owner_at(host) and _is_of_photos(host) for host in _hosts(text))


def _is_of_photos(host: re.Match[str]) -> bool:
    domain = host[2].lower()
    form = _OF_PHOTOS
    if domain == "flic.kr":
        form = _SHORT_OF_PHOTOS
    elif domain == "staticflickr.com" or "static" in host[1].lower():
        form = _CUT_FILE
    return form.match(host.string, host.end()) is not None


def names_flickr(text: str) -> bool:
    """Whether one of Flickr's hosts stands in `text`."""
    return _HOST.search(text) is not None


def _hosts(text: str) -> Iterator[re.Match[str]]:
    """Every place in `text` where a Flickr host stands, then those that decoding brings to light."""
    if len(text) > _LONGEST:
        return
    for _ in range(_LAYERS):
        if not text.isascii():
            text = _plain(text)
        yield from _HOST.finditer(text)
        decoded = unquote(_PROOFPOINT.sub(lambda link: link[0].translate(_FROM_PROOFPOINT), text))
        if "\\" in text or "&" in text:
            decoded = _ESCAPED_SLASH.sub("/", decoded)
        if decoded == text:
            return
        text = decoded


# As the keyboards of East Asia write them. Beside other digits they may count something: …/9900000123２枚.
_WIDE_ID = re.compile(r"(/photos?/+[^/?#&\s]+/+)([\uff10-\uff19]+)(?![^\W_])")


def _plain(text: str) -> str:
    """`text` with an id in full-width digits as others write it, and without marks that nobody sees.

    Chats and web pages put those into long words.
    """
    return _WIDE_ID.sub(lambda page: page[1] + normalize("NFKC", page[2]), without_invisible(text))


def _photo_at(host: re.Match[str]) -> PhotoAddress | None:
    text, end = host.string, host.end()
    prefix, domain = host[1].lower(), host[2].lower()
    if domain == "flic.kr":
        short = _SHORT.match(text, end)
        return _from_short(short[1]) if short else None
    if domain == "staticflickr.com" or prefix.endswith("static.") or _PHOTOS_HOST.fullmatch(prefix):
        if file := _FILE.match(text, end):
            return _file(prefix, *file.groups())
        video = _VIDEO_FILE.match(text, end)
        return _video_file(*video.groups()) if video else None
    if prefix == "embedr.":  # the frame of Flickr's embed code names no owner
        frame = _EMBEDDED.match(text, end)
        return PhotoAddress(frame[1]) if frame and is_photo_id(frame[1]) else None
    if page := _PAGE.match(text, end):
        return _page(*page.groups())
    if unowned := _WITHOUT_OWNER.match(text, end):
        return PhotoAddress(unowned[1]) if is_photo_id(unowned[1]) else None
    script = _SCRIPT.match(text, end)
    return _script(script[1]) if script else None


def _file(
    prefix: str, farm: str | None, server: str | None, photo_id: str, secret: str, size: str | None
) -> PhotoAddress | None:
    """A picture file; `prefix` is the host before the domain, e.g. ``farm3.``, ``live.`` or ``photos12.``."""
    if server is None:
        # Documented in 2005: http://photos{server-id}.flickr.com/{id}_{secret}.jpg
        numbered = _PHOTOS_HOST.fullmatch(prefix)
        if numbered is None:
            return None
        server = numbered[1]
    if len(photo_id) == 19 and not is_photo_id(photo_id):
        return None
    if farm is None and prefix.startswith("farm"):
        label = prefix[4:].partition(".")[0]
        farm = label if label.isdecimal() and len(label) <= 4 else None
    size = (size or "").lower()
    return PhotoAddress(
        photo_id, None, None, server, None if farm is None else int(farm), secret.lower(), size, size == "o"
    )


def _video_file(photo_id: str, secret: str, name: str | None) -> PhotoAddress | None:
    if not is_photo_id(photo_id):
        return None
    return PhotoAddress(photo_id, secret=secret.lower(), is_original=(name or "").lower().startswith("orig"))


def _page(owner: str, photo_id: str, quality: str | None, secret: str | None) -> PhotoAddress | None:
    if not is_photo_id(photo_id) or owner.lower() in SECTIONS:
        return None
    nsid, alias = _owner(owner) or (None, None)
    original = quality is not None and quality.lower() == "orig"
    return PhotoAddress(photo_id, nsid, alias, None, None, secret and secret.lower(), "", original)


def _script(query: str) -> PhotoAddress | None:
    """``photo.gne?id=…``, ``photo.gne?short=…`` and the like, and the video player's ``?photo_id=…``."""
    values = {name: given[0] for name, given in parse_qs(query.replace("&amp;", "&")).items()}
    photo_id = values.get("id", values.get("photo_id", ""))
    if is_photo_id(photo_id):
        secret = values.get("photo_secret", "").lower()
        return PhotoAddress(photo_id, secret=secret if re.fullmatch(_KEY, secret) else None)
    return _from_short(values.get("short", ""))


def _from_short(code: str) -> PhotoAddress | None:
    if not code or len(code) > 11 or not set(code) <= set(BASE58):  # 11 digits hold any 64-bit integer
        return None
    photo_id = str(base58_decode(code))
    return PhotoAddress(photo_id) if is_photo_id(photo_id) else None


def _owner_at(host: re.Match[str]) -> OwnerAddress | None:
    if icon := _BUDDY_ICON.match(host.string, host.end()):
        nsid = normalise_nsid(icon[1])
        return OwnerAddress(nsid) if nsid else None
    if host[2].lower() != "flickr.com" or host[1].lower() == "embedr.":
        return None
    person = _PERSON.match(host.string, host.end())
    return _owner(person[1] or person[2]) if person else None


def _owner(segment: str) -> OwnerAddress | None:
    """The owner's segment of a path; None when it names nobody (``me`` is whoever is logged in)."""
    name = unquote(segment)
    if nsid := normalise_nsid(name):
        return OwnerAddress(nsid)
    alias = name.lower()
    if alias == "me" or alias in SECTIONS or not _ALIAS.fullmatch(name):
        return None
    return OwnerAddress(path_alias=alias)


ORIGINAL_SECRETS: Final = (
    (r"(?i)([0-9]_)[0-9a-z]{6,20}(_o)\b", r"\1…\2"),  # 9900000001_0123456789_o.jpg
    (r"(?i)(/play/orig/+)[0-9a-z]{4,20}", r"\1…"),  # the address of a video of YFCC100M
    (r"(?i)(/video/+[0-9]+/+)[0-9a-z]{4,20}(/+orig)", r"\1…\2"),
)
"""Where an original's secret stands in a text, and the text without it. Arrow's RE2 knows no look-around."""


def without_original_secret(text: str) -> str:
    """`text` with … for the secret of each original: with it anybody can fetch the full-size file."""
    lowered = text.lower()
    if "_o" not in lowered and "/p" not in lowered and "/v" not in lowered:  # as nearly all keys are
        return text
    for pattern, replacement in ORIGINAL_SECRETS:
        text = re.sub(pattern, replacement, text)
    return text


# -- to an address -------------------------------------------------------------------------------------------


def page_url(photo_id: str, owner: str | None = None) -> str:
    """The photo's web page; without `owner` (NSID or path alias) the address that redirects to it."""
    if owner is None:
        return f"https://www.flickr.com/photo.gne?id={photo_id}"
    return f"https://www.flickr.com/photos/{_quoted(owner)}/{photo_id}/"


@lru_cache(maxsize=256)  # a report names the same owner for every photo
def _quoted(owner: str) -> str:
    return quote(owner, safe="@")


def static_url(server: str, photo_id: str, secret: str, size: str = "", farm: int | None = None) -> str:
    """The photo's JPEG file; with `farm` in the form of 2011 to 2018. `secret` must be the one of `size`."""
    host = "live" if farm is None else f"farm{farm}"
    suffix = size and f"_{size}"
    return f"https://{host}.staticflickr.com/{server}/{photo_id}_{secret}{suffix}.jpg"


def profile_url(owner: str) -> str:
    """The profile page of `owner` (NSID or path alias)."""
    return f"https://www.flickr.com/people/{quote(owner, safe='@')}/"


# -- the hash by which YFCC100M names photos -----------------------------------------------------------------


def yfcc_hash(download_url: str) -> str:
    """YFCC100M's hash of a download address: its MD5, each byte in hex *without* zero padding.

    So it has 16 to 32 characters; a usual MD5 equals only the third of the published hashes that have all 32.
    """
    digest = hashlib.md5(download_url.encode(), usedforsecurity=False).digest()
    return "".join(f"{byte:x}" for byte in digest)


def yfcc_photo_hashes(photo_id: str, server: str, secret: str, farm: int | None = None) -> tuple[str, ...]:
    """The YFCC100M hash of a photo; one for each farm it may have been on when `farm` is unknown.

    `secret` is the display secret of 2014: replacing the photo or making it private has changed it since.
    """
    path = f"staticflickr.com/{server}/{photo_id}_{secret}.jpg"
    return tuple(yfcc_hash(f"http://farm{n}.{path}") for n in (YFCC_FARMS if farm is None else (farm,)))


def yfcc_video_hash(nsid: str, photo_id: str, original_secret: str) -> str:
    """The YFCC100M hash of a video, which is made from the owner and the original's secret."""
    return yfcc_hash(f"http://www.flickr.com/videos/{nsid}/{photo_id}/play/orig/{original_secret}")
