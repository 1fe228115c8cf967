"""Ask once and print the answer."""

import os

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("AGENTSFLARE_BASE_URL", "https://api.agentsflare.com/v1"),
    api_key=os.environ["AGENTSFLARE_API_KEY"],
)

completion = client.chat.completions.create(
    model="kimi-k2-turbo-preview",
    messages=[{"role": "user", "content": "Hello, how are you?"}],
    temperature=0.6,
    max_tokens=100,
)
print(completion.choices[0].message.content)
