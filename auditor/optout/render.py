"""From a letter to its text, plain or Markdown, by templates that users can copy and change.

A template is ``<language>/letter.j2`` or ``<language>/follow-up.j2``; its first line is the subject. The
user's folder (``[optout] templates``) is looked in first, file by file. Whatever a template prints goes
through `_safe`: one line, no control characters, and in Markdown nothing that would be markup, so that a name
or a file name cannot change the letter around it. Templates therefore share text by ``include``; what a macro
gave back would be made safe a second time.
"""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from auditor.errors import ConfigurationError
from auditor.flickr import licenses
from auditor.optout import language as languages
from auditor.optout.letter import Letter
from auditor.text import plain

LINE_WIDTH = 78
_INDENT = re.compile(r"( *)(?:\d+\. |- )?")
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&$])")
_BLOCK_START = re.compile(r"^(\d+(?=[.)])|(?=[-+=#]))")


class Markup(StrEnum):
    """What a letter is written in."""

    PLAIN = "plain"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Text:
    """A rendered letter."""

    subject: str
    body: str


class _Safe(str):
    """Text that the program made and that needs no escaping."""

    __slots__ = ()


def render(letter: Letter, markup: Markup, *, folder: Path | None = None) -> Text:
    """The text of `letter`. `folder` holds the user's own templates.

    Raises `ConfigurationError` naming the template that does not work.
    """
    name = f"{letter.case.language}/{'follow-up' if letter.follow_up else 'letter'}.j2"
    try:
        text = _environment(letter.case.language, markup, folder).get_template(name).render(letter=letter)
    except RecursionError:
        raise ConfigurationError(
            f"the template {name}, or one that it includes, includes itself",
            hint="Mend it, or take it out of the folder that [optout] templates names.",
        ) from None
    except (
        TemplateError,
        ArithmeticError,
        AttributeError,
        LookupError,
        OSError,
        TypeError,
        ValueError,
    ) as error:
        place = getattr(error, "name", None) or name
        line = getattr(error, "lineno", None)
        raise ConfigurationError(
            f"the template {place}{f', line {line},' if line else ''} does not work: {error}",
            hint="Mend it, or take it out of the folder that [optout] templates names.",
        ) from error
    subject, _, body = re.sub(r"\n{3,}", "\n\n", text.strip() + "\n").partition("\n")
    body = body.lstrip("\n")
    if markup is Markup.PLAIN:
        body = "".join(_wrapped(body))
    return Text(subject, body)


@cache
def _environment(code: str, markup: Markup, folder: Path | None) -> ImmutableSandboxedEnvironment:
    loaders = [PackageLoader("auditor.optout")]
    language = languages.get(code)
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder), *loaders] if folder else loaders),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        finalize=partial(_safe, markup),
        trim_blocks=True,
        keep_trailing_newline=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "date": lambda day: _Safe(language.date(day)),
        "number": lambda value: _Safe(language.number(value)),
        "link": lambda address: _Safe(f"<{address}>" if markup is Markup.MARKDOWN else address),
        # What stands below "12. " is indented as far as its text.
        "margin": lambda number: _Safe(" " * (len(str(number)) + 2)),
        "license": lambda license_id: licenses.get(license_id).name,
    }
    return environment


def _safe(markup: Markup, value: Any) -> str:
    if isinstance(value, _Safe):
        return value
    if value is None:
        raise TemplateError("it prints a value that is missing")
    text = plain(value)
    if markup is Markup.PLAIN:
        return text
    return _BLOCK_START.sub(r"\1\\", _MARKUP.sub(r"\\\1", text))


def _wrapped(body: str) -> Iterator[str]:
    """The lines of `body`, folded to `LINE_WIDTH`; links stay whole."""
    for line in body.splitlines(keepends=True):
        if len(line) <= LINE_WIDTH + 1:  # nearly all of a long list of links
            yield line
            continue
        marker = _INDENT.match(line)
        hanging = " " * len(marker[0]) if marker else ""
        folded = textwrap.fill(
            line, LINE_WIDTH, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
        )
        yield f"{folded}\n"
