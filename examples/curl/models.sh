#!/bin/sh
# List the models that this key may use: the answer to "is it still there?".
set -eu

curl --silent --show-error --fail-with-body \
  "${AGENTSFLARE_BASE_URL:-https://api.agentsflare.com/v1}/models" \
  -H "Authorization: Bearer ${AGENTSFLARE_API_KEY:?is not set}"
