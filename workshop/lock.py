"""One process at a time, by a lock that the system drops with the process that holds it."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_PATIENCE = 10  # tenths of a second without a word


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Waits till whoever holds the lock on an existing file lets go. The file itself stays as it is.

    A child started with close_fds=False holds the lock too, should it live longer than we do.
    """
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    try:
        waited = 0
        while not _lock(descriptor):
            if waited == _PATIENCE:
                sys.stderr.write(f"waiting for another process that works on {path.parent}\n")
            waited += 1
            time.sleep(0.1)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, 1 << 30, os.SEEK_SET)  # beyond the end: a locked byte can't be read
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
