"""What people give to `check` as it may be shown: a copied address can hold a secret, a login or a pass."""

import re
from dataclasses import replace
from typing import Final

from auditor.flickr.target import Target
from auditor.flickr.urls import page_url, without_original_secret


def without_secret(target: Target) -> Target:
    """`target` as it may be shown: the secret of an original is a direct link to the full-size file."""
    text, photo = without_original_secret(target.text), target.photo
    if photo is not None and photo.is_original and photo.secret and text == target.text:
        text = re.sub(re.escape(photo.secret), "…", text, flags=re.IGNORECASE)
        if text == target.text:  # it was written in percent codes
            text = page_url(photo.photo_id)
    for pattern, shown in _PRIVATE:
        text = pattern.sub(shown, text)
    return replace(target, text=text)


_PRIVATE: Final = (
    # A parameter of an address copied from the API, or the signature (s) of a video's file.
    (
        re.compile(
            r"((?:^|[?&;]|%26|%3f)(?:s|code|\w*(?:secret|token|key|sig|signature|verifier|passw?or?d|auth))(?:=|%3d))"
            r"[^&;\s]+",
            re.IGNORECASE,
        ),
        r"\1…",
    ),
    (re.compile(r"(//|%2f%2f)[^/?#@\s]*(?::|%3a)[^/?#@\s]*?(?:@|%40)", re.IGNORECASE), r"\1…@"),
    # A guest pass opens private photos to whoever has it.
    (re.compile(r"(/gp/+[^/\s]+/+)[^/?#\s]+", re.IGNORECASE), r"\1…"),
)
"""What in an address is nobody else's business, and how it is shown."""
