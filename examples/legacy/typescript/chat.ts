import OpenAI from "openai";

const MODELS = ["kimi-k2-turbo-preview", "kimi-k2.6"] as const;
type Model = (typeof MODELS)[number];

const client = new OpenAI({
  apiKey: process.env.AGENTSFLARE_API_KEY,
  baseURL: process.env.AGENTSFLARE_BASE_URL ?? "https://api.agentsflare.com/v1/chat/completions",
});

export async function ask(question: string, model: Model = "kimi-k2-turbo-preview"): Promise<string> {
  const res = await client.chat.completions.create({ model, messages: [{ role: "user", content: question }] });
  return res.choices[0]?.message.content ?? "";
}

export async function summarise(text: string): Promise<string> {
  const res = await client.chat.completions.create({
    model: "kimi-k2-thinking-turbo",
    messages: [{ role: "user", content: `Summarise: ${text}` }],
    max_tokens: 16000,
  });
  return res.choices[0]?.message.content ?? "";
}
