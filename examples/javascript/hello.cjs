// Say hello and print the answer. CommonJS; `hello.mjs` is the same for ES modules and says why.
const { OpenAI } = require("openai");

const client = new OpenAI({
  apiKey: process.env.AGENTSFLARE_API_KEY,
  baseURL: process.env.AGENTSFLARE_BASE_URL ?? "https://api.agentsflare.com/v1",
});

async function main() {
  const completion = await client.chat.completions.create({
    model: "kimi-k2.6",
    messages: [{ role: "user", content: "Hello, how are you?" }],
    max_tokens: 100,
    thinking: { type: "disabled" },
  });
  console.log(completion.choices[0]?.message.content);
}

main().catch((error) => {
  if (!(error instanceof OpenAI.APIError)) throw error;
  console.error(`${error.constructor.name}: ${error.message}`);
  process.exitCode = 1;
});
