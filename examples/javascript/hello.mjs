// Say hello and print the answer. ES modules; `hello.cjs` is the same for CommonJS.
import OpenAI from "openai";

const client = new OpenAI({
  apiKey: process.env.AGENTSFLARE_API_KEY,
  baseURL: process.env.AGENTSFLARE_BASE_URL ?? "https://api.agentsflare.com/v1",
});

try {
  const completion = await client.chat.completions.create({
    model: "kimi-k2.6",
    messages: [{ role: "user", content: "Hello, how are you?" }],
    max_tokens: 100,
    // Not OpenAI's, so the SDK's types do not know it: TypeScript needs `// @ts-expect-error` here.
    // Without it kimi-k2.6 thinks first, and 100 tokens are gone before the answer begins.
    thinking: { type: "disabled" },
    // The gateway's page also sends `temperature: 0.7`, which kimi-k2.6 rejects: it is pinned.
  });
  console.log(completion.choices[0]?.message.content);
} catch (error) {
  // The page reads `err.response.data`, which the SDK has not had since version 4.
  if (!(error instanceof OpenAI.APIError)) throw error;
  console.error(`${error.constructor.name}: ${error.message}`);
  process.exitCode = 1;
}
