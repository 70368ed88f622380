"""One replay at a time on a server: the files use the databases that they name, and fail points hit everybody."""

from __future__ import annotations

import getpass
import hashlib
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO


def lock_file(addresses: str) -> Path:
    """The file that stands for a deployment, of one user of this machine."""
    with suppress(Exception):  # nobody knows the user: one file for all of them
        addresses = f"{addresses} {getpass.getuser()}"
    digest = hashlib.sha256(addresses.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"mongotape-{digest}.lock"


@contextmanager
def alone_on(addresses: str | None) -> Iterator[None]:
    """Wait until no other process of this user replays a test on the same deployment; None is nobody else's.

    The operating system lets go of the lock when the process ends, however it ends.
    """
    if addresses is None:
        yield
        return
    with lock_file(addresses).open("a") as file:
        _lock(file)
        try:
            yield
        finally:
            _unlock(file)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        while True:
            with suppress(OSError):  # it gives up after ten seconds
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                return

    def _unlock(file: IO[str]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)

    def _unlock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
