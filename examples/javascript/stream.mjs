// Print the answer as it comes, reasoning first.
import OpenAI from "openai";

const client = new OpenAI({
  apiKey: process.env.AGENTSFLARE_API_KEY,
  baseURL: process.env.AGENTSFLARE_BASE_URL ?? "https://api.agentsflare.com/v1",
});

const stream = await client.chat.completions.create({
  model: "kimi-k2.6",
  messages: [{ role: "user", content: "How many r are in strawberry?" }],
  // Reasoning and answer share it; Moonshot asks for at least 16,000 while the model thinks.
  max_tokens: 16_000,
  stream: true,
  stream_options: { include_usage: true },
});

let reasoned = 0;
let finishReason = null;
let usage = null;
for await (const chunk of stream) {
  usage = chunk.usage ?? usage;
  // The first chunk (filter results) and the last (usage) have no choices.
  const [choice] = chunk.choices;
  reasoned += choice?.delta.reasoning_content?.length ?? 0;
  finishReason = choice?.finish_reason ?? finishReason;
  process.stdout.write(choice?.delta.content ?? "");
}
process.stdout.write("\n");
console.error(`${reasoned} characters of reasoning, ${usage?.total_tokens} tokens, ${finishReason}`);
// A connection that is cut ends the loop too: only a finish reason says that all of it came.
if (finishReason === null) process.exitCode = 1;
