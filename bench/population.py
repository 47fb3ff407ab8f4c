"""
Sample cities for benches, made once: a data folder for each size and database in ``.cache/bench``.

A city is made anew when the code that makes it, or the tables that hold it, have changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from bench.core import CACHE, ROOT, BenchFailed, Stage, surroundings_clean
from tools.postgres import PostgresMissing, PostgresRefused, kept_cluster

RESIDENTS = 252_141
QUICK = 10_000
GROWTH = (10_000, 100_000, 1_000_000)
SEED = "1"
AS_OF = "2026-05-01"
PEOPLE = ROOT / "madoguchi" / "blocks" / "people"
MADE_BY = (
    PEOPLE / "sample_city",
    PEOPLE / "register",
    PEOPLE / "migrations",
    PEOPLE / "parties" / "facts.py",
)


def sizes_of(stage: Stage) -> list[int]:
    """Say how large the cities of this run are: the plan's size first, which the goals speak of."""
    size = QUICK if stage.quick else RESIDENTS
    return [size, *(other for other in GROWTH if other != size)] if stage.growth else [size]


@contextlib.contextmanager
def databases(stage: Stage) -> Iterator[dict[str, str]]:
    """
    Give the databases that there are here: a name, and the ``DATABASE_URL`` of its server ("" for SQLite).

    PostgreSQL is a cluster of the benches' own, kept between runs.
    """
    found = {"sqlite": ""}
    with contextlib.ExitStack() as open_until_the_end:
        try:
            found["postgresql"] = open_until_the_end.enter_context(kept_cluster(CACHE / "people-postgresql"))
        except (PostgresMissing, PostgresRefused) as missing:
            stage.say(str(missing))
        yield found


def missing_of(found: dict[str, str]) -> list[str]:
    """Name what is lacking."""
    return [name for name in ("postgresql",) if name not in found]


def city_ready(stage: Stage, database: str, server: str, residents: int) -> dict[str, str]:
    """
    Give the surroundings of a process that works on a city of a size; it is made if it is not there.

    :raises BenchFailed: it could not be made.
    """
    name = f"people_{residents}"
    folder = CACHE / f"people-{database}-{residents}"
    environment = {"MADOGUCHI_DATA": str(folder)}
    if server:
        environment["DATABASE_URL"] = urlsplit(server)._replace(path=f"/{name}").geturl()
    stamp, mark = folder / "made", made_by()
    if stamp.exists() and stamp.read_text(encoding="ascii") == mark:
        return environment
    stage.say(f"{database}: making a city of {residents:,} (once)")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if server:
        database_make(server, name)
    command = [sys.executable, "-m", "madoguchi", "sample-city", "--residents", str(residents), "--seed", SEED,
               "--as-of", AS_OF]  # fmt: skip
    surroundings = {**surroundings_clean(), **environment, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchFailed(f"sample-city: {done.stderr.strip()[-2000:]}")
    stamp.write_text(mark, encoding="ascii")
    return environment


def database_make(server: str, name: str) -> None:
    """Make an empty database of exactly this name; one that is there goes."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')


def made_by() -> str:
    """Fold everything that decides what a city's tables hold."""
    digest = hashlib.sha256()
    for place in MADE_BY:
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.suffix in (".py", ".txt"):
                digest.update(path.read_bytes())
    return digest.hexdigest()
