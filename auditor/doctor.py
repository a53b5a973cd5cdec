"""What is set up, what is missing, and the command that fixes it.

It asks nobody but this machine: no call to Flickr, so a login that Flickr withdrew still looks fine here, and
the check says so. Every check answers for itself; one that fails says why and does not stop the others.
"""

import os
import platform
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from auditor import clock, database
from auditor.account.store import AccountStore
from auditor.account.upload_defaults import SETTINGS_PAGE, advise
from auditor.datasets import catalogue
from auditor.datasets.index.local import open_indexes
from auditor.errors import AuditorError
from auditor.files import others_may
from auditor.flickr import tokens
from auditor.mitigation.change import OPEN
from auditor.mitigation.planning.plan import MAX_AGE
from auditor.mitigation.running.journal import Journal
from auditor.optout.case_store import CaseStore
from auditor.settings import Settings
from auditor.text import count, file_size, plain
from auditor.version import VERSION
from auditor.web.trouble import CA_VARIABLES, NO_CERTIFICATES, holds_certificates

_LITTLE_SPACE: Final = 2 << 30
"""Bytes: the index of YFCC100M and what building it spills take about this much."""
_DAY: Final = 86_400


class State(StrEnum):
    """What a check found."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; nothing is wrong."""
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    says: str
    mend: str = ""
    """The command or step that mends it."""


def examine(settings: Settings, *, environ: Mapping[str, str] = os.environ) -> Iterator[Check]:
    """Every check, in the order in which a newcomer meets what it is about."""
    yield Check(
        "program",
        State.OK,
        f"flickr-auditor {VERSION}, Python {platform.python_version()} on {platform.system()}",
    )
    yield _settings(settings)
    yield from _guarded("home", lambda: _home(settings.home))
    yield from _open_to_others(settings)
    if not settings.home.is_dir():
        yield Check("account", State.MISSING, "nothing is kept yet", _PULL)
        return
    yield _key(settings)
    try:
        conn = database.connect(settings.database)
    except AuditorError as error:
        yield Check("database", State.MISSING, error.message, error.hint)
        yield from _machine(environ)
        return
    try:
        yield from _guarded("login", lambda: _login(settings, conn))
        yield from _guarded("account", lambda: _account(conn, clock.wall()))
        yield from _guarded("indexes", lambda: _indexes(settings.indexes))
        yield from _guarded("budget", lambda: _budget(settings))
        yield from _guarded("runs", lambda: _runs(conn))
        yield from _guarded("letters", lambda: _letters(conn))
        yield from _guarded("new uploads", lambda: _uploads(conn))
    finally:
        conn.close()
    yield from _machine(environ)


_PULL: Final = (
    "flickr-auditor login, then flickr-auditor sync; or without a key: flickr-auditor sync --export PATH"
)


def _guarded(name: str, look: Callable[[], Check]) -> Iterator[Check]:
    """One failing check is a result, and not the end of the others."""
    try:
        yield look()
    except AuditorError as error:
        yield Check(name, State.MISSING, error.message, error.hint)
    except (OSError, sqlite3.Error) as error:
        yield Check(name, State.MISSING, f"cannot be looked at: {error}")


def _settings(settings: Settings) -> Check:
    if settings.config_file is None:
        return Check("settings", State.OK, "no settings file: everything is as by default")
    return Check("settings", State.OK, str(settings.config_file))


def _home(home: Path) -> Check:
    if not home.is_dir():
        return Check("home", State.NOTE, f"{home} does not exist yet; the first command makes it")
    free = shutil.disk_usage(home).free
    if not os.access(home, os.W_OK):
        return Check(
            "home", State.MISSING, f"{home} is not yours to write in", "Choose another with --home DIR"
        )
    if free < _LITTLE_SPACE:
        return Check("home", State.NOTE, f"{home}: only {file_size(free)} free; a large index may not fit")
    return Check("home", State.OK, f"{home}, {file_size(free)} free")


def _open_to_others(settings: Settings) -> Iterator[Check]:
    """What other users can read, as a restored backup or a settings file by hand may leave it."""
    kept = [
        (settings.home, "list the files", "700"),
        (settings.database, "read the data of your photos", "600"),
    ]
    if settings.config_file is not None and settings.secret_in_file:
        kept.append((settings.config_file, "read the API secret", "600"))
    for path, do, mode in kept:
        with suppress(OSError):  # not there yet, or told by another check
            if others_may(path, "r"):
                says = f"the mode of {path} lets other users of this computer {do}"
                yield Check("access", State.NOTE, says, f"chmod {mode} {shlex.quote(str(path))}")


def _key(settings: Settings) -> Check:
    if settings.api_key and settings.api_secret:
        where = f" (of the sandbox at {settings.flickr_url})" if settings.flickr_url else ""
        return Check("API key", State.OK, f"set{where}")
    return Check(
        "API key",
        State.MISSING,
        "not set: audits and letters work from your data export, changing photos does not",
        "Pro members make one at https://www.flickr.com/services/apps/create/; then set FLICKR_API_KEY and"
        " FLICKR_API_SECRET",
    )


