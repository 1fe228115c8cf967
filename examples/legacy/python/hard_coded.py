"""The example of the gateway's page with the key written in, over plain HTTP."""

import os

from openai import OpenAI

url = os.environ.get("AGENTSFLARE_BASE_URL", "http://api.agentsflare.com/v1")
client = OpenAI(base_url=url, api_key="sk-dummy-0000000000000000-not-a-real-key")

completion = client.chat.completions.create(
    model="kimi-chat", messages=[{"role": "user", "content": "Hello, how are you?"}]
)
print(completion.choices[0].message)
