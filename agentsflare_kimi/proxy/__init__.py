"""The client's repairs for programs in any language: an OpenAI-compatible server on loopback.

Needs the extra `proxy`: `pip install "agentsflare-kimi[proxy]"`.
"""

from __future__ import annotations

from agentsflare_kimi.errors import ConfigurationError

try:
    import starlette as _  # noqa: F401  # tells whether the extra is there
except ImportError as _error:
    raise ConfigurationError(
        'the proxy needs starlette and uvicorn: pip install "agentsflare-kimi[proxy]"'
    ) from _error

from agentsflare_kimi.proxy.app import create_app

__all__ = ["create_app"]
