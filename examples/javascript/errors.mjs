// Tell errors apart by the SDK's classes, with the gateway's own words.
import OpenAI from "openai";

const client = new OpenAI({
  apiKey: process.env.AGENTSFLARE_API_KEY,
  baseURL: process.env.AGENTSFLARE_BASE_URL ?? "https://api.agentsflare.com/v1",
  fetch: fetchWithReason,
});

// The gateway's own errors are `{"statusCode": 404, "message": "Key not found"}`. The SDK looks for an `error` in
// them, finds none, and says "404 status code (no body)": so put the reason where it looks.
async function fetchWithReason(...request) {
  const response = await fetch(...request);
  if (response.ok) return response;
  const { status, headers } = response;
  return new Response(withError(await response.text()), { status, headers });
}

function withError(text) {
  try {
    const body = JSON.parse(text);
    return typeof body.message === "string" ? JSON.stringify({ error: body }) : text;
  } catch {
    return text; // a page of the edge
  }
}

const advice = [
  [OpenAI.NotFoundError, "is AGENTSFLARE_API_KEY right?"],
  [OpenAI.BadRequestError, "is the model served, and does it take these parameters?"],
  [OpenAI.RateLimitError, "slow down, or top up the balance"],
  [OpenAI.InternalServerError, "try again later, or stream the answer"],
  [OpenAI.APIConnectionError, "is AGENTSFLARE_BASE_URL right?"],
];

try {
  const completion = await client.chat.completions.create({
    model: process.argv[2] ?? "kimi-k2.6",
    messages: [{ role: "user", content: "Hello, how are you?" }],
  });
  console.log(completion.choices[0]?.message.content);
} catch (error) {
  if (!(error instanceof OpenAI.APIError)) throw error;
  const [, hint] = advice.find(([kind]) => error instanceof kind) ?? [];
  console.error(`${error.constructor.name}: ${error.message}${hint ? ` (${hint})` : ""}`);
  process.exitCode = 1;
}