def _login(settings: Settings, conn: sqlite3.Connection) -> Check:
    token = tokens.find(settings, conn)
    if token is None:
        return Check("login", State.MISSING, "not logged in", "flickr-auditor login")
    file = tokens.remembered_file(conn)
    age = f", of {_day(file.stat().st_mtime)}" if file and token.source == str(file) else ""
    return Check(
        "login", State.OK, f"kept in {token.source}{age}; whether Flickr still accepts it: whoami asks"
    )


def _account(conn: sqlite3.Connection, now: float) -> Check:
    store = AccountStore(conn)
    snapshot = store.snapshot()
    if snapshot is None:
        return Check("account", State.MISSING, "never pulled", _PULL)
    account = store.account(snapshot.nsid)
    name = account.username if account and account.username else snapshot.nsid
    source = "your export" if snapshot.source == "export" else "Flickr"
    day = _day(snapshot.taken_at) + ("" if snapshot.dated else " or later")
    says = f"{count(snapshot.photos, 'photo')} of {name}, from {source} of {day}"
    others = len(store.accounts()) - 1
    if others > 0:
        says += f"; {count(others, 'other account')} in this home (--account NSID)"
    flaw = "" if snapshot.complete else ", NOT complete"
    flaw = flaw or (": too old for a plan" if now - snapshot.taken_at > MAX_AGE else "")
    if flaw:
        # Who has an export may have no key to sync with.
        again = "flickr-auditor sync" if snapshot.complete else "flickr-auditor sync --full"
        mend = _PULL if snapshot.source == "export" else again
        return Check("account", State.MISSING, says + flaw, mend)
    return Check("account", State.OK, says)


def _indexes(folder: Path) -> Check:
    local = open_indexes(folder)
    if local.damaged:
        return Check(
            "indexes",
            State.MISSING,
            f"cannot be read: {', '.join(sorted(local.damaged))}",
            "flickr-auditor datasets add NAME FILE builds one again",
        )
    if not local.readable:
        return Check(
            "indexes",
            State.MISSING,
            "none yet, so nothing can be found",
            "flickr-auditor datasets fetch --all --faces",
        )
    built = sorted((index.manifest.built_at[:10], index.name) for index in local.readable)
    have = {index.name for index in local.readable}
    faces = sum(
        card.is_face and card.checkable and card.name not in have for card in catalogue.load().values()
    )
    says = f"{count(len(built), 'dataset')}, the oldest of {built[0][0]} ({built[0][1]})"
    if faces:
        return Check(
            "indexes",
            State.NOTE,
            f"{says}; {count(faces, 'more face dataset')} can be checked",
            "flickr-auditor datasets list",
        )
    return Check("indexes", State.OK, says)


def _budget(settings: Settings) -> Check:
    from auditor.flickr.budget import CallBudget

    if not settings.api_key:
        return Check("budget", State.OK, "no calls without an API key")
    budget = CallBudget(settings.database, settings.api_key, settings.calls_per_hour)
    try:
        used = budget.used()
    finally:
        budget.close()
    says = f"{used:,} of {settings.calls_per_hour:,} calls in the last hour"
    return Check("budget", State.NOTE if used >= settings.calls_per_hour else State.OK, says)


def _runs(conn: sqlite3.Connection) -> Check:
    for entry in Journal(conn).runs():
        if pending := sum(entry.states.get(state, 0) for state in OPEN):
            return Check(
                "runs",
                State.NOTE,
                f"{entry.run.run_id} has {count(pending, 'change')} left to make",
                f"flickr-auditor apply {entry.run.plan_id}",
            )
    return Check("runs", State.OK, "nothing is unfinished")


def _letters(conn: sqlite3.Connection) -> Check:
    overdue = [case.id for case in CaseStore(conn).all() if case.overdue(clock.today())]
    if overdue:
        return Check("letters", State.NOTE, f"overdue: {', '.join(overdue)}", "flickr-auditor optout status")
    return Check("letters", State.OK, "nothing is overdue")


def _uploads(conn: sqlite3.Connection) -> Check:
    store = AccountStore(conn)
    snapshot = store.snapshot()
    account = store.account(snapshot.nsid) if snapshot else None
    if account is None or not account.defaults:
        return Check("new uploads", State.NOTE, "defaults not known", "flickr-auditor whoami reads them")
    poor = [entry for entry in advise(account.defaults) if not entry.good]
    if not poor:
        return Check("new uploads", State.OK, "the defaults are as recommended")
    says = "; ".join(f"{entry.setting}: {entry.value or 'not known'}" for entry in poor)
    return Check("new uploads", State.NOTE, plain(says), f"Set them at {SETTINGS_PAGE}")


def _machine(environ: Mapping[str, str]) -> Iterator[Check]:
    now = clock.utc().astimezone()
    yield Check("clock", State.OK, f"{now:%Y-%m-%d %H:%M} {now.tzname() or ''}".strip())
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        if value := environ.get(name):
            yield Check("proxy", State.NOTE, f"{name} leads to {_without_password(value)}")
    for name in CA_VARIABLES:
        if (value := environ.get(name)) and not holds_certificates(Path(value)):
            yield Check(
                "certificates", State.MISSING, f"{name} names {value}, {NO_CERTIFICATES}", f"unset {name}"
            )


def _without_password(address: str) -> str:
    """A proxy's address often holds its password."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or "an address that cannot be read"
        return f"{host}:{parts.port}" if parts.port else host
    except ValueError:
        return "an address that cannot be read"


def _day(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment).astimezone():%Y-%m-%d}"
