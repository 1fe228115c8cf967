"""Code at made-up paths that announces a notice, and the lines that its warnings point at."""

import textwrap
import types
import warnings
from functools import partial

from agentsflare_kimi import plan_migration
from agentsflare_kimi.calling.notices import ToldPlaces, announce

(NOTICE,) = plan_migration({"model": "kimi-k2-thinking"}).notices


def module(path, source, **names):
    """Make a module as if it stood at *path*; its `say` announces a notice."""
    made = types.ModuleType("made")
    made.__file__ = str(path)
    vars(made).update(names, say=partial(announce, NOTICE, ToldPlaces()))
    exec(compile(textwrap.dedent(source), str(path), "exec"), vars(made))  # noqa: S102  # our own
    return made


def places(run):
    """Return file and line of each warning of a run."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run()
    return [(warning.filename, warning.lineno) for warning in caught]
