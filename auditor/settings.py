"""What the user set: ``flickr-auditor.toml`` and the environment, as one frozen value.

The environment beats the file. Every setting is shown in ``config.example.toml``; an unknown one is an error,
because a misspelt cap or exception must not silently do nothing.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditor.errors import ConfigurationError, UsageError
from auditor.files import user_path
from auditor.text import pasted
from auditor.text_files import parse_toml, read_text

MAX_CALLS_PER_HOUR = 3600
"""Flickr's developer guide: "under 3600 queries per hour across the whole key … you'll be fine"."""

LEAST_MEMORY_MB = 64
MOST_MEMORY_MB = 1e9  # more than any machine has, and less than DuckDB can count
MAX_BYTES = 1_000_000
"""Of a settings file."""
_EXAMPLE = "See config.example.toml."

FILE_NAME = "flickr-auditor.toml"
SHARED_NAME = "config.toml"
"""The name that the settings file once had, and that Hugo, Zola and others use in the folder of a site."""

KNOWN = {
    "": {"flickr", "index", "lookup", "optout", "policy", "except"},
    "flickr": {"api_key", "api_secret", "calls_per_hour", "concurrency", "plaintext_keyring"},
    "index": {"folder", "memory_limit"},
    "lookup": {"address"},
    "optout": {"name", "lang", "templates"},
}


class Secret(str):
    """A string that never shows itself in a repr, such as a traceback's or a debugger's."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one run of the program."""

    home: Path
    """Holds the database, indexes, plans, reports and letters; mode 0700."""
    config_file: Path | None = None
    """The file that was read, if any."""
    api_key: Secret | None = None
    api_secret: Secret | None = None
    secret_in_file: bool = False
    """Whether `config_file` holds an API secret, used or not: who reads the file has it."""
    oauth_token: Secret | None = None
    oauth_token_secret: Secret | None = None
    flickr_url: str | None = None
    """Base address of another Flickr (the sandbox); None: the real hosts."""
    calls_per_hour: int = MAX_CALLS_PER_HOUR
    plaintext_keyring: bool = False
    """A keyring that keeps the login unencrypted is good enough."""
    concurrency: int = 8
    """Calls in flight at once during `apply` and `undo`."""
    index_folder: Path | None = None
    """Where the local indexes are, if not in the home: several homes can share them."""
    memory_limit: str = "512MB"
    """What DuckDB may use while it builds or reads an index."""
    lookup: str | None = None
    """Address of a look-up that `check` and `audit` ask; None: they ask nobody."""
    optout: Mapping[str, str] = field(default_factory=dict)
    policies: tuple[Mapping[str, Any], ...] = ()
    """`[[policy]]` tables as written; `auditor.mitigation.planning.policy` gives them meaning."""
    exceptions: tuple[Mapping[str, Any], ...] = ()
    """`[[except]]` tables as written."""

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.home / "auditor.sqlite3"

    @property
    def indexes(self) -> Path:
        """One folder for each local index."""
        return self.index_folder or self.home / "indexes"

    @property
    def downloads(self) -> Path:
        """Publishers' files, kept so that an unchanged one is not downloaded again."""
        return self.home / "downloads"

    @property
    def plans(self) -> Path:
        """One file for each plan."""
        return self.home / "plans"

    @property
    def letters(self) -> Path:
        """One folder for each case."""
        return self.home / "letters"


def load(
    *,
    home: Path | None = None,
    config: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    working_dir: Path | None = None,
) -> Settings:
    """Read the settings.

    Errors: `ConfigurationError` for a file that is named but missing, broken, or holds unknown keys.
    """
    file = _config_file(config, environ, working_dir)
    table = _read(file) if file else {}
    flickr = table.get("flickr", {})
    url = _flickr_url(environ.get("AUDITOR_FLICKR_URL"))
    token, token_secret = environ.get("FLICKR_OAUTH_TOKEN"), environ.get("FLICKR_OAUTH_TOKEN_SECRET")
    if bool(token) != bool(token_secret):
        missing = "FLICKR_OAUTH_TOKEN_SECRET" if token else "FLICKR_OAUTH_TOKEN"
        raise ConfigurationError(f"{missing} is not set", hint="Set both OAuth variables or neither.")
    return Settings(
        home=_home_at(user_path(home or Path(environ.get("AUDITOR_HOME") or _default_home()))),
        config_file=file,
        api_key=_secret("FLICKR_API_KEY", environ.get("FLICKR_API_KEY") or flickr.get("api_key")),
        api_secret=_secret("FLICKR_API_SECRET", environ.get("FLICKR_API_SECRET") or flickr.get("api_secret")),
        secret_in_file=bool(flickr.get("api_secret")),
        oauth_token=_secret("FLICKR_OAUTH_TOKEN", token),
        oauth_token_secret=_secret("FLICKR_OAUTH_TOKEN_SECRET", token_secret),
        flickr_url=url,
        calls_per_hour=_calls_per_hour(
            flickr.get("calls_per_hour", MAX_CALLS_PER_HOUR), loopback=url is not None
        ),
        plaintext_keyring=_flag("flickr.plaintext_keyring", flickr.get("plaintext_keyring", False)),
        concurrency=_integer("flickr.concurrency", flickr.get("concurrency", 8), 1, 64),
        index_folder=_folder("index.folder", table.get("index", {}).get("folder")),
        memory_limit=_memory(table.get("index", {}).get("memory_limit", "512MB")),
        lookup=_text("lookup.address", table.get("lookup", {}).get("address", "")) or None,
        optout={key: _text(f"optout.{key}", value) for key, value in table.get("optout", {}).items()},
        policies=tuple(table.get("policy", ())),
        exceptions=tuple(table.get("except", ())),
    )


