"""Up to which id the photos of a year reach."""

import pytest

from auditor.flickr.ages import first_id_after


def test_later_years_have_higher_ids_and_years_that_nobody_measured_none() -> None:
    measured = [first_id_after(year) for year in range(2008, 2021)]
    assert None not in measured
    assert measured == sorted(measured, key=lambda number: number or 0)
    assert first_id_after(2020) == 51_200_000_000


@pytest.mark.parametrize("year", [1999, 2050])
def test_an_unknown_year_says_nothing(year: int) -> None:
    assert first_id_after(year) is None
