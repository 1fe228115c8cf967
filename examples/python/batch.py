"""Ask many questions, a few at a time; one that fails does not stop the others."""

import asyncio

from openai import APIError

from agentsflare_kimi import AsyncKimi, diagnose, extract_content

QUESTIONS = [f"What is {number} squared?" for number in range(1, 21)]
AT_A_TIME = 5


async def ask(client: AsyncKimi, question: str) -> str:
    try:
        answer = await client.chat.completions.create(
            model="kimi-k2.6",
            messages=[{"role": "user", "content": question}],
            # Thinking would cost more than such questions are worth.
            extra_body={"thinking": {"type": "disabled"}},
        )
    except APIError as error:
        return f"failed: {diagnose(error).summary}"
    return extract_content(answer)


async def main() -> None:
    # The client sends so many requests at once and keeps the rest waiting.
    async with AsyncKimi(max_concurrency=AT_A_TIME) as client:
        answers = await asyncio.gather(*(ask(client, question) for question in QUESTIONS))
    for question, answer in zip(QUESTIONS, answers, strict=True):
        print(f"{question} {answer}")


asyncio.run(main())
