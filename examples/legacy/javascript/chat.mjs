import OpenAI from "openai";

const client = new OpenAI({
  apiKey: process.env.AGENTSFLARE_API_KEY,
  baseURL: process.env.AGENTSFLARE_BASE_URL ?? "https://api.agentsflare.com/v1",
});

const res = await client.chat.completions.create({
  model: "kimi-k2-turbo-preview",
  messages: [{ role: "user", content: "Hello, how are you?" }],
  max_tokens: 100,
  temperature: 0.7,
});
console.log(res.choices[0].message.content);
