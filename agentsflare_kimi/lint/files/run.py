"""One run over files and directories: reads them and collects the outcomes.

Imports as little as possible; the linter itself is loaded when the first needle is found.
"""

from __future__ import annotations

import os
import stat
import sys

from agentsflare_kimi.lint.files.scanning import Scanner

TYPE_CHECKING = False  # importing `typing` takes longer than linting a clean file
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from agentsflare_kimi.lint.config import LintConfig
    from agentsflare_kimi.lint.files.discovery import Origin
    from agentsflare_kimi.lint.files.scanning import Examine, Outcome

    # The origin of files, the directory that they were found in, and the files.
    Listing = tuple[Origin, bytes, list[bytes]]
    # The complete settings, or overrides for those of the nearest settings file.
    Options = Mapping[str, object] | LintConfig

__all__ = ["LintRun", "distinct"]

_CONFIGURATIONS = (b"agentsflare-kimi.toml", b"pyproject.toml")
_DEFAULTS = (True, 5_000_000)
_REMEMBERING = (
    "agentsflare_kimi.lint.files.settings_files",
    "agentsflare_kimi.lint.files.judging",
    "agentsflare_kimi.lint.files.walking",
)
# Forking two processes takes as long as reading this many files.
_WORTH_SHARING = 400
# Reading that many takes as long as examining this many, which contain a needle.
_WORTH_EXAMINING_TOGETHER = 8
_PORTION = 32
# Among this many files, at least one will contain a needle.
_SURELY_ONE = 4000


