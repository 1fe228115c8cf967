// Let the model ask for the weather, tell it, and print what it makes of it.
import OpenAI from "openai";

const client = new OpenAI({
  apiKey: process.env.AGENTSFLARE_API_KEY,
  baseURL: process.env.AGENTSFLARE_BASE_URL ?? "https://api.agentsflare.com/v1",
});
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const tools = [{ type: "function", function: { name: "get_weather", parameters } }];
const messages = [{ role: "user", content: "What is the weather in Paris?" }];

for (let round = 0; round < 5; round += 1) {
  const completion = await client.chat.completions.create({ model: "kimi-k2.6", messages, tools });
  const { message } = completion.choices[0];
  // Unchanged: the model asks for its `reasoning_content` back in each message that calls a tool.
  messages.push(message);
  if (!message.tool_calls) break;
  for (const call of message.tool_calls) {
    const { city } = JSON.parse(call.function.arguments);
    const content = JSON.stringify({ city, sky: "clear", celsius: 21 });
    messages.push({ role: "tool", tool_call_id: call.id, content });
  }
}
console.log(messages.at(-1).content);
