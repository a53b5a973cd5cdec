"""Flickr's photos in the names of files and in paths: what publishers and downloaders make of an address.

The file of a photo is called ``<id>_<secret>_<size>.jpg``, and whoever stores it keeps that name, puts
something before it, or adds the owner. All forms are from published lists::

    2656987837_7bf7b1a1d9_b.jpg                                   Flickr itself
    1006149518_250f8036fc_1438_9284053@N07.jpg                    Im2GPS, Images of Groups
    8228_2275882321_a4bf6754ba_m.jpg                              NUS-WIDE in lists of other papers
    farm1_286_20013434330_d99ab6b9a0_b.jpg                        AADB
    79785633@N03_7901361222_8bb0dfc88f.                           DiDeMo, with nothing behind the dot
    10280355@N07/landmark_aligned_face.1884.9496770260_5b2ff68aae_o.jpg    Adience
    876/87667287@N00/4440872808_0.jpg                             MegaFace
    1000092795.jpg, 296814969_3.jpg, 0001_2124494179.jpg          Flickr30k, HELEN, NUS-WIDE
    flickr_9900000001.jpg                                         gallery-dl
    9900000001_0a1b2c3d4e_z.jpg?zz=1                              as Flickr's answers and wget write it
    9900000001_0a1b2c3d4e_b_face_0.jpg                            what is cut out of a photo

Only a secret or an NSID shows that a number is a photo's: ``2017_19784472.jpg`` (VISPR), ``687050.jpg``
(AVA) and ``COCO_val2014_000000032001.jpg`` look like the last line and are none. So what has neither counts
only where a schema says so.
"""

import re
from typing import Final
from urllib.parse import unquote

from auditor.flickr.urls import PhotoAddress, is_photo_id

_LONGEST: Final = 1024  # no path is longer; it bounds the work that a hostile line can cause
_LEAST_TYPICAL: Final = 1_000_000
"""Flickr's ids went past a million in 2004: below it a number beside an NSID may as well count something."""

_LEAST_BESIDE_SECRET: Final = 10_000
"""Hardly a photo has a smaller id, and lists of other sites count their files: 12_9f86d081e4.jpg."""
_SECRET_LENGTH: Final = 10
_LONGEST_ID: Final = 19

_ID = r"([1-9][0-9]{0,18})"
_NSID = r"[1-9][0-9]{4,10}@N[0-9]{2}"
# Several types (a.jpg.1), none, or a dot with nothing behind it; then the number of a caption (Flickr8k).
_END = r"(?:\.[0-9]?[a-z][a-z0-9]{0,4}(?:\.[0-9]{1,2})?)*\.?(?:[?@]zz=[0-9])?(?:#[0-9]+)?"
_SIZE = r"([a-z]{1,2}|[2-6]k|[0-9]{1,4})"
_WITH_SECRET = re.compile(
    rf"(?<![0-9a-z@]){_ID}_([0-9a-f]{{6,16}})(?:_{_SIZE})?(?:_d)?(?:_([0-9]{{1,6}})_{_NSID})?{_END}$",
    re.IGNORECASE,
)
# What was cut out of a photo, or stored twice, has something of its own behind Flickr's name.
_WITH_SECRET_AND_MORE = re.compile(
    rf"(?<![0-9a-z@]){_ID}_([0-9a-f]{{{_SECRET_LENGTH}}})(?:_{_SIZE})?"
    rf"(?:[-_.][\w.-]{{1,60}}| ?\([0-9]{{1,3}}\)){_END}$",
    re.IGNORECASE,
)
_WITH_OWNER = re.compile(
    rf"(?:.*/)?({_NSID})(?:_identity_[0-9]+)?[/_]{_ID}(?:_[0-9]{{1,4}})?{_END}/?", re.IGNORECASE
)
_NUMBER = re.compile(rf"(?:.*/)?(?:flickr[-_])?{_ID}(?:_[0-9]{{1,3}})?(?:_o)?{_END}", re.IGNORECASE)
_COUNTED = re.compile(rf"(?:.*/)?[0-9]{{1,6}}_([1-9][0-9]{{6,18}}){_END}", re.IGNORECASE)
_OWNER = re.compile(rf"(?<![0-9a-z])({_NSID})(?![0-9])", re.IGNORECASE)


