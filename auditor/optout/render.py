"""From a letter to its text, plain or Markdown, by templates that users can copy and change.

A template is ``<language>/<kind>.j2`` (``letter``, ``ask``, ``reminder`` …); its first line is the subject,
to which the case's number is added, so that an answer can be filed by it. The user's folder (``[optout]
templates``) is looked in first, file by file. Whatever a template prints goes through `_safe`: one line, no
control characters, and in Markdown nothing that would be markup, so that a name or a file name cannot change
the letter around it. Templates therefore share text by ``include``; what a macro gave back would be made safe
a second time.
"""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
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
from auditor.optout.letter import Letter
from auditor.text import plain

LINE_WIDTH = 78
_INDENT = re.compile(r"( *)(?:\d+\. |- )?")
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&$])")
_BLOCK_START = re.compile(r"^(\d+(?=[.)])|(?=[-+=#]))")


@dataclass(frozen=True, slots=True)
class Language:
    """How a language writes what templates leave to the program."""

    code: str
    months: str
    """From January on, with spaces between."""
    date_form: str
    """Of ``day``, ``month``, ``year``."""
    thousands: str
    gdpr: str
    """The short name of the GDPR."""
    first: str = "1"
    """The first of a month."""

    def date(self, day: date) -> str:
        """``21 November 2026``."""
        number = self.first if day.day == 1 else str(day.day)
        return self.date_form.format(day=number, month=self.months.split()[day.month - 1], year=day.year)

    def number(self, value: int) -> str:
        """``1,005``."""
        return f"{value:,}".replace(",", self.thousands)


LANGUAGES = {
    language.code: language
    for language in (
        Language(
            "en",
            "January February March April May June July August September October November December",
            "{day} {month} {year}",
            ",",
            "GDPR",
        ),
        Language(
            "de",
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
            "{day}. {month} {year}",
            ".",
            "DSGVO",
        ),
        Language(
            "fr",
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
            "{day} {month} {year}",
            "\u00a0",
            "RGPD",
            first="1er",
        ),
        Language(
            "es",
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
            "{day} de {month} de {year}",
            "\u00a0",
            "RGPD",
        ),
    )
}


def language_of(code: str) -> Language:
    """The language called `code`. Errors: `ConfigurationError` for one that there are no letters in."""
    if language := LANGUAGES.get(code):
        return language
    raise ConfigurationError(
        f'there are no letters in the language "{code}"', hint=f"Use one of: {', '.join(LANGUAGES)}."
    )


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

    Errors: `ConfigurationError` naming the template that does not work.
    """
    name = f"{letter.case.language}/{letter.template}.j2"
    try:
        text = _environment(letter.case.language, markup, folder).get_template(name).render(letter=letter)
    except RecursionError:
        raise ConfigurationError(
            f"the template {name}, or one that it includes, includes itself",
            hint="Correct it, or remove it from the folder that [optout] templates names.",
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
            hint="Correct it, or remove it from the folder that [optout] templates names.",
        ) from error
    subject, _, body = re.sub(r"\n{3,}", "\n\n", text.strip() + "\n").partition("\n")
    body = body.lstrip("\n")
    if markup is Markup.PLAIN:
        body = "".join(_wrapped(body))
    return Text(f"{subject} [{letter.case.id}]", body)


def render_public(letter: Letter, *, folder: Path | None = None) -> Text:
    """The note for a public place that goes with `letter`: no links, nothing personal but the reference."""
    return render(replace(letter, template="public", photos=(), account=None), Markup.PLAIN, folder=folder)


@cache
def _environment(code: str, markup: Markup, folder: Path | None) -> ImmutableSandboxedEnvironment:
    loaders = [PackageLoader("auditor.optout")]
    language = language_of(code)
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
        "day": lambda text: _Safe(language.date(date.fromisoformat(text))),
        "number": lambda value: _Safe(language.number(value)),
        "link": lambda address: _Safe(f"<{address}>" if markup is Markup.MARKDOWN else address),
        # What stands below "12. " is indented as far as its text.
        "margin": lambda number: _Safe(" " * (len(str(number)) + 2)),
        "law": lambda ground: _Safe("UK GDPR" if ground == "uk-gdpr" else language.gdpr),
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
