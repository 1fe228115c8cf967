"""`python -m agentsflare_kimi` is the command `agentsflare-kimi`."""

from __future__ import annotations

import sys

from agentsflare_kimi.cli import main

sys.exit(main())
