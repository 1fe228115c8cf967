"""Ask once and print the answer: `OpenAI(...)` became `Kimi()`."""

from agentsflare_kimi import Kimi

client = Kimi()  # reads AGENTSFLARE_API_KEY

answer = client.chat.completions.create(
    model="kimi-k2.6",
    messages=[{"role": "user", "content": "Hello, how are you?"}],
)
print(answer.choices[0].message.content)
