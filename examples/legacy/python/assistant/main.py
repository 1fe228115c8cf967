"""Answer the question on the command line, or a standing one."""

import os
import sys

import settings
from openai import OpenAI

client = OpenAI(base_url=settings.BASE_URL, api_key=os.environ["AGENTSFLARE_API_KEY"])
completion = client.chat.completions.create(
    model=settings.MODEL,
    messages=[{"role": "user", "content": " ".join(sys.argv[1:]) or "Hello, how are you?"}],
    max_tokens=16_000,
)
print(completion.choices[0].message.content)
