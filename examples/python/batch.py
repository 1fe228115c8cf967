"""Ask many questions: each once, what was answered kept at once, failures with their causes."""

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
            # What a request may use of the tokens a minute is reserved when it is sent.
            "max_completion_tokens": 200,
        },
    }
    for number in range(1, 21)
]


async def ask_all() -> BatchSummary:
    # How many requests the gateway takes at once is found out, five at the most.
    async with AsyncKimi() as client:
        with Journal(JOURNAL) as journal:
            return await run_batch(ROWS, client, journal, limiter=Limiter(5))


summary = asyncio.run(ask_all())
for line in JOURNAL.read_text("utf-8").splitlines():
    record = json.loads(line)
    if record["error"]:
        print(record["custom_id"], "failed:", record["error"]["message"])
    else:
        print(record["custom_id"], extract_content(record["response"]["body"]))
# Run again, this asks only what has no record.
print(f"{summary.answered} answered, {summary.kept} kept, {summary.failed} failed")
