"""Describe a picture: one green pixel."""

import os

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("AGENTSFLARE_BASE_URL", "https://api.agentsflare.com/v1"),
    api_key=os.environ["AGENTSFLARE_API_KEY"],
)
pixel = "R0lGODdhAQABAIABAADIAAAAACwAAAAAAQABAAACAkQBADs="

completion = client.chat.completions.create(
    model="moonshot-v1-8k-vision-preview",
    messages=[
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": f"data:image/gif;base64,{pixel}"}},
                {"type": "text", "text": "What colour is it?"},
            ],
        }
    ],
)
print(completion.choices[0].message.content)
