"""What one installation keeps for itself: its folder and its secrets."""

import os
import secrets
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def home() -> Path:
    """The folder with everything this installation keeps: `KOKEILU_HOME`, else `var/` of the checkout."""
    return Path(os.environ.get("KOKEILU_HOME") or CHECKOUT / "var").absolute()


def make_home() -> Path:
    """The same folder, made where it is missing and then closed to others."""
    home().parent.mkdir(parents=True, exist_ok=True)
    home().mkdir(mode=0o700, exist_ok=True)
    return home()


def secret(name: str) -> str:
    """A random secret made once per installation and kept in a file only the owner may read."""
    path = home() / "secrets" / name
    if not path.exists():
        make_home()
        path.parent.mkdir(mode=0o700, exist_ok=True)
        fd, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(fd, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(fd)
        try:
            os.link(temporary, path)  # fails where another process was first: its secret stands
        except FileExistsError:
            pass
        finally:
            Path(temporary).unlink()
    return path.read_text()
