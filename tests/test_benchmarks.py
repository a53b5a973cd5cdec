"""The benchmarks work; how fast anything is, is for nobody to assert on a machine that others share."""

import pytest

from benchmarks import scale
from benchmarks.__main__ import ACCOUNTS, BUILDS, REPORTS, main


def test_the_benchmarks_make_their_files_and_print_their_table(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--scale", "0.0001", "--repeat", "1"])
    lines = capsys.readouterr().out.splitlines()[2:]
    others = ["many indexes", "check ID", "--help"]
    assert len(lines) == len(BUILDS) + len(ACCOUNTS) + len(REPORTS) + len(others)
    assert all(line.count("|") == 6 and " × " in line for line in lines)


def test_the_simulation_of_many_shards_prints_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    scale.main(["--fraction", "0.0000002", "--shards", "2"])
    lines = capsys.readouterr().out.splitlines()[2:]
    assert len(lines) == len(scale.WHOLES)
    assert all(line.count("|") == 10 and " GB |" in line for line in lines)
