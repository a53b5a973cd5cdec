"""Carry out the open changes of a run, each at most once, whatever happens in between.

For each change: read → decide → journal the intent → send → decide → journal the outcome → read back. What a
reading or an answer means is decided in `decide`, which draws the states; here is the work: batches, threads,
retries, pauses, and stopping at any moment without losing an answer.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from auditor import clock
from auditor.account.photo import Photo
from auditor.errors import BudgetSpentError, CallError, UnreachableError
from auditor.flickr.transport import LONGEST_WAIT, Retry, TransientError
from auditor.flickr.writing import WriteTransport
from auditor.mitigation.change import OPEN, ChangeRecord, Outcome
from auditor.mitigation.kinds.base import GONE, PhotoState, Unreadable, WriteCall, failed
from auditor.mitigation.kinds.registry import of
from auditor.mitigation.running.decide import after_error, after_nothing, after_silence, before_call
from auditor.mitigation.running.journal import Journal
from auditor.mitigation.running.pacing import Pacer, StoppedError
from auditor.mitigation.running.photo_state import Reader, Window, image, photos_of
from auditor.mitigation.running.undo import lost_changes
from auditor.mitigation.running.verify import can_read_back, observe
from auditor.outside import world
from auditor.progress import SILENT, Progress, Task
from auditor.text import count
from auditor.workers import Workers

BATCH: Final = 500
"""Photos that are read, changed and read back together: a page of a listing."""


class StaleReadingError(Exception):
    """The reading grew too old while the call waited for its turn; read the photo again. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class _Work:
    """One photo of a batch: its open changes in order, and how it stands (None: gone)."""

    photo_id: str
    records: tuple[ChangeRecord, ...]
    seen: PhotoState | None


