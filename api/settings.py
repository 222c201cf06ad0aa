"""Settings from the environment, read once at start-up; each has a row in `docs/settings.md`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from index.errors import HcpcsError

PREFIX = "HCPCS_"
YES = frozenset({"1", "true", "yes", "on"})
KEPT_TEXT = ("text", "hash", "none")
NO = frozenset({"0", "false", "no", "off"})
HOST = re.compile(r"\*|(\*\.)?[a-z0-9_.-]+|[0-9a-f:.]+")


class SettingsError(HcpcsError):
    """An `HCPCS_` variable has a value that is not allowed."""


class Settings(msgspec.Struct, frozen=True):
    """The settings; field `x` is read from `HCPCS_X`.

    Attributes:
        home: The data folder: indexes, downloads, caches.
        index: An index folder to use instead of the active one.
        api_key: The key that HTTP requests must carry; empty for none.
        callers: File of keys, token issuers and CDS clients; None for none.
        allowed_hosts: Host names under which the service may be called; empty for any.
        rate_limit: Requests a minute of each caller; 0 for no limit.
        cors_origins: Web origins whose pages may call the service from a browser.
        access_log: Whether the service writes one line for each request (never its text).
        trail: Folder of the audit trail; None for no trail.
        trail_key: File with the secret of the trail; None for `trail.key` in the data folder.
        feedback: Address of the database of picks, as SQLAlchemy writes it; empty for none.
        feedback_text: What is kept of a text: `text`, `hash` (a keyed one) or `none`.
        feedback_key: File with the secret of the hashes; None for `feedback.key` in the data folder.
        shadow: Whether the answers of `POST /v1/suggest` are kept too.
    """

    home: Path
    index: Path | None = None
    api_key: str = ""
    callers: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    rate_limit: int = 0
    cors_origins: tuple[str, ...] = ()
    access_log: bool = True
    trail: Path | None = None
    trail_key: Path | None = None
    feedback: str = ""
    feedback_text: str = "hash"
    feedback_key: Path | None = None
    shadow: bool = False

    @property
    def checks_callers(self) -> bool:
        """Whether a key or token is asked for."""
        return bool(self.api_key or self.callers)


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the `HCPCS_` settings; a missing one has the default that `docs/settings.md` names.

    Raises:
        SettingsError: If a value is not allowed; the message names the variable.
    """
    home = environ.get("HCPCS_HOME") or "~/.hcpcs"
    index = environ.get("HCPCS_INDEX")
    api_key = _api_key(environ.get("HCPCS_API_KEY", ""))
    callers = environ.get("HCPCS_CALLERS")
    return Settings(
        home=Path(home).expanduser(),
        index=_path(index),
        api_key=api_key,
        callers=_path(callers),
        allowed_hosts=_hosts(environ.get("HCPCS_ALLOWED_HOSTS", ""), bool(api_key or callers)),
        rate_limit=_count("HCPCS_RATE_LIMIT", environ.get("HCPCS_RATE_LIMIT", "0")),
        cors_origins=_origins(environ.get("HCPCS_CORS_ORIGINS", "")),
        access_log=_switch("HCPCS_ACCESS_LOG", environ.get("HCPCS_ACCESS_LOG", "1")),
        trail=_trail(environ.get("HCPCS_TRAIL", "0"), Path(home).expanduser()),
        trail_key=_path(environ.get("HCPCS_TRAIL_KEY")),
        feedback=_feedback(environ.get("HCPCS_FEEDBACK", "0"), Path(home).expanduser()),
        feedback_text=_kept(environ.get("HCPCS_FEEDBACK_TEXT") or "hash"),
        feedback_key=_path(environ.get("HCPCS_FEEDBACK_KEY")),
        shadow=_switch("HCPCS_SHADOW", environ.get("HCPCS_SHADOW") or "0"),
    )


def _path(value: str | None) -> Path | None:
    return Path(value).expanduser() if value else None


def _trail(value: str, home: Path) -> Path | None:
    """The folder of the trail: 1 stands for `trail` in the data folder, 0 for none."""
    word = value.strip().lower()
    if word in YES:
        return home / "trail"
    return None if word in NO or not word else _path(value.strip())


def _feedback(value: str, home: Path) -> str:
    """Address of the database: 1 stands for `feedback.db` in the data folder, a path for an SQLite file."""
    word = value.strip()
    if word.lower() in NO or not word:
        return ""
    if word.lower() in YES:
        return f"sqlite:///{home / 'feedback.db'}"
    if word.startswith(("postgresql://", "postgres://")):
        return f"postgresql+psycopg://{word.partition('://')[2]}"
    return word if "://" in word else f"sqlite:///{Path(word).expanduser()}"


def _kept(value: str) -> str:
    word = value.strip().lower()
    if word not in KEPT_TEXT:
        raise SettingsError(f"HCPCS_FEEDBACK_TEXT must be one of {', '.join(KEPT_TEXT)}")
    return word


def _api_key(value: str) -> str:
    key = value.strip()
    if key and (len(key) < 16 or not key.isascii() or not key.isprintable() or " " in key):
        raise SettingsError(
            "HCPCS_API_KEY must be at least 16 printable ASCII characters without blanks; "
            "make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return key


def _origins(value: str) -> tuple[str, ...]:
    origins = tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
    for origin in origins:
        if origin != "*" and not origin.startswith(("http://", "https://")):
            raise SettingsError(
                "HCPCS_CORS_ORIGINS takes origins such as https://ehr.example.org, separated by commas, or *"
            )
    return origins


def _hosts(value: str, checks_callers: bool) -> tuple[str, ...]:
    """The listed names; without a list, any name where callers are checked, else those of this machine."""
    names = tuple(part.strip().lower() for part in value.split(",") if part.strip())
    if any(not HOST.fullmatch(name) for name in names):
        raise SettingsError(
            "HCPCS_ALLOWED_HOSTS takes host names without port, such as codes.example.org, *.example.org, "
            "loopback, address or *, separated by commas"
        )
    return names or (() if checks_callers else ("loopback",))


def _count(name: str, value: str) -> int:
    if not re.fullmatch(r"\d{1,6}", value.strip()):
        raise SettingsError(f"{name} must be a whole number, 0 or more")
    return int(value)


def _switch(name: str, value: str) -> bool:
    word = value.strip().lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise SettingsError(f"{name} must be 1 or 0")
