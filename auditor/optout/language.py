"""The four languages of the letters: dates and numbers. Their words are in ``templates/<code>/``."""

from dataclasses import dataclass
from datetime import date

from auditor.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Language:
    """How a language writes what templates leave to the program."""

    code: str
    months: str
    """From January on, with spaces between."""
    date_form: str
    """Of ``day``, ``month``, ``year``."""
    thousands: str
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
        ),
        Language(
            "de",
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
            "{day}. {month} {year}",
            ".",
        ),
        Language(
            "fr",
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
            "{day} {month} {year}",
            "\u00a0",
            first="1er",
        ),
        Language(
            "es",
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
            "{day} de {month} de {year}",
            "\u00a0",
        ),
    )
}


def get(code: str) -> Language:
    """The language called `code`. Raises `ConfigurationError` for one that there are no letters in."""
    if language := LANGUAGES.get(code):
        return language
    raise ConfigurationError(
        f'there are no letters in the language "{code}"', hint=f"Use one of: {', '.join(LANGUAGES)}."
    )
