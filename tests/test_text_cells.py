"""Cells of a CSV file: nothing that anybody wrote becomes a formula or a row of its own."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.text import csv_cell, plain

SIGNS = "=+-@|%＝＋－＠｜％"


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\r", "\r\n\t", "\u00a0", "\u200b", "\ufeff", "\0", "\x1b"]
)
def test_no_cell_begins_a_formula(sign: str, before: str) -> None:
    cell = str(csv_cell(f"{before}{sign}HYPERLINK(1)"))
    assert cell[0] == "'"


@given(st.text(alphabet=st.one_of(st.sampled_from(SIGNS + '\t\r\n,;"\u202e\ud800\0'), st.characters())))
def test_a_row_of_anything_stays_one_row_that_no_spreadsheet_runs(text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([csv_cell(text), "next"])
    out.getvalue().encode()
    (row,) = csv.reader(io.StringIO(out.getvalue()))
    assert row[1:] == ["next"]
    assert not row[0].strip().startswith(tuple(SIGNS))
    assert row[0] in (plain(text), "'" + plain(text))
