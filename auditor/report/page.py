"""The HTML pages of reports: templates, style and script in one file that loads nothing but thumbnails.

A page is opened from disk and holds hostile titles. So besides Jinja's escaping its content security policy
names its one style and its one script by their hash, and allows pictures inside the page and, where there are
links to them, of Flickr's host.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from auditor.text import count

_TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, *, pictures: Iterable[str | None] = (), **values: Any) -> str:
    """The page of `template` with `values`; `pictures` are all that it shows, links among them or not."""
    return "".join(parts(template, pictures=pictures, **values))


def parts(template: str, *, pictures: Iterable[str | None] = (), **values: Any) -> Iterator[str]:
    """The same page, part by part."""
    from_flickr = any(picture and not picture.startswith("data:") for picture in pictures)
    return _environment().get_template(template).generate(**values, from_flickr=from_flickr)


@cache
def _environment() -> Environment:
    """The templates, escaping by themselves."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"count": count, "style": _part("style.css"), "script": _part("report.js")}
    return environment


def _part(name: str) -> dict[str, str]:
    """A file of the templates as it is put into the page, and its hash for the policy."""
    text = "\n" + (_TEMPLATES / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return {"text": text, "hash": f"'sha256-{digest}'"}
