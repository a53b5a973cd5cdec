"""What a front end works with: settings, database, login and Flickr client, each made when first used.

The command line and the review page are two front ends over the same use-cases: this is what both hand them.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import ConfigurationError, RefusedError, UsageError
from auditor.files import others_may
from auditor.progress import SILENT, Progress

if TYPE_CHECKING:
    import sqlite3

    from auditor.account.pictures import Pictures
    from auditor.account.store import AccountStore
    from auditor.flickr.api import ReadApi
    from auditor.flickr.budget import CallBudget
    from auditor.flickr.transport import Credentials
    from auditor.mitigation.planning.plan_store import PlanStore
    from auditor.mitigation.planning.planner import Budget
    from auditor.mitigation.running.journal import Journal
    from auditor.settings import Settings


class Workspace:
    """One piece of work on one home; `close` frees what was opened. Not for several threads at once."""

    def __init__(
        self, home: Path | None = None, config: Path | None = None, *, account: str | None = None
    ) -> None:
        self.home = home
        self.config = config
        self._account = account
        self._stack = ExitStack()

    @cached_property
    def settings(self) -> "Settings":
        """From file and environment."""
        from auditor import settings

        given = settings.load(home=self.home, config=self.config)
        self._look_at(given.home)
        return given

    @cached_property
    def progress(self) -> Progress:
        """Who is told how far the work is; a front end overrides it."""
        return SILENT

    @cached_property
    def conn(self) -> "sqlite3.Connection":
        """The home's database."""
        from auditor import database

        conn = database.connect(self.settings.database)
        self._stack.callback(conn.close)
        if conn.execute("SELECT 1 FROM run WHERE finished_at IS NULL LIMIT 1").fetchone():
            from auditor.mitigation.running.catch_up import catch_up

            catch_up(conn)
        return conn

    @cached_property
    def store(self) -> "AccountStore":
        """The account as last pulled."""
        from auditor.account.store import AccountStore

        return AccountStore(self.conn)

    @cached_property
    def plans(self) -> "PlanStore":
        """The plans of this home."""
        from auditor.mitigation.planning.plan_store import PlanStore

        return PlanStore(self.conn, self.settings.plans)

    @cached_property
    def journal(self) -> "Journal":
        """What was done with them."""
        from auditor.mitigation.running.journal import Journal

        return Journal(self.conn)

    @cached_property
    def account(self) -> str | None:
        """The NSID that was named, where one home holds several accounts. Errors: `UsageError`."""
        from auditor.flickr.urls import normalise_nsid

        if self._account is None:
            return None
        nsid = normalise_nsid(self._account)
        if nsid is None:
            raise UsageError(
                f"--account {self._account} is not an NSID",
                hint="It looks like 12345678@N01; every audit shows it.",
            )
        return nsid

    @cached_property
    def nsid(self) -> str | None:
        """Whose photos: of the account that was named, else of the last synced; None: there is none yet."""
        snapshot = self.store.snapshot() if self.account is None else None
        return snapshot.nsid if snapshot is not None else self.account

    def required_nsid(self) -> str:
        """`nsid`. Errors: `NotSyncedError` where this home does not hold it."""
        return self.store.required_snapshot(self.account).nsid

    def pictures(self, nsid: str) -> "Pictures":
        """Small pictures of that account, drawn from the files of its export."""
        from auditor.account.pictures import Pictures

        return Pictures(self.pictures_folder(nsid), partial(self.store.original, nsid))

    def pictures_folder(self, nsid: str) -> Path:
        """Where the home keeps the small pictures of an account."""
        return self.settings.home / "pictures" / nsid

    def check_account(self, nsid: str) -> None:
        """Errors: `RefusedError` where another account than `nsid` was named."""
        if self.account is not None and self.account != nsid:
            raise RefusedError(
                f"this is of the account {nsid}, and you named {self.account}", hint="Leave --account out."
            )

    def api_key(self) -> tuple[str, str]:
        """Key and secret. Errors: `ConfigurationError` when they are not set."""
        given = self.settings
        if not given.api_key or not given.api_secret:
            missing = "FLICKR_API_SECRET" if given.api_key else "FLICKR_API_KEY"
            raise ConfigurationError(
                f"{missing} is not set",
                hint="Pro members make a key at https://www.flickr.com/services/apps/create/. Without one,"
                " use your data export: flickr-auditor sync --export PATH",
            )
        return given.api_key, given.api_secret

    def credentials(self, *, login: bool = True) -> "Credentials":
        """What signs the calls; `login` False: the key alone. Errors: `NotAllowedError` before login."""
        from auditor.flickr import tokens
        from auditor.flickr.transport import Credentials

        key, secret = self.api_key()
        if not login:
            return Credentials(key, secret)
        token = tokens.required(self.settings, self.conn)
        return Credentials(key, secret, token.token, token.secret)

    def budget(self, *, wait: bool = True) -> "CallBudget":
        """The hour's calls of the API key."""
        from auditor.flickr.budget import CallBudget

        given = self.settings
        budget = CallBudget(
            given.database, self.api_key()[0], given.calls_per_hour, wait=wait, progress=self.progress
        )
        self._stack.callback(budget.close)
        return budget

    def planned_budget(self) -> "Budget":
        """What a plan reckons its time by; without an API key no call of this hour can have been made."""
        from auditor.mitigation.planning.planner import Budget

        given = self.settings
        used = self.budget().used() if given.api_key and given.api_secret else 0
        return Budget(given.calls_per_hour, used, given.concurrency)

    def read_api(self, *, login: bool = True, wait: bool = True) -> "ReadApi":
        """A client that can read and nothing else."""
        from auditor.flickr.api import ReadApi
        from auditor.flickr.transport import Transport

        transport = Transport(
            self.credentials(login=login),
            self.budget(wait=wait),
            base_url=self.settings.flickr_url,
            progress=self.progress,
        )
        self._stack.callback(transport.close)
        return ReadApi(transport)

    @contextmanager
    def account_lock(self, purpose: str) -> Iterator[None]:
        """Keep other processes off the account; waits for them up to 30 seconds."""
        from auditor.lock import account_lock

        with account_lock(self.settings.home, purpose, progress=self.progress):
            yield

    def clock(self) -> float:
        """Unix time."""
        from auditor import clock

        return clock.wall()

    def _look_at(self, home: Path) -> None:
        """Say it once where other users can look into a folder that becomes the home."""
        if home.is_dir() and not (home / "auditor.sqlite3").exists() and others_may(home, "r"):
            self.progress.say(
                f"Note: other users of this computer can list {home}. They cannot read what is kept in it;"
                f" to hide the list too: chmod 700 {home}"
            )

    def close(self) -> None:
        """Free what was opened."""
        self._stack.close()
