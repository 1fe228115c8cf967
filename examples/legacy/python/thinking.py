"""Stream the reasoning, then the answer."""

import os

import openai

client = openai.OpenAI(
    base_url=os.environ.get("AGENTSFLARE_BASE_URL") or "https://api.agentsflare.com/v1",
    api_key=os.environ.get("AGENTSFLARE_API_KEY"),
)

stream = client.chat.completions.create(
    model='kimi-k2-thinking',  # one quote or two, it stays
    messages=[{"role": "user", "content": "How many r are in strawberry?"}],
    temperature=1.0,
    max_tokens=32_000,
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        delta = chunk.choices[0].delta
        print(getattr(delta, "reasoning_content", None) or delta.content or "", end="")
print()
