"""One question through LangChain."""

import os

from langchain_openai import ChatOpenAI

llm = ChatOpenAI(
    model="kimi-k2-turbo-preview",
    temperature=0.3,
    base_url=os.environ.get("AGENTSFLARE_BASE_URL", "https://api.agentsflare.com/v1"),
    api_key=os.environ["AGENTSFLARE_API_KEY"],
)
print(llm.invoke("Hello, how are you?").content)