class LintRun:
    """Reads the named files and directories, and collects the outcomes.

    Attributes:
        outcomes: What to report about files, each with the origin of the file.
        checked: How many files were read.
        notes: What to report about directories.
        options: The settings, as given.
    """

    def __init__(self, options: Options, progress: Callable[[int], None] | None = None) -> None:
        """Keep the settings.

        Args:
            options: The complete settings, or overrides for those of the nearest settings file.
            progress: Called with the number of files read since it was called last.
        """
        self.outcomes: list[tuple[Origin, Outcome]] = []
        self.checked: int = 0
        self.notes: list[str] = []
        self.options = options
        self._progress = progress
        self._seen: set[bytes] = set()
        for name in _REMEMBERING:
            module = sys.modules.get(name)
            if module:
                # A process that lints again must see changes on disk.
                module.forget()

    def read(self, paths: Sequence[bytes]) -> None:
        """Read every named file, and in directories the files that git or a walk lists.

        Args:
            paths: Files and directories.
        """
        for origin, root, files in self.list(paths):
            self.checked += len(files)
            if origin == "named":
                self._read_named(files)
            else:
                self._read_listed((origin, root, files))

    def list(self, paths: Sequence[bytes]) -> Iterator[tuple[Origin, bytes, list[bytes]]]:
        """List what `read` reads; the list may include links and deleted files.

        Args:
            paths: Files and directories.

        Yields:
            The origin of the files, the directory, and the files.
        """
        files: list[bytes] = []
        for path in dict.fromkeys(paths):
            try:
                mode = os.stat(path).st_mode
            except OSError as error:
                self._fail(path, error.strerror or str(error))
                continue
            if stat.S_ISDIR(mode):
                yield from self._list_directory(path)
            elif stat.S_ISREG(mode):
                files.append(path)
            else:
                self._fail(path, "not a regular file")
        if files:
            yield "named", b"", files

    def enters(self, root: bytes, directory: bytes) -> bool:
        """Tell whether to read a directory that is listed as one entry, as a nested repository is.

        Args:
            root: The directory whose files were listed.
            directory: The directory that is an entry of that list.
        """
        from agentsflare_kimi.lint.files.discovery import is_left_out  # noqa: PLC0415  # rarely needed

        directory = directory.rstrip(b"/")
        if is_left_out(os.path.join(directory, b"*"), root) or self._is_excluded(root, directory):
            return False
        from agentsflare_kimi.lint.files.walking import is_named_by_ignore_files  # noqa: PLC0415  # same

        respect, _ = self._listing_settings(root)
        path = os.path.abspath(directory)
        return not (respect and is_named_by_ignore_files(path, is_directory=True))

    def _list_directory(self, directory: bytes) -> Iterator[tuple[Origin, bytes, list[bytes]]]:
        from agentsflare_kimi.lint.files import discovery, git  # noqa: PLC0415  # files need no listing

        identity = os.path.realpath(directory)
        if identity in self._seen:
            return
        self._seen.add(identity)
        prefix = b"" if directory in {b".", b"./"} else os.path.join(directory, b"")
        respect, _ = self._listing_settings(directory)

        def fail(name: bytes, reason: str) -> None:
            path = directory if name == b"." else prefix + name
            if path == directory or self.enters(directory, path):
                self._fail(path, reason)

        for origin, names in discovery.list_files(directory, respect_gitignore=respect, fail=fail):
            if origin == "walked" and respect and git.find_repository(directory):
                self.notes.append(
                    f"{os.fsdecode(directory)}: git did not list this repository (not installed, "
                    "or it belongs to another user); walked it instead, heeding .gitignore"
                )
            yield origin, directory, [prefix + name for name in names] if prefix else names

    def _read_named(self, files: list[bytes]) -> None:
        # Links are followed if named, but not if found on the way.
        named_as = {
            os.path.realpath(path) if os.path.islink(path) else path: path for path in files
        }

        def examine(path: bytes, content: bytes) -> Outcome | None:
            from agentsflare_kimi.lint.files.judging import judge_named  # noqa: PLC0415  # heavy

            return judge_named(named_as[path], content, self.options)

        _, max_size = self._listing_settings(os.path.dirname(files[0]))
        for outcome in self._scan(list(named_as), examine, max_size):
            self.outcomes.append(("named", outcome))

    def _read_listed(self, *listings: Listing) -> None:
        """Read what was listed, all at once, so that no process waits for the last file of each."""
        *others, (origin, root, files) = listings
        # Most runs read one directory.
        found_in: dict[bytes, tuple[Origin, bytes]] = {
            path: (each, folder) for each, folder, paths in others for path in paths
        }
        here = origin, root

        def examine(path: bytes, content: bytes) -> Outcome | None:
            from agentsflare_kimi.lint.files.judging import judge_listed  # noqa: PLC0415  # heavy

            origin, root = found_in.get(path, here)
            is_tracked = origin == "tracked"
            return judge_listed(root, path, content, self.options, is_tracked=is_tracked)

        from agentsflare_kimi.lint.files.discovery import is_left_out  # noqa: PLC0415  # same as above

        _, max_size = self._listing_settings(root)
        directories: list[bytes] = []
        for outcome in self._scan([*found_in, *files] if others else files, examine, max_size):
            path, kind, _ = outcome
            origin, root = found_in.get(path, here)
            if kind == "directory":
                if self.enters(root, path):
                    directories.append(path.rstrip(b"/"))
            elif not is_left_out(path, root):
                self.outcomes.append((origin, outcome))
        self._read_directories(directories)

    def _read_directories(self, directories: Sequence[bytes]) -> None:
        """Read nested repositories, those with the same largest file together."""
        alike: dict[int, list[Listing]] = {}
        for listing in self.list(directories) if directories else ():
            self.checked += len(listing[2])
            alike.setdefault(self._listing_settings(listing[1])[1], []).append(listing)
        for listings in alike.values():
            self._read_listed(*listings)

    def _scan(self, files: Sequence[bytes], examine: Examine, max_size: int) -> list[Outcome]:
        outcomes: list[Outcome] = []
        done = 0
        if len(files) < _WORTH_SHARING:
            scanner = Scanner(examine, max_size, files=len(files))
            while done < len(files) and not _needs_help(scanner.examined, done, len(files)):
                outcomes += scanner.scan(files[done : done + _PORTION])
                done += _PORTION
        if done >= len(files):
            return outcomes
        from agentsflare_kimi.lint.files.workers import scan  # noqa: PLC0415  # few files need none

        if len(files) >= _SURELY_ONE:
            # Loaded once here rather than in each worker.
            __import__("agentsflare_kimi.lint.files.judging")

        return outcomes + scan(files[done:], examine, max_size, self._progress)

    def _is_excluded(self, root: bytes, directory: bytes) -> bool:
        from agentsflare_kimi.lint.files.settings_files import settings_for  # noqa: PLC0415  # heavy

        path = os.path.join(os.fsdecode(directory), "*")
        try:
            return settings_for(path, self.options, os.fsdecode(root)).is_excluded
        except ValueError:
            # Its settings are invalid; reading it will report that.
            return False

    def _fail(self, path: bytes, reason: str) -> None:
        self.outcomes.append(("named", (path, "failed", reason)))

    def _listing_settings(self, directory: bytes) -> tuple[bool, int]:
        """Return whether to respect `.gitignore`, and the size of the largest file to read."""
        if not (self.options or _has_configuration(os.path.abspath(directory or b"."))):
            return _DEFAULTS
        from agentsflare_kimi.lint.files.settings_files import settings_for  # noqa: PLC0415  # heavy

        config = settings_for(os.path.join(os.fsdecode(directory), "*"), self.options).config
        return config.respect_gitignore, config.max_file_size


def distinct(outcomes: Iterable[tuple[Origin, Outcome]]) -> Iterable[tuple[Origin, Outcome]]:
    """Keep one outcome per file, however often the file was found.

    Args:
        outcomes: The outcomes, each with the origin of its file.

    Returns:
        Each file's outcome as a named file, or else its first outcome.
    """
    chosen: dict[bytes, tuple[Origin, Outcome]] = {}
    for origin, outcome in outcomes:
        identity = os.path.realpath(outcome[0])
        if origin == "named" or identity not in chosen:
            chosen[identity] = origin, outcome
    return chosen.values()


def _needs_help(examined: int, done: int, total: int) -> bool:
    """Estimate from the files read so far whether sharing the others is worth it."""
    return examined * (total - done) > _WORTH_EXAMINING_TOGETHER * done


def _has_configuration(directory: bytes) -> bool:
    """Tell whether this directory or one above it has a file that may hold settings."""
    above = None
    # Not recursive: a path may be deeper than Python's stack.
    while directory != above:
        for name in _CONFIGURATIONS:
            path = os.path.join(directory, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    if b"agentsflare-kimi" in file.read() or name == _CONFIGURATIONS[0]:
                        return True
        above, directory = directory, os.path.dirname(directory)
    return False
