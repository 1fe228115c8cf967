"""Ask two questions of the model that stands at the top."""

import os

from openai import OpenAI

MODEL = "kimi-k2-turbo-preview"

client = OpenAI(
    base_url=os.environ.get("AGENTSFLARE_BASE_URL", "https://api.agentsflare.com/v1"),
    api_key=os.environ["AGENTSFLARE_API_KEY"],
)


def ask(question):
    return client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": question}],
        temperature=0.2,
    )


title = client.chat.completions.create(
    model=MODEL, messages=[{"role": "user", "content": "A title, please."}], max_tokens=20
)
print(title.choices[0].message.content, ask("And a summary?").choices[0].message.content)
