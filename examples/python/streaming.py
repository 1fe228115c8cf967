"""Print an answer as it arrives, then what is known once it has ended."""

from agentsflare_kimi import IncompleteStreamError, Kimi, StreamReader

client = Kimi()
stream = client.chat.completions.create(
    model="kimi-k2.6",
    messages=[{"role": "user", "content": "Write a line about the sea."}],
    stream=True,
    stream_options={"include_usage": True},
)
with StreamReader(stream) as reader:
    try:
        for piece in reader:
            print(piece, end="", flush=True)
    except IncompleteStreamError as error:
        print(f"\n(the connection broke after {len(error.partial)} characters)")
print()
print(f"finish reason: {reader.finish_reason}")
print(f"thought for {len(reader.reasoning.split())} words before it answered")
if reader.usage:
    print(f"tokens: {reader.usage.prompt_tokens} in, {reader.usage.completion_tokens} out")
print(reader.filter_results)