def keep_key(key: str, secret: str) -> Path:
    """Write an API key into a settings file that only the user can read, and return it.

    Errors: `ConfigurationError` where there is one already, which is the user's to change, or for no key.
    """
    from auditor.files import private_dir, write_atomic

    given = {"api_key": _secret("the API key", key), "api_secret": _secret("the secret", secret)}
    if missing := [name for name, value in given.items() if value is None]:
        raise ConfigurationError(f"{' and '.join(missing)} is empty", hint="Flickr shows both: copy both.")
    places = _default_configs()
    if not places:
        raise ConfigurationError("your settings folder is unknown", hint="Set HOME, or use --config FILE.")
    if there := next((path for path in places if path.exists()), None):
        raise ConfigurationError(f"there is a settings file already: {there}", hint="Put the key into it.")
    private_dir(places[0].parent)
    lines = [f"{name} = {json.dumps(str(value))}" for name, value in given.items()]
    write_atomic(places[0], "\n".join(["[flickr]", *lines, ""]))
    return places[0]


def _config_file(named: Path | None, environ: Mapping[str, str], working_dir: Path | None) -> Path | None:
    if named is None and environ.get("AUDITOR_CONFIG"):
        named = Path(environ["AUDITOR_CONFIG"])
    if named is not None:
        named = user_path(named)
        if not named.is_file():
            raise ConfigurationError(
                f"there is no config file {named}", hint="Copy config.example.toml there, or drop --config."
            )
        return named
    here = working_dir or _working_dir()
    if here is not None:
        if _is_there(own := here / FILE_NAME):
            return own
        if (shared := here / SHARED_NAME).is_file() and _is_ours(shared):
            return shared
    return next((path for path in _default_configs() if _is_there(path)), None)


def _is_there(own: Path) -> bool:
    """Whether there are settings of this name.

    Errors: `ConfigurationError` for what is no file, such as a link that leads nowhere: rules in it, as which
    photos to leave alone, must not be passed over.
    """
    if own.is_file():
        return True
    if own.is_symlink() or own.exists():
        raise ConfigurationError(
            f"{own} is no file that can be read",
            hint="Repair it, remove it, or name another with --config FILE.",
        )
    return False


def _working_dir() -> Path | None:
    """The current folder; None when somebody removed it."""
    try:
        return Path.cwd()
    except OSError:
        return None


def _is_ours(file: Path) -> bool:
    """Whether a ``config.toml`` in the current folder is for this program.

    One with a mistake is ours if it looks like it: a rule must not be passed over for a missing quote.
    """
    try:
        text = _text_of(file)
    except ConfigurationError:
        return False
    try:
        table = parse_toml(text)
    except ValueError:
        return bool(_OUR_TABLE.search(text))
    return any(_holds_ours(section, table[section]) for section in KNOWN[""] if section in table)


_OUR_TABLE = re.compile(r"^\s*\[+\s*(flickr|lookup|optout|policy|except)\b", re.MULTILINE)


def _holds_ours(section: str, part: object) -> bool:
    if section in KNOWN:
        return isinstance(part, dict) and (not part or not KNOWN[section].isdisjoint(part))
    return isinstance(part, list) and all(isinstance(entry, dict) for entry in part)


def _home_at(home: Path) -> Path:
    """The home. Errors: `ConfigurationError` when a file is in its place, for then nothing can be there."""
    # os.path and not Path, whose methods raise where a folder may not be looked into.
    there = next((path for path in (home, *home.parents) if os.path.exists(path)), home)  # noqa: PTH110
    if os.path.isfile(there):  # noqa: PTH113
        raise ConfigurationError(
            f"the home {home} cannot be used: {there.name} is a file, not a folder",
            hint="Check the spelling of --home or AUDITOR_HOME.",
        )
    return home


