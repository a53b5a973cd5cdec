"""Threads that keep order and hand errors on."""

import pytest

from auditor.workers import Workers


def test_workers_keep_order_and_hand_errors_on() -> None:
    with Workers(3) as workers:
        assert workers.map(lambda n: n * n, range(50)) == [n * n for n in range(50)]
        with pytest.raises(ZeroDivisionError):
            workers.map(lambda n: 1 // n, range(3))
        assert workers.map(str, []) == []
