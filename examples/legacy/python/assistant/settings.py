"""What the assistant runs on."""

import os

BASE_URL = os.environ.get("AGENTSFLARE_BASE_URL", "https://api.agentsflare.com/v1")
MODEL = "kimi-k2-thinking-turbo"
# kimi-k2-thinking was too slow for the chat window.
