"""Know what went wrong, and whether asking again helps."""

import sys

from openai import APIError

from agentsflare_kimi import BalanceExhaustedError, Kimi, diagnose, extract_content

# Up to four retries, each after a pause or the gateway's Retry-After; a minute for everything.
client = Kimi(max_retries=4, deadline=60)
try:
    answer = client.chat.completions.create(
        model="kimi-k2.6", messages=[{"role": "user", "content": "Hello"}]
    )
except BalanceExhaustedError:
    # Asked once: no retry fills an account.
    sys.exit("the balance is used up; top the account up and run this again")
except APIError as error:
    diagnosis = diagnose(error)
    print(f"{diagnosis.cause}: {diagnosis.summary}", file=sys.stderr)
    print(diagnosis.advice, file=sys.stderr)
    sys.exit(75 if diagnosis.is_retryable else 1)  # 75: try again later (sysexits.h)
print(extract_content(answer))
