"""Bad days that can be switched on: a script that decides, request by request, what goes wrong.

    faults.add("429", methods=["flickr.photos.*"], count=3, value=2)    # three times, with Retry-After: 2
    faults.add("cut", methods=["flickr.photos.addTags"], done=True)     # the work is done, the answer is lost
    faults.add("fail", methods=["flickr.photos.setPerms"], value=2, done=True)  # refused, and yet done
    faults.add("502", probability=0.1)                                  # one request in ten, by the seed

Every kind was seen at the real Flickr, or follows from something that was; `KINDS` says what each does.
"""

import random
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

#: Faults in the place of the answer. With `done` the work is done first, and only its answer is lost.
SPOILING = {
    "429": "Too Many Requests as a web page; with Retry-After when `value` (seconds) is given",
    "429-date": "Too Many Requests as a web page; Retry-After is the date `value` seconds from now",
    "500": "Internal Server Error as a web page",
    "502": "Bad Gateway as a web page",
    "503": "Service Unavailable as a web page; with Retry-After when `value` (seconds) is given",
    "504": "Gateway Timeout as CloudFront's web page",
    "html": "a web page with status 200",
    "truncated": "the JSON answer stops in its middle",
    "trailing-comma": "the JSON error has a comma too many",
    "list": "a JSON list",
    "fail": "stat=fail with code `value` (0, 105, 106, 201, or any other), in the words of the method",
    "cut": "the connection is dropped without an answer",
    "cut-body": "the connection is dropped in the middle of the answer",
    "revoked": "the token is dead: code 98",
    "key-disabled": "the API key is switched off: code 100",
    "clock": "the client's clock is wrong, in plain text: timestamp_refused",
    "signature": "the signature is wrong, in plain text: signature_invalid, with all that was signed",
}

#: Faults that let the right answer through, late or bent; `value` is the number k.
BENDING = {
    "slow": "the answer comes `value` seconds late",
    "short-pages": "pages hold k rows fewer than asked, and there are more of them",
    "lost-rows": "the last k rows of a page are missing",
    "double-rows": "the last k rows of a page come twice",
    "shifted-rows": "pages after the first begin k rows too early (k < 0: too late)",
    "total-off": "`total` is wrong by k",
    "total-text": "`total` is a string",
    "counts-off": "getCounts is wrong by k",
    "ignored": "a write is answered as if it were done, and changes nothing",
    "other-photo": "the answer is about another photo of the account; a write does what was asked",
    "odd-clean": "addTags keeps new tags under clean forms that no rule foretells",
    "number-texts": "every number is a text, the code of a failure too",
    "text-numbers": "counts, dates, levels, licence ids and servers that are texts are numbers",
    "null-empties": "empty texts are null",
    "no-empties": "empty lists and texts are left out",
    "reversed": "lists come the other way round",
}

KINDS = SPOILING | BENDING


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong.

    methods:      patterns such as ``flickr.photos.*``; the OAuth steps are ``oauth.request_token`` and so on;
                  without any, every request
    after:        so many matching requests go well first
    count:        so often at most (None: until it is cleared)
    probability:  of each matching request
    done:         for the kinds in `SPOILING`: the work is done before the answer is spoiled
    value:        see `KINDS`
    """

    kind: str
    methods: Sequence[str] = ()
    after: int = 0
    count: int | None = None
    probability: float = 1.0
    done: bool = False
    value: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}")
        if isinstance(self.methods, str):
            raise TypeError("methods is a list of patterns")
        if self.value is not None and not isinstance(self.value, int | float):
            raise TypeError("value is a number")

    def matches(self, method: str) -> bool:
        """Whether a request of this method can meet the fault."""
        return not self.methods or any(fnmatchcase(method, pattern) for pattern in self.methods)


class Faults:
    """The script. The same seed and the same order of requests give the same faults."""

    def __init__(self, seed: int = 0) -> None:
        self._active: list[Fault] = []
        self._random = random.Random(seed)  # noqa: S311 - a die, no secret
        self._lock = threading.Lock()

    def add(self, kind: str, **options: Any) -> Fault:
        """Switch a fault on; options are the fields of `Fault`. Errors: ValueError for an unknown kind."""
        fault = Fault(kind, **options)
        with self._lock:
            self._active.append(fault)
        return fault

    def seed(self, seed: int) -> None:
        """Start the die again."""
        with self._lock:
            self._random.seed(seed)

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._active.clear()

    def listed(self) -> list[dict[str, Any]]:
        """The faults that are switched on and not used up."""
        with self._lock:
            return [asdict(fault) for fault in self._active]

    def strike(self, method: str) -> list[Fault]:
        """The faults that this request meets: at most one that spoils the answer, and any that bend it."""
        with self._lock:
            struck = [fault for fault in list(self._active) if self._strikes(fault, method)]
        spoiling = [fault for fault in struck if fault.kind in SPOILING]
        return spoiling[:1] + [fault for fault in struck if fault.kind in BENDING]

    def _strikes(self, fault: Fault, method: str) -> bool:
        if not fault.matches(method):
            return False
        if fault.after > 0:
            fault.after -= 1
            return False
        if fault.probability < 1 and self._random.random() >= fault.probability:
            return False
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                self._active.remove(fault)
        return True
