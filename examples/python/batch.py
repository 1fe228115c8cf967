"""Ask many questions, each once; store each answer as it arrives, each failure with its cause."""

import asyncio
import json
import sys
from pathlib import Path

from agentsflare_kimi import AsyncKimi, extract_content
from agentsflare_kimi.batch import BatchSummary, Journal, Limiter, run_batch

JOURNAL = Path(sys.argv[1] if len(sys.argv) > 1 else "squares.jsonl")
ROWS = [
    {
        "custom_id": f"square-{number}",
        "body": {
            "model": "kimi-k2.6",
            "messages": [{"role": "user", "content": f"What is {number} squared?"}],
            # Thinking would cost more than such questions are worth.
            "thinking": {"type": "disabled"},
            # Kimi reserves this many of the account's tokens a minute when the request is sent.
            "max_completion_tokens": 200,
        },
    }
    for number in range(1, 21)
]


async def ask_all() -> BatchSummary:
    # At most five requests in flight; fewer if the gateway refuses some.
    async with AsyncKimi() as client:
        with Journal(JOURNAL) as journal:
            return await run_batch(ROWS, client, journal, limiter=Limiter(5))


summary = asyncio.run(ask_all())
with JOURNAL.open("rb") as lines:
    for line in lines:
        record = json.loads(line)
        if record["error"]:
            print(record["custom_id"], "failed:", record["error"]["message"])
        else:
            print(record["custom_id"], extract_content(record["response"]["body"]))
# A second run asks only the rows without a record.
print(f"{summary.answered} answered, {summary.kept} kept, {summary.failed} failed")
