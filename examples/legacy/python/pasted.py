"""As pasted together from three pages: wrong URL, wrong variable, wrong name."""

import os

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get(
        "AGENTSFLARE_BASE_URL", "https://api.agentsflare.com/v1/chat/completions"
    ),
    api_key=os.environ["OPENAI_API_KEY"],
)
completion = client.chat.completions.create(
    model="kimi-k2-turbo-previw",
    messages=[{"role": "user", "content": "Hello, how are you?"}],
)
print(completion.choices[0].message.content)