def _default_home() -> Path:
    import platformdirs

    try:
        return Path(platformdirs.user_data_dir("flickr-auditor", appauthor=False))
    except RuntimeError:
        raise ConfigurationError(
            "your home folder is unknown, so there is nowhere to keep the data",
            hint="Set HOME, or choose a folder with --home DIR or AUDITOR_HOME.",
        ) from None


def _default_configs() -> tuple[Path, ...]:
    import platformdirs

    try:
        folder = Path(platformdirs.user_config_dir("flickr-auditor", appauthor=False))
    except RuntimeError:  # no HOME: then nothing is kept below it either
        return ()
    return (folder / FILE_NAME, folder / SHARED_NAME)


def _text_of(file: Path) -> str:
    try:
        return read_text(file, MAX_BYTES)
    except UsageError as error:
        raise ConfigurationError(error.message, hint=error.hint) from None


def _read(file: Path) -> dict[str, Any]:
    try:
        table = parse_toml(_text_of(file))
    except ValueError as error:
        raise ConfigurationError(f"{file} is not valid TOML: {error}", hint=_EXAMPLE) from error
    for section, known in KNOWN.items():
        part = table if not section else table.get(section, {})
        if not isinstance(part, dict):
            raise ConfigurationError(f"{file}: [{section}] must be a table", hint=_EXAMPLE)
        for key in part:
            if key not in known:
                raise ConfigurationError(
                    f"{file}: unknown setting {f'{section}.{key}' if section else key!r}",
                    hint=f"Known here: {', '.join(sorted(known))}. See config.example.toml."
                    f" If it is not for flickr-auditor, name another with --config FILE.",
                )
    for section in ("policy", "except"):
        entries = table.get(section, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise ConfigurationError(
                f"{file}: write [[{section}]], with two brackets, for each entry", hint=_EXAMPLE
            )
    return table


def _folder(name: str, value: object) -> Path | None:
    """A folder that is named in full, for a relative one would be another in each working folder."""
    if value is None:
        return None
    folder = user_path(Path(_text(name, value)))
    if not folder.is_absolute():
        raise ConfigurationError(
            f"{name} must be a whole path, not {value!r}", hint='Begin it with / or ~/, such as "~/indexes".'
        )
    return folder


def _flickr_url(text: str | None) -> str | None:
    """Another Flickr is accepted on this machine only: the tool sends photo ids and tokens to nobody else."""
    if not text:
        return None
    from auditor.web.address import parse, shown

    try:
        address = parse(pasted(text))
        if not address.is_loopback:
            raise ValueError(f"{address.host} is another computer")
        if "?" in address.url or "#" in address.url:
            raise ValueError("it has a ? or a #")
    except ValueError as error:
        raise ConfigurationError(
            f"AUDITOR_FLICKR_URL must be an address on this machine, not {shown(text)}: {error}",
            hint="Use e.g. http://127.0.0.1:8765, or unset it to use the real Flickr.",
        ) from None
    return address.url.rstrip("/")


def _calls_per_hour(value: object, *, loopback: bool) -> int:
    calls = _integer("flickr.calls_per_hour", value, 1, 10_000_000)
    if calls > MAX_CALLS_PER_HOUR and not loopback:
        raise ConfigurationError(
            f"flickr.calls_per_hour is {calls}, but Flickr allows {MAX_CALLS_PER_HOUR} an hour",
            hint="More than that can get your API key switched off. Set it lower.",
        )
    return calls


def _integer(name: str, value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ConfigurationError(
            f"{name} must be a whole number from {low} to {high}, not {value!r}", hint=_EXAMPLE
        )
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f"{name} must be text in quotes, not {value!r}", hint=_EXAMPLE)
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name} must be true or false, not {value!r}", hint=_EXAMPLE)
    return value


def _memory(value: object) -> str:
    """An amount that DuckDB understands, such as ``1GB``, ``512 MiB`` or ``50%``."""
    text = _text("index.memory_limit", value)
    given = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(?:(%)|([KMGT])I?B)\s*", text, re.IGNORECASE)
    if given:
        amount, percent, unit = float(given[1]), given[2], (given[3] or "").upper()
        megabytes = amount * {"K": 1e-3, "M": 1.0, "G": 1e3, "T": 1e6}.get(unit, 0.0)
        if (0 < amount <= 100) if percent else LEAST_MEMORY_MB <= megabytes <= MOST_MEMORY_MB:
            return text
    raise ConfigurationError(
        f"index.memory_limit must be an amount of memory from {LEAST_MEMORY_MB}MB on, not {value!r}",
        hint='Write it like memory_limit = "1GB", "512MB" or "50%".',
    )


def _secret(name: str, value: object) -> Secret | None:
    """A key or token, without what a clipboard adds to it."""
    text = pasted(str(value)) if value else ""
    if not text:
        return None
    if not re.fullmatch(r"[!-~]+", text):
        raise ConfigurationError(
            f"{name} holds a space or a character that no such key has", hint="Copy it again, alone."
        )
    return Secret(text)
