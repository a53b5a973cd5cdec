"""What the user set: ``config.toml`` and the environment, as one frozen value.

The environment beats the file. Every setting is shown in ``config.example.toml``; an unknown one is an error,
because a misspelt cap or exception must not silently do nothing.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from auditor.errors import ConfigurationError

MAX_CALLS_PER_HOUR = 3600
"""Flickr's developer guide: "under 3600 queries per hour across the whole key … you'll be fine"."""

KNOWN = {
    "": {"flickr", "index", "optout", "policy", "except"},
    "flickr": {"api_key", "api_secret", "calls_per_hour", "concurrency"},
    "index": {"memory_limit"},
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
    oauth_token: Secret | None = None
    oauth_token_secret: Secret | None = None
    flickr_url: str | None = None
    """Base address of another Flickr (the sandbox); None: the real hosts."""
    calls_per_hour: int = MAX_CALLS_PER_HOUR
    concurrency: int = 8
    """Calls in flight at once during `apply` and `undo`."""
    memory_limit: str = "1GB"
    """What DuckDB may use while it builds or reads an index."""
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
        return self.home / "indexes"


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
    file = _config_file(config, environ, working_dir or Path.cwd())
    table = _read(file) if file else {}
    flickr = table.get("flickr", {})
    url = _flickr_url(environ.get("AUDITOR_FLICKR_URL"))
    token, token_secret = environ.get("FLICKR_OAUTH_TOKEN"), environ.get("FLICKR_OAUTH_TOKEN_SECRET")
    if bool(token) != bool(token_secret):
        missing = "FLICKR_OAUTH_TOKEN_SECRET" if token else "FLICKR_OAUTH_TOKEN"
        raise ConfigurationError(f"{missing} is not set", hint="Set both OAuth variables or neither.")
    return Settings(
        home=home or Path(environ.get("AUDITOR_HOME") or _default_home()),
        config_file=file,
        api_key=_secret(environ.get("FLICKR_API_KEY") or flickr.get("api_key")),
        api_secret=_secret(environ.get("FLICKR_API_SECRET") or flickr.get("api_secret")),
        oauth_token=_secret(token),
        oauth_token_secret=_secret(token_secret),
        flickr_url=url,
        calls_per_hour=_calls_per_hour(
            flickr.get("calls_per_hour", MAX_CALLS_PER_HOUR), loopback=url is not None
        ),
        concurrency=_integer("flickr.concurrency", flickr.get("concurrency", 8), 1, 64),
        memory_limit=_text("index.memory_limit", table.get("index", {}).get("memory_limit", "1GB")),
        optout={key: _text(f"optout.{key}", value) for key, value in table.get("optout", {}).items()},
        policies=tuple(table.get("policy", ())),
        exceptions=tuple(table.get("except", ())),
    )


def _config_file(named: Path | None, environ: Mapping[str, str], working_dir: Path) -> Path | None:
    if named is None and environ.get("AUDITOR_CONFIG"):
        named = Path(environ["AUDITOR_CONFIG"])
    if named is not None:
        if not named.is_file():
            raise ConfigurationError(
                f"there is no config file {named}", hint="Copy config.example.toml there, or drop --config."
            )
        return named
    candidates = (working_dir / "config.toml", _default_config())
    return next((path for path in candidates if path.is_file()), None)


def _default_home() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("flickr-auditor", appauthor=False))


def _default_config() -> Path:
    import platformdirs

    return Path(platformdirs.user_config_dir("flickr-auditor", appauthor=False)) / "config.toml"


def _read(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{file} is not valid TOML: {error}", hint="See config.example.toml."
        ) from error
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from error
    for section, known in KNOWN.items():
        part = table if not section else table.get(section, {})
        if not isinstance(part, dict):
            raise ConfigurationError(f"{file}: [{section}] must be a table", hint="See config.example.toml.")
        for key in part:
            if key not in known:
                raise ConfigurationError(
                    f"{file}: unknown setting {f'{section}.{key}' if section else key!r}",
                    hint=f"Known here: {', '.join(sorted(known))}. See config.example.toml.",
                )
    for section in ("policy", "except"):
        entries = table.get(section, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise ConfigurationError(f"{file}: write [[{section}]], with two brackets, for each entry")
    return table


def _flickr_url(text: str | None) -> str | None:
    """Another Flickr is accepted on this machine only: the tool sends photo ids and tokens to nobody else."""
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ConfigurationError(
            f"AUDITOR_FLICKR_URL must be an address on this machine, not {text}",
            hint="Use e.g. http://127.0.0.1:8765, or unset it to use the real Flickr.",
        )
    return text.rstrip("/")


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
        raise ConfigurationError(f"{name} must be a whole number from {low} to {high}, not {value!r}")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f"{name} must be text in quotes, not {value!r}")
    return value


def _secret(value: object) -> Secret | None:
    return Secret(str(value).strip()) if value else None
