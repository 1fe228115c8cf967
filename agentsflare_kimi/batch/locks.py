"""Locks on files that end with the process, however it ends."""

from __future__ import annotations

import sys

__all__ = ["try_lock", "unlock"]

if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int, *, is_shared: bool = False) -> bool:
        """Lock an open file, unless another holds it."""
        del is_shared  # there are none here, so a second shard waits for the first
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def unlock(descriptor: int) -> None:
        """Give the lock back."""
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def try_lock(descriptor: int, *, is_shared: bool = False) -> bool:
        """Lock an open file, unless another holds it.

        Args:
            descriptor: The file; the lock is held until it is closed.
            is_shared: Whether others may hold it as well, if theirs is shared, too.

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
        """Give the lock back."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)
