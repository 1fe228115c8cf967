const { OpenAI } = require('openai')

const client = new OpenAI({
  apiKey: process.env.OPENAI_API_KEY,
  baseURL: process.env.AGENTSFLARE_BASE_URL || 'https://api.agentsflare.com/v1',
})

async function main() {
  const stream = await client.chat.completions.create({
    model: 'kimi-k2-0905-preview', stream: true,
    messages: [{ role: 'user', content: 'Hello, how are you?' }]
  })
  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? '')
  process.stdout.write('\n')
}

main().catch((error) => { console.error(error.message); process.exitCode = 1 })
