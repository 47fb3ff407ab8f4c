"""
What the installation is told from outside: five variables and the city's bindings file.

``MADOGUCHI_DATA`` (folder for SQLite, files and keys), ``DATABASE_URL`` (PostgreSQL, optional),
``MADOGUCHI_CITY`` (the city's folder, optional), ``MADOGUCHI_MAIL`` (the mail server, optional) and ``FILES_URL`` (where
files are kept outside the data folder, optional). A wrong value is refused with the variable's name.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from madoguchi.kit.yaml12 import YamlRefused, yaml_load

URL_SHAPE = (
    "Write postgresql://user:password@host:port/name (special characters in the password as %XX), "
    "or leave it empty to use SQLite in MADOGUCHI_DATA."
)
MAIL_SHAPE = (
    "Write smtp://user:password@host:587 (STARTTLS), smtps://user:password@host (TLS from the start) or "
    "smtp://host:25?plain for a relay inside (special characters in the password as %XX), or leave it empty to "
    "write mails as files into MADOGUCHI_DATA/mail."
)
FILES_SHAPE = (
    "Write s3://key:secret@bucket/folder?endpoint=https://host&region=name (special characters as %XX; without a key the "
    "ways of the S3 library apply), or leave it empty to keep files in MADOGUCHI_DATA/files."
)
SAMPLE_CITY = Path(__file__).parent / "sample_city"


class EnvironmentRefused(Exception):
    """A variable or file outside the program has a value we cannot work with; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Site:
    """How the outside world reaches this installation, from ``bindings.yaml`` of the city."""

    name: str = "窓口"
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    https: bool = False
    mail_from: str = ""
    second_factor_required: bool = True
    closed_days: frozenset[date] = frozenset()
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything read from outside, checked once at start."""

    data: Path
    city: Path
    database: dict[str, Any]
    site: Site
    mail: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)

    @property
    def embedded(self) -> bool:
        """One web process on SQLite that also runs the worker."""
        return "sqlite3" in self.database["ENGINE"]


def environment_read(variables: dict[str, str] | None = None) -> Environment:
    """
    Read and check the environment.

    :param variables: the process environment, or a stand-in for tests.
    :raises EnvironmentRefused: naming the variable, what is wrong and what to do.
    """
    variables = dict(os.environ) if variables is None else variables
    city = _city_folder(variables.get("MADOGUCHI_CITY", ""))
    site = _site(city)
    postgresql = _postgresql(variables.get("DATABASE_URL", ""))
    mail = _mail(variables.get("MADOGUCHI_MAIL", ""))
    files = _files(variables.get("FILES_URL", ""))
    # Last, because it makes the folder: a wrong value elsewhere leaves nothing behind.
    data = data_folder(variables.get("MADOGUCHI_DATA", ""))
    return Environment(
        data=data, city=city, database=postgresql or _sqlite(data), site=site, mail=mail, files=files
    )


def data_folder(value: str) -> Path:
    """
    Give the data folder, made when it is not there.

    :param value: what ``MADOGUCHI_DATA`` says; ``./data`` when empty.
    :raises EnvironmentRefused: it cannot be made or written.
    """
    value = value or "./data"
    try:
        path = Path(value).expanduser().resolve()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise EnvironmentRefused(f"MADOGUCHI_DATA={value}: the folder cannot be made: {error}") from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise EnvironmentRefused(
            f"MADOGUCHI_DATA={value}: this user may not write there. Change its owner, or name another folder."
        )
    return path


def _city_folder(value: str) -> Path:
    if not value:
        return SAMPLE_CITY
    path = Path(value).expanduser().resolve()
    if not (path / "bindings.yaml").is_file():
        raise EnvironmentRefused(
            f"MADOGUCHI_CITY={value}: no bindings.yaml in that folder. Copy docs/city-folder as a start."
        )
    return path


def _sqlite(data: Path) -> dict[str, Any]:
    return {
        "ENGINE": "madoguchi.kernel.db.sqlite3",
        "NAME": str(data / "madoguchi.sqlite3"),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            # FULL: a receipt that was shown must survive a power cut.
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA cache_size=-20000;",
        },
        # File-backed connections may be handed between threads only by tests; never in the product.
        "TEST": {"NAME": None},
    }


def _postgresql(url: str) -> dict[str, Any] | None:
    """Settings for PostgreSQL; None where SQLite is meant. No message repeats the URL: it holds a password."""
    if not url:
        return None
    try:
        split = urlsplit(url)
        scheme, _port = split.scheme, split.port
    except ValueError as error:
        raise EnvironmentRefused("DATABASE_URL: host or port cannot be read. " + URL_SHAPE) from error
    if scheme not in {"postgres", "postgresql"}:
        raise EnvironmentRefused("DATABASE_URL: " + URL_SHAPE)
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        said = str(error).strip() if "query parameter" in str(error) else "the value cannot be read"
        raise EnvironmentRefused(f"DATABASE_URL: {said}. {URL_SHAPE}") from error
    if not parts.get("dbname"):
        raise EnvironmentRefused("DATABASE_URL: the database name after the last slash is missing.")
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    settings: dict[str, Any] = {name: str(parts.pop(key, "") or "") for key, name in known.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": parts,
        **settings,
    }


def _mail(url: str) -> dict[str, Any]:
    """Settings for the mail server; empty where mails are written as files. No message repeats the URL."""
    if not url:
        return {}
    try:
        split = urlsplit(url)
        scheme, host, port = split.scheme, split.hostname or "", split.port
    except ValueError as error:
        raise EnvironmentRefused("MADOGUCHI_MAIL: host or port cannot be read. " + MAIL_SHAPE) from error
    if (
        scheme not in {"smtp", "smtps"}
        or not host
        or split.path.strip("/")
        or split.query not in {"", "plain"}
    ):
        raise EnvironmentRefused("MADOGUCHI_MAIL: " + MAIL_SHAPE)
    return {
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or (465 if scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(split.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(split.password or ""),
        "EMAIL_USE_SSL": scheme == "smtps",
        # A password, and a mail that opens an account, go over an open line only where the city says so.
        "EMAIL_USE_TLS": scheme == "smtp" and split.query != "plain",
    }


def _files(url: str) -> dict[str, Any]:
    """A storage of Django's for files; empty where they lie in the data folder. No message repeats the URL."""
    if not url:
        return {}
    try:
        split = urlsplit(url)
        bucket = split.hostname or ""
        asked = dict(parse_qsl(split.query, strict_parsing=bool(split.query)))
    except ValueError as error:
        raise EnvironmentRefused("FILES_URL: the value cannot be read. " + FILES_SHAPE) from error
    whole = bool(split.username) == bool(split.password)
    if split.scheme != "s3" or not re.fullmatch(r"[a-z0-9][a-z0-9.-]{2,62}", bucket) or not whole:
        raise EnvironmentRefused("FILES_URL: " + FILES_SHAPE)
    if unknown := sorted(set(asked) - {"endpoint", "region"}):
        raise EnvironmentRefused(f"FILES_URL: {unknown[0]} is not known. {FILES_SHAPE}")
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise EnvironmentRefused(
            "FILES_URL: keeping files in S3 needs two more packages. Run: .venv/bin/pip install 'django-storages[s3]'"
        )
    options = {
        "bucket_name": bucket, "location": split.path.strip("/"), "access_key": unquote(split.username or "") or None,
        "secret_key": unquote(split.password or "") or None, "endpoint_url": asked.get("endpoint"),
        "region_name": asked.get("region"),
        # A name is the digest of its content: writing it twice writes the same.
        "file_overwrite": True,
        # Files are given by the house alone, which asks who may read them.
        "default_acl": None, "querystring_auth": True,
    }  # fmt: skip
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def _site(city: Path) -> Site:
    path = city / "bindings.yaml"
    try:
        values = yaml_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, YamlRefused) as error:
        raise EnvironmentRefused(f"MADOGUCHI_CITY: {path} cannot be read: {error}") from error
    site = values.get("site", {}) if isinstance(values, dict) else None
    if not isinstance(site, dict) or not isinstance(site.get("hosts", []), list):
        raise EnvironmentRefused(
            f"MADOGUCHI_CITY: in {path}, `site` must be a mapping and `site.hosts` a list."
        )
    default = Site()
    return Site(
        name=str(site.get("name", default.name)),
        hosts=tuple(str(host) for host in site.get("hosts", [])) or default.hosts,
        https=bool(site.get("https", default.https)),
        mail_from=str(site.get("mail_from", "")),
        second_factor_required=bool(site.get("second_factor", True)),
        closed_days=_closed_days(site, path),
        values=values,
    )


def _closed_days(site: dict[str, Any], path: Path) -> frozenset[date]:
    written = site.get("closed_days", [])
    if not isinstance(written, list) or not all(type(day) is date for day in written):
        raise EnvironmentRefused(
            f"MADOGUCHI_CITY: in {path}, `site.closed_days` must be a list of days such as 2026-08-14."
        )
    return frozenset(written)
