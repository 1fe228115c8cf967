// Vercel's AI SDK through the proxy: a stream, a tool loop, an object. Only the base URL is the
// proxy's.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateObject, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const kimi = createOpenAICompatible({
  name: "kimi",
  apiKey: process.env.AGENTSFLARE_API_KEY,
  baseURL: process.env.OPENAI_BASE_URL ?? "http://127.0.0.1:8766/v1",
  supportsStructuredOutputs: true,
});
const model = kimi(process.argv[2] ?? "kimi-k2-turbo-preview");

let failure;
const { textStream } = streamText({
  model,
  prompt: "Hello",
  temperature: 0.2,
  onError: ({ error }) => {
    failure = error;
  },
});
for await (const text of textStream) process.stdout.write(text);
process.stdout.write("\n");
if (failure) {
  console.error(failure.message ?? failure);
  process.exit(1);
}

const getWeather = tool({
  description: "The weather in a city.",
  inputSchema: z.object({ city: z.string() }),
  execute: async () => "clear, 21 degrees",
});
const { text } = await generateText({
  model,
  prompt: "What is the weather in Paris?",
  tools: { getWeather },
  stopWhen: stepCountIs(5),
});
console.log(text);

const schema = z.object({ name: z.string(), age: z.number() });
const { object } = await generateObject({ model, prompt: "Who is Ann?", schema });
console.log(JSON.stringify(object));
