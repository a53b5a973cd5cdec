"""How many calls are in flight at once."""

import threading

from auditor.mitigation.running.pacing import Pacer, StoppedError


def test_a_complaint_halves_what_is_in_flight_and_good_answers_bring_it_back() -> None:
    now = [0.0]
    pacer = Pacer(8, clock=lambda: now[0])
    pacer.slow_down(0)
    pacer.slow_down(0)  # of the same volley
    assert pacer.allowed == 4
    now[0] = 5
    pacer.slow_down(0)
    assert pacer.allowed == 2
    for _ in range(100):
        pacer.went_well()
    assert pacer.allowed == 8
    for _ in range(10):
        now[0] += 5
        pacer.slow_down(0)
    assert pacer.allowed == 1


def test_a_stopped_pacer_wakes_those_who_wait() -> None:
    pacer = Pacer(1)
    stopped = []

    def wait() -> None:
        try:
            with pacer.slot():
                raise AssertionError("the slot is taken")
        except StoppedError:
            stopped.append(True)

    with pacer.slot():
        thread = threading.Thread(target=wait)
        thread.start()
        pacer.stop()
        thread.join(10)
    assert stopped == [True]
