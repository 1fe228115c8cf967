#!/usr/bin/env bash
# The model comes from the environment, or not.
MODEL="${KIMI_MODEL:-kimi-k2-thinking}"
curl --fail-with-body -sS "${AGENTSFLARE_BASE_URL:-https://api.agentsflare.com/v1}/chat/completions" \
  -H "Authorization: Bearer $OPENAI_API_KEY" -H "Content-Type: application/json" \
  --data-binary @- <<EOF
{"model": "$MODEL", "messages": [{"role": "user", "content": "Hello from $(uname)"}]}
EOF
