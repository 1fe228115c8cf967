"""A web service that passes answers on as they arrive.

Needs `pip install fastapi uvicorn`. Run it, then:

curl -N "http://127.0.0.1:8000/ask?question=Hello"
"""

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import StreamingResponse
from openai import APIError

from agentsflare_kimi import AsyncKimi, AsyncStreamReader, diagnose


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
    # One client for all requests: making one takes longer than asking.
    async with AsyncKimi() as client:
        app.state.client = client
        yield


def get_client(request: Request) -> AsyncKimi:
    return request.app.state.client


app = FastAPI(lifespan=lifespan)


@app.get("/ask")
async def ask(
    question: str, client: Annotated[AsyncKimi, Depends(get_client)]
) -> StreamingResponse:
    try:
        stream = await client.chat.completions.create(
            model="kimi-k2.6", messages=[{"role": "user", "content": question}], stream=True
        )
    except APIError as error:
        diagnosis = diagnose(error)
        raise HTTPException(503 if diagnosis.is_retryable else 502, diagnosis.summary) from error

    async def pieces() -> AsyncIterator[str]:
        # The block closes the upstream's connection, also when the browser goes away.
        async with AsyncStreamReader(stream) as reader:
            async for piece in reader:
                yield piece

    return StreamingResponse(pieces(), media_type="text/plain; charset=utf-8")


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8000")))
