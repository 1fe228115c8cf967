#!/bin/sh
# Print the events of a stream as they come: `--no-buffer`. The last one is `data: [DONE]`.
set -eu

curl --silent --show-error --fail-with-body --no-buffer \
  "${AGENTSFLARE_BASE_URL:-https://api.agentsflare.com/v1}/chat/completions" \
  -H "Authorization: Bearer ${AGENTSFLARE_API_KEY:?is not set}" \
  -H "Content-Type: application/json" \
  --data @- <<'JSON'
{
  "model": "kimi-k2.6",
  "messages": [{"role": "user", "content": "Hello, how are you?"}],
  "thinking": {"type": "disabled"},
  "stream": true
}
JSON