def parse_name(text: str, *, proven: bool = False, numbered: bool = False) -> PhotoAddress | None:
    """The photo that a file name, or a path that ends in one, names; None when it names none for certain.

    With `proven`, where the names around it are known to be Flickr's, a secret of digits alone will do: of
    ten hexadecimal digits one in a hundred has no letter. With `numbered`, where a schema says that the
    number is the photo id, no secret is needed.
    """
    if len(text) > _LONGEST:
        return None
    path = text.strip()
    if "%" in path:
        path = unquote(path)
    if "\\" in path:
        path = path.replace("\\", "/")
    if "@" in path and (match := _WITH_OWNER.fullmatch(path)):
        nsid, number = match.groups()
        if _fits(number) and (numbered or proven or int(number) >= _LEAST_TYPICAL):
            return PhotoAddress(number, nsid.upper())
        return None
    if "_" in path and (photo := _with_secret(path, proven=proven, numbered=numbered)):
        return photo
    if numbered and (match := _COUNTED.fullmatch(path) or _NUMBER.fullmatch(path)) and _fits(match[1]):
        return PhotoAddress(match[1])
    return None


def _with_secret(path: str, *, proven: bool, numbered: bool) -> PhotoAddress | None:
    owner = server = None
    if match := _WITH_SECRET.search(path):
        number, secret, size, server = match.groups()
        owner = _owner(path)
        proven = proven or owner is not None
    elif match := _WITH_SECRET_AND_MORE.search(path):
        number, secret, size = match.groups()
    else:
        return None
    if not _fits(number) or not (proven or _is_secret(number, secret, numbered=numbered)):
        return None
    size = (size or "").lower()
    return PhotoAddress(number, owner or _owner(path), None, server, None, secret.lower(), size, size == "o")


def _fits(number: str) -> bool:
    """Whether digits without a zero before them are a photo id: not too large a number."""
    return len(number) < _LONGEST_ID or is_photo_id(number)


def _is_secret(number: str, text: str, *, numbered: bool) -> bool:
    """Whether it can hardly be anything but the secret of photo `number`: ten hex digits, one a letter.

    Where `number` is known to be an id, ten decimal digits will do, unless it only counts: 1234_2124494179.
    """
    if len(text) != _SECRET_LENGTH:
        return False
    if text.isdecimal():
        return numbered and int(number) >= _LEAST_TYPICAL
    return numbered or int(number) >= _LEAST_BESIDE_SECRET


def _owner(path: str) -> str | None:
    """The one NSID in the path; None where there are several, for then nobody knows whose the photo is."""
    found = {nsid.upper() for nsid in _OWNER.findall(path)} if "@" in path else set()
    return found.pop() if len(found) == 1 else None


# golden-hour_10000023_o.jpg is a title, then the id; 10000023_0a1b2c3d4e_o.jpg the id, then the original's
# secret. Of 20190101_1234567890_o.jpg nobody can tell, so either number may be the id.
_ORIGINAL_NAMES: Final = (
    re.compile(r"(?:.*_)?([0-9]+)_o\.[a-z0-9]{2,4}", re.IGNORECASE | re.DOTALL),
    re.compile(r"([0-9]+)_[0-9a-f]{10}_o\.[a-z0-9]{2,4}", re.IGNORECASE),
)


def photo_ids_in_name(file_name: str) -> frozenset[str]:
    """The photo ids that the bare name of an original, as downloaded from Flickr or exported, may carry."""
    matches = (form.fullmatch(file_name) for form in _ORIGINAL_NAMES)
    return frozenset(match[1] for match in matches if match and is_photo_id(match[1]))
