import OpenAI from "openai";

const client = new OpenAI({
  apiKey: process.env.AGENTSFLARE_API_KEY,
  baseURL: process.env.AGENTSFLARE_BASE_URL ?? "https://api.agentsflare.com/v1",
});
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const tools = [{ type: "function", function: { name: "get_weather", parameters } }];
const messages = [{ role: "user", content: `What is the weather in ${process.argv[2] ?? "Paris"}?` }];

for (;;) {
  const { choices } = await client.chat.completions.create({
    model: `kimi-k2-thinking`,
    messages,
    tools,
    temperature: 1,
  });
  const { message } = choices[0];
  messages.push(message);
  if (!message.tool_calls) break;
  for (const call of message.tool_calls) {
    messages.push({ role: "tool", tool_call_id: call.id, content: '{"sky": "clear"}' });
  }
}
console.log(messages.at(-1).content);
