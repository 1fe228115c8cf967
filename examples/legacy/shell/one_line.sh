#!/bin/sh
curl --fail-with-body -sS "${AGENTSFLARE_BASE_URL:-https://api.agentsflare.com/v1}/chat/completions" -H "Authorization: Bearer $AGENTSFLARE_API_KEY" -H "Content-Type: application/json" --json "{\"model\": \"kimi-k2-turbo-preview\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}], \"n\": 2}"