class Runner:
    """Carries out one run; `keep` is given the photos as they are read back, for the local store."""

    def __init__(
        self,
        transport: WriteTransport,
        reader: Reader,
        journal: Journal,
        run_id: str,
        *,
        keep: Callable[[Sequence[Photo]], None] = lambda _: None,
        concurrency: int = 8,
        retry: Retry = Retry(),  # noqa: B008 - frozen
        progress: Progress = SILENT,
        sleep: Callable[[float], object] = clock.sleep,
    ) -> None:
        self._transport = transport
        self._reader = reader
        self._journal = journal
        self._run_id = run_id
        self._keep = keep
        self._concurrency = concurrency
        self._retry = retry
        self._progress = progress
        self._sleep = sleep
        self._pacer = Pacer(concurrency)
        self._flights = _Flights()
        self._lost: dict[int, str] = {}
        self._since: dict[int, str] = {}
        self._aside: set[int] = set()
        self._aside_in_a_row = 0
        self._why = "without saying why"
        self._lock = threading.Lock()

    def run(self) -> None:
        """Carry out all that is open.

        Errors: `NotAllowedError`, `UnreachableError`, `BudgetSpentError`, `StorageError`, KeyboardInterrupt:
        then the calls in flight are finished and journalled first, and the run can go on later. Failures of
        single photos are no errors.
        """
        self._lost = lost_changes(self._journal.run(self._run_id), self._journal)
        self._since = self._journal.changed_since_sent(self._run_id)
        open_records = [record for record in self._journal.records(self._run_id) if record.state in OPEN]
        workers = Workers(self._concurrency)
        try:
            with self._progress.task("Applying", total=len(open_records), unit="changes") as task:
                self._run_batches(workers, photos_of(record.change for record in open_records), task)
            unread = self._read_back(workers)
        except BaseException:
            self._pacer.stop()
            self._flights.wait()
            raise
        finally:
            workers.close()
        if self._aside:
            raise UnreachableError(
                f"Flickr did not carry out {len(self._aside)} of the changes, {self._why}",
                hint="Run the same command again to continue with them.",
            )
        if unread:
            # "Done" was only said by Flickr so far, and answers of "ok" were seen to which nothing was done.
            raise UnreachableError(
                f"{count(unread, 'change')} could not be read back: that it was done is Flickr's word only",
                hint="Run the same command again to read them back.",
            )
        self._journal.finish(self._run_id)

    def _run_batches(self, workers: Workers, photo_ids: Collection[str], task: Task) -> None:
        queue = self._reader.ordered(photo_ids)
        while queue:
            batch, queue = queue[:BATCH], queue[BATCH:]
            works = self._read_batch(workers, batch)
            stale = workers.map(partial(self._change_photo, task=task), works)
            # Together with the next ones, not one by one: a wait for the call budget makes many stale.
            queue = [photo_id for photo_id in stale if photo_id is not None] + queue
            self._read_back(workers, set(batch) - set(queue))

    def _read_batch(self, workers: Workers, photo_ids: Sequence[str]) -> list[_Work]:
        by_photo: dict[str, list[ChangeRecord]] = {}
        for record in self._journal.records(self._run_id, photo_ids):
            if record.state in OPEN and record.number not in self._aside:
                by_photo.setdefault(record.change.photo_id, []).append(record)
        seen = self._read(workers, photo_ids)
        for photo_id in photo_ids:
            if photo_id not in seen:
                self._set_aside(*by_photo.get(photo_id, ()))
        return [_Work(key, tuple(by_photo.get(key, ())), seen[key]) for key in photo_ids if key in seen]

    def _read(self, workers: Workers, photo_ids: Sequence[str]) -> dict[str, PhotoState | None]:
        """The photos as they stand; one that Flickr does not answer about is missing."""
        found: dict[str, PhotoState | None] = {}
        for part in workers.map(self._read_window, self._reader.windows(photo_ids)):
            found |= part
        return found

    def _read_window(self, window: Window) -> dict[str, PhotoState | None]:
        try:
            return self._reader.read(window)
        except BudgetSpentError:
            raise
        except (UnreachableError, CallError):
            # One photo that makes Flickr stumble must not stop the others; a listing that fails means more.
            if len(window.photo_ids) > 1:
                raise
            return {}

    # -- one photo -------------------------------------------------------------------------------------------

    def _change_photo(self, work: _Work, task: Task) -> str | None:
        """Make the open changes of one photo; return its id when it has to be read again first."""
        seen = work.seen
        for record in work.records:
            try:
                seen = self._change(record, seen)
            except StaleReadingError:
                return work.photo_id
            except CallError as error:
                # A reading that is refused for good concerns this photo only.
                if record.state == "sent":
                    self._set_aside(record, cause=_unknown(error))  # and what became of its call is not known
                else:
                    self._conclude(record, failed(error))
            except BudgetSpentError:
                raise
            except UnreachableError as error:
                if isinstance(error, TransientError) and (error.retry_after or 0) > LONGEST_WAIT:
                    raise
                self._set_aside(record, cause=error)
            task.advance()
        return None

    def _set_aside(self, *records: ChangeRecord, cause: UnreachableError | None = None) -> None:
        """Leave changes open and go on, unless so many in a row get no answer that Flickr must be down."""
        with self._lock:
            self._aside |= {record.number for record in records}
            self._aside_in_a_row += 1
            if cause is not None and not isinstance(cause, TransientError):
                self._why = f"for one of them because: {cause.message}"
            down = self._aside_in_a_row > self._concurrency
        if down:
            raise cause or UnreachableError(
                "Flickr does not answer",
                hint="Run the same command again later: it resumes where it stopped.",
            )

    def _change(self, record: ChangeRecord, seen: PhotoState | None) -> PhotoState | None:
        """Make one change, or settle why not; return what was read beside it, for the photo's next change."""
        if seen is not None:
            seen = self._reader.complete(record.change, seen)
        outcome = before_call(
            record, seen, self._lost.get(record.number, ""), self._since.get(record.number, "")
        )
        if outcome is not None:
            self._conclude(record, outcome)
        elif seen is not None:
            self._write(record, seen)
        return seen

    def _look_again(self, record: ChangeRecord) -> PhotoState | None:
        """The photo of a change after a call for it, read by itself; None: gone.

        Where the reading is refused nobody knows what became of the call: the change stays open.
        """
        try:
            seen = self._reader.read_one(record.change.photo_id)
            return self._reader.complete(record.change, seen) if seen is not None else None
        except CallError as error:
            raise _unknown(error) from None

    def _conclude(self, record: ChangeRecord, outcome: Outcome) -> None:
        """Settle a change without a call; who stops the run waits for this too before closing the journal."""
        with self._flights.flight() as take_off:
            take_off()
            self._settle(record, outcome)

    def _settle(self, record: ChangeRecord, outcome: Outcome) -> None:
        if outcome.answer is None:
            try:
                seen = self._reader.read_one(record.change.photo_id)
            except CallError as error:
                raise _unknown(error) from None
            evidence = of(record.change).evidence(record.change, seen) if seen else {}
            outcome = replace(outcome, answer=evidence)
        self._journal.settle(self._run_id, record.number, outcome)
        with self._lock:
            self._aside_in_a_row = 0

    # -- one write -------------------------------------------------------------------------------------------

    def _write(self, record: ChangeRecord, seen: PhotoState) -> None:
        """Send the call until it is answered or what became of it is read."""
        mitigation = of(record.change)
        call = mitigation.request(record.change, seen)
        if call.method not in mitigation.methods:
            raise ValueError(f"{mitigation.name} does not declare {call.method}")
        attempt = 0
        while True:
            attempt += 1
            try:
                self._attempt(record, call, seen, sent_before=attempt > 1 or record.state == "sent")
            except TransientError as error:
                if attempt >= self._retry.attempts or (error.retry_after or 0) > LONGEST_WAIT:
                    raise
                self._back_off(error, attempt)
            else:
                self._pacer.went_well()
                return
            fresh = self._look_again(record)
            outcome = after_silence(record, fresh)
            if outcome is not None or fresh is None:
                self._conclude(record, outcome or Outcome("drifted", GONE))
                return
            seen = fresh

    def _attempt(self, record: ChangeRecord, call: WriteCall, seen: PhotoState, *, sent_before: bool) -> None:
        """One try, and its answer in the journal."""
        with self._pacer.slot(), self._flights.flight() as take_off:
            try:
                answer = self._transport.write(
                    call.method, call.params, before_send=partial(self._intend, record, seen, take_off)
                )
            except CallError as error:
                outcome = after_error(record, error, self._look_again(record), sent_before=sent_before)
            else:
                outcome = of(record.change).answered(record.change, answer)
                if outcome.state == "already":
                    now = self._look_again(record)
                    outcome = after_nothing(record, outcome, now, sent_before=sent_before)
            self._settle(record, outcome)

    def _intend(self, record: ChangeRecord, seen: PhotoState, take_off: Callable[[], None]) -> None:
        """The last moment before the call goes out: nothing is waited for any more."""
        if not self._reader.is_fresh(seen):
            raise StaleReadingError
        take_off()
        self._journal.sent(self._run_id, record.number, image(seen))

    def _back_off(self, error: TransientError, attempt: int) -> None:
        wait = min(self._retry.longest, self._retry.first * 2 ** (attempt - 1))
        if error.retry_after is not None:
            wait = error.retry_after
            self._progress.say(f"Flickr asks to wait {wait:.0f} seconds.")
        if not error.unclear:
            # Turned away at the door: everybody slows down.
            self._pacer.slow_down(wait)
        self._sleep(wait)

    # -- read back -------------------------------------------------------------------------------------------

    def _read_back(self, workers: Workers, photo_ids: set[str] | None = None) -> int:
        """Compare what was done with how Flickr shows it, in bulk; what differs is asked for once more.

        Returns how many changes Flickr did not answer about.
        """
        records = [
            record
            for record in self._journal.records(self._run_id, photo_ids)
            if record.state == "done" and record.verified is None and can_read_back(record)
        ]
        seen = self._read(workers, self._reader.ordered(photos_of(record.change for record in records)))
        # Before the journal says that it was read back: what is not in the store yet is caught up on later.
        self._keep(
            [state.photo for state in seen.values() if state and not state.others and state.photo.tags_told]
        )
        answered = [record for record in records if record.change.photo_id in seen]
        checked = workers.map(partial(self._check, seen=seen), answered)
        return len(records) - sum(checked)

    def _check(self, record: ChangeRecord, seen: dict[str, PhotoState | None]) -> bool:
        """Put in the journal how the change shows; False where Flickr does not say."""
        observed = observe(self._reader, record, seen[record.change.photo_id])
        if isinstance(observed, Unreadable):
            return False
        as_wanted = observed == record.change.after
        with self._flights.flight() as take_off:
            take_off()
            self._journal.verified(self._run_id, record.number, as_wanted=as_wanted, observed=observed)
        return True


def _unknown(error: CallError) -> UnreachableError:
    return UnreachableError(f"the outcome of a call is unknown: {error.message}", hint=error.hint)


class _Flights:
    """Counts what is on its way from Flickr to the journal, so that a run that is stopped can wait for it."""

    def __init__(self) -> None:
        self._count = 0
        self._closed = False
        self._changed = world().condition()

    @contextmanager
    def flight(self) -> Iterator[Callable[[], None]]:
        """Gives the function that marks the moment the call goes out; the flight ends with the block."""
        in_air = False

        def take_off() -> None:
            nonlocal in_air
            with self._changed:
                if self._closed:
                    raise StoppedError
                self._count += 1
            in_air = True

        try:
            yield take_off
        finally:
            if in_air:
                with self._changed:
                    self._count -= 1
                    self._changed.notify_all()

    def wait(self) -> None:
        """Let nobody take off any more, and wait for those in the air."""
        with self._changed:
            self._closed = True
            while self._count:
                self._changed.wait()
