"""What an owner can signal to makers of datasets, and who is known to read it.

Honest by construction: a signal names its readers with evidence, or says that none is known; and what it does
not do is part of it. Only signals with a known reader are recommended.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import UsageError


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is known to read a signal."""

    who: str
    how: str
    source: str
    seen: str


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that can be set."""

    name: str
    where: str
    """Where it is set: ``tag``, ``flickr``, ``account`` or ``file``."""
    how: str
    """How to set it, with the command where there is one."""
    readers: tuple[Reader, ...]
    """Empty: nobody is known to read it."""
    does_not: str
    """What it does not do."""

    @property
    def recommended(self) -> bool:
        """Whether there is a known reader that an owner on Flickr reaches."""
        return bool(self.readers)


_NVIDIA = Reader(
    "NVIDIA, for FFHQ",
    "tag the photos, then write an e-mail: the list is updated without them",
    "github.com/NVlabs/ffhq-dataset README, section Privacy",
    "2026",
)
_NTNU = Reader(
    "NTNU, for FDF and FDF256",
    "tag the photos, then write an e-mail: the list is updated without them",
    "github.com/hukkelas/FDF README",
    "2026",
)
_LICENSE_READERS = (
    Reader(
        "Collections of freely licensed photos (YFCC100M, Open Images, FFHQ, Openverse and others)",
        "they take photos under free licences when they collect; one that is not free then is left out",
        "the cards of the catalogue: flickr-auditor datasets info NAME",
        "2026",
    ),
)

SIGNALS = (
    Signal(
        "no_cv",
        "tag",
        "flickr-auditor plan --public --add-tag no_cv",
        (_NVIDIA, _NTNU),
        "No other collector is known to read it. It removes nothing by itself: both publishers"
        " also want an e-mail.",
    ),
    Signal(
        "noai, noimageai",
        "tag",
        "flickr-auditor plan --public --add-tag noai --add-tag noimageai",
        (),
        "No collector is known to read them as tags on Flickr. The downloader img2dataset reads"
        " the same words"
        " only in the HTTP header X-Robots-Tag of the picture's server (github.com/rom1504/img2dataset,"
        " option disallowed_header_directives), which an owner cannot set on Flickr.",
    ),
    Signal(
        "machine tag, such as plus:datamining=prohibited",
        "tag",
        "flickr-auditor plan --public --add-tag plus:datamining=prohibited",
        (),
        "No collector is known to read machine tags about data mining.",
    ),
    Signal(
        "IPTC/PLUS Data Mining",
        "file",
        "flickr-auditor signals --files DIR writes the arguments for exiftool; upload the changed files anew",
        (),
        "A reservation inside the file (PLUS property plus:DataMining, IPTC Photo Metadata Standard 2023.1)."
        " No maker of a dataset is known to read it, and Flickr's smaller sizes may come without it.",
    ),
    Signal(
        "licence",
        "flickr",
        "flickr-auditor plan --reusable --license all-rights-reserved",
        _LICENSE_READERS,
        "It works for collections made later. It takes no photo out of a dataset that has it, and others may"
        " rely on the old licence for copies they have.",
    ),
    Signal(
        "private",
        "flickr",
        "flickr-auditor plan --exposed --privacy private",
        (
            Reader(
                "Everybody who collects from Flickr's pages or API",
                "the photo is not shown to them any more",
                "Flickr's privacy settings",
                "2026",
            ),
        ),
        "A dataset that holds the original's address may still reach the file; copies stay where they are.",
    ),
    Signal(
        "hidden from public searches",
        "flickr",
        "flickr-auditor plan --public --hide-from-search",
        (
            Reader(
                "Flickr's own search, and collections made through it",
                "the photo is in no result",
                "Flickr's API documentation of flickr.photos.setSafetyLevel (hidden)",
                "2026",
            ),
        ),
        "Lists made from albums, groups, feeds or known ids still find the photo.",
    ),
    Signal(
        "account switches of Flickr (who can download, hide from third-party searches)",
        "account",
        "flickr.com/account/privacy; a program cannot set them",
        (),
        "They close buttons and partner searches. No maker of a dataset is known to look at them.",
    ),
)
"""All that can be set, with what is known of its readers."""

NOTES = (
    "OLG Hamburg, 10 December 2025, 5 U 104/24 (LAION): a reservation in natural language was not"
    " machine-readable there, and none counts against text and data mining for scientific research. An appeal"
    " was allowed.",
    "A signal is for those who collect next. For what a dataset holds already:"
    " flickr-auditor optout draft DATASET.",
)

_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".dng"})
DATA_MINING = "DMI-PROHIBITED-AIMLTRAINING"
"""Of the PLUS vocabulary: prohibited for AI and machine-learning training."""


def exiftool_arguments(folder: Path) -> tuple[list[str], int]:
    """The lines of an argument file (``exiftool -@ FILE``) for the pictures in `folder`, and their number.

    The tool changes no picture itself. Errors: `UsageError` where there is no folder, or no picture in it.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", hint="Name the folder of your original files.")
    pictures = list(_pictures(folder))
    if not pictures:
        raise UsageError(
            f"{folder} holds no pictures", hint=f"Known endings: {', '.join(sorted(_PICTURES))}."
        )
    # One argument a line; a name that begins with "-" or "#" would be read as an option or a comment.
    names = [str(path if path.is_absolute() else Path.cwd() / path) for path in pictures]
    # With "#" the value is one of the vocabulary, and not exiftool's English for it.
    return [f"-XMP-plus:DataMining#={DATA_MINING}", "-overwrite_original_in_place", *names], len(pictures)


def _pictures(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _PICTURES and path.is_file() and not path.is_symlink():
            if re.search(r"[\r\n]", str(path)):
                raise UsageError(f"{path!r} has a line break in its name", hint="Rename the file first.")
            yield path


def recommended(signals: Iterable[Signal] = SIGNALS) -> list[str]:
    """The names of the signals that somebody is known to read."""
    return [signal.name for signal in signals if signal.recommended]
