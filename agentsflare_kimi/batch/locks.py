"""File locks that are released when the process ends, however it ends."""

from __future__ import annotations

import sys

__all__ = ["try_lock", "unlock"]

if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int, *, is_shared: bool = False) -> bool:
        """Lock an open file, unless another process holds the lock."""
        del is_shared  # no shared locks here: a second shard waits for the first
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def unlock(descriptor: int) -> None:
        """Release the lock."""
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def try_lock(descriptor: int, *, is_shared: bool = False) -> bool:
        """Lock an open file, unless another process holds the lock.

        Args:
            descriptor: The file; the lock is held until it is closed.
            is_shared: Whether other processes may hold a shared lock, too.

        Returns:
            Whether it is locked now.
        """
        kind = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(descriptor: int) -> None:
        """Release the lock."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)
