#!/bin/sh
# Ask once. The body is one quoted string.
curl --fail-with-body --silent --show-error \
  "${AGENTSFLARE_BASE_URL:-https://api.agentsflare.com/v1}/chat/completions" \
  -H "Authorization: Bearer $AGENTSFLARE_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "model": "kimi-k2-0905-preview",
    "messages": [{"role": "user", "content": "Hello, how are you?"}],
    "max_tokens": 100,
    "temperature": 0.7
  }'
