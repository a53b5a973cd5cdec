"""A stream that threads work on gives what a loop gives: in order, with its errors, not far ahead."""

import threading
from collections.abc import Callable, Generator, Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pipeline import ahead, in_threads


@given(st.lists(st.integers()))
def test_results_come_in_the_order_of_the_items(items: list[int]) -> None:
    assert list(in_threads(str, items)) == list(map(str, items))
    assert list(ahead(items)) == items


def doubled(items: Iterable[int]) -> Iterator[int]:
    """The items by threads; the fourth cannot be worked on."""

    def work(item: int) -> int:
        if item == 3:
            raise ValueError("three")
        return 2 * item

    return in_threads(work, items)


def counted(items: Iterable[int]) -> Iterator[int]:
    """The items ahead; the fourth cannot be had."""

    def coming() -> Iterator[int]:
        for item in items:
            if item == 3:
                raise ValueError("three")
            yield 2 * item

    return ahead(coming())


@pytest.mark.parametrize("stream", [doubled, counted])
def test_an_error_comes_after_the_items_before_it(stream: Callable[[Iterable[int]], Iterator[int]]) -> None:
    coming = stream(range(9))
    assert [next(coming) for _ in range(3)] == [0, 2, 4]
    with pytest.raises(ValueError, match="three"):
        next(coming)


@pytest.mark.parametrize("stream", [ahead, lambda items: in_threads(str, items)])
def test_a_stream_without_end_is_not_read_far_ahead(
    stream: Callable[[Iterable[int]], Generator[object]],
) -> None:
    before, taken = set(threading.enumerate()), 0

    def endless() -> Iterator[int]:
        nonlocal taken
        while True:
            taken += 1
            yield taken

    coming = stream(endless())
    next(coming)
    coming.close()
    assert taken < 10
    assert set(threading.enumerate()) <= before


def test_an_interruption_before_the_first_item_waits_for_nothing() -> None:
    """A look-up of a hundred million records is spread over files for minutes before any of it is sorted."""

    def coming() -> Iterator[threading.Thread]:
        while True:
            yield threading.current_thread()

    threads = ahead(coming())
    assert next(threads) is threading.current_thread()
    assert next(threads) is not threading.current_thread()
    threads.close()
