#!/bin/sh
# Ask once. The body is a here-document.
url="${AGENTSFLARE_BASE_URL:-https://api.agentsflare.com/v1}/chat/completions"
curl --fail-with-body --silent --show-error "$url" \
  -H "Authorization: Bearer $AGENTSFLARE_API_KEY" -H "Content-Type: application/json" \
  --data @- <<'JSON'
{
  "model": "kimi-k2-thinking-turbo",
  "messages": [{"role": "user", "content": "How many r are in strawberry?"}],
  "temperature": 1.0,
  "max_tokens": 16000
}
JSON
