#!/bin/sh
# Say hello and print the whole answer, as the gateway's page does. Two parts of the page's request are
# changed for kimi-k2.6: `temperature` 0.7 is gone, as the model rejects it; and thinking is off, as 100 tokens
# would be gone before the answer begins. `--fail-with-body` makes an error an exit status, and shows it.
set -eu

curl --silent --show-error --fail-with-body -X POST \
  "${AGENTSFLARE_BASE_URL:-https://api.agentsflare.com/v1}/chat/completions" \
  -H "Authorization: Bearer ${AGENTSFLARE_API_KEY:?is not set}" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "kimi-k2.6",
    "messages": [
      {
        "role": "user",
        "content": "Hello, how are you?"
      }
    ],
    "max_tokens": 100,
    "thinking": {"type": "disabled"}
  }'
