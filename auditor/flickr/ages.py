"""How new a photo is by its id: Flickr counts up, so the id says when it was uploaded at the earliest."""

from typing import Final

_FIRST_AFTER: Final = {
    2004: 3_000_000,
    2005: 80_000_000,
    2006: 340_000_000,
    2007: 2_160_000_000,
    2008: 3_200_000_000,
    2009: 4_300_000_000,
    2010: 5_350_000_000,
    2011: 6_650_000_000,
    2012: 8_350_000_000,
    2013: 11_800_000_000,
    2014: 16_300_000_000,
    2015: 24_200_000_000,
    2016: 32_200_000_000,
    2017: 39_600_000_000,
    2018: 46_900_000_000,
    2019: 49_700_000_000,
    2020: 51_200_000_000,
}
"""For each year an id that no photo of it has reached.

2008 to 2019 were read off the 5,684 photos of FSXL, whose list gives id and day of upload; the years around
them are rounded up.
"""


def first_id_after(year: int) -> int | None:
    """An id that no photo uploaded up to the end of `year` has; None for years that nobody measured."""
    return _FIRST_AFTER.get(year)
