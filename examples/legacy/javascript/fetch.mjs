// No SDK: the body is written out.
const base = process.env.AGENTSFLARE_BASE_URL ?? "https://api.agentsflare.com/v1";

const response = await fetch(`${base}/chat/completions`, {
  method: "POST",
  headers: {
    Authorization: `Bearer ${process.env.AGENTSFLARE_API_KEY}`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify({
    model: "kimi-k2-0711-preview",
    messages: [{ role: "user", content: "Hello, how are you?" }],
    n: 2,
    top_p: 0.9,
  }),
});
const answer = await response.json();
if (!response.ok) throw new Error(JSON.stringify(answer));
for (const choice of answer.choices) console.log(choice.message.content);
