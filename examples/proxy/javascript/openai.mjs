// npm's `openai` through the proxy: a retired model, a temperature that it rejects, a tool loop
// that forgets the reasoning. Only the base URL is the proxy's.
import OpenAI from "openai";

const client = new OpenAI({
  apiKey: process.env.AGENTSFLARE_API_KEY,
  baseURL: process.env.OPENAI_BASE_URL ?? "http://127.0.0.1:8766/v1",
});
const model = process.argv[2] ?? "kimi-k2-turbo-preview";
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const tools = [{ type: "function", function: { name: "get_weather", parameters } }];

const messages = [{ role: "user", content: "Hello" }];
const stream = await client.chat.completions.create({
  model,
  messages,
  temperature: 0.2,
  stream: true,
});
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
process.stdout.write("\n");

const asked = [{ role: "user", content: "What is the weather in Paris?" }];
for (let round = 0; round < 5; round += 1) {
  const tool_choice = round ? "auto" : "required";
  const request = { model, messages: asked, tools, tool_choice };
  const { message } = (await client.chat.completions.create(request)).choices[0];
  // As most programs do: what is not in OpenAI's own shape is dropped.
  asked.push({ role: "assistant", content: message.content, tool_calls: message.tool_calls });
  if (!message.tool_calls) break;
  for (const call of message.tool_calls) {
    asked.push({ role: "tool", tool_call_id: call.id, content: "clear, 21 degrees" });
  }
}
console.log(asked.at(-1).content);
