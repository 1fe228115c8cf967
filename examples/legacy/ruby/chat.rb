require "openai"

client = OpenAI::Client.new(
  api_key: ENV.fetch("AGENTSFLARE_API_KEY"),
  base_url: ENV.fetch("AGENTSFLARE_BASE_URL", "https://api.agentsflare.com/v1")
)

completion = client.chat.completions.create(
  model: "kimi-k2-0905-preview",
  messages: [{ role: "user", content: "Hello, how are you?" }],
  temperature: 0.7
)
puts completion.choices.first.message.content

vision = { "model" => 'moonshot-v1-32k-vision-preview', "messages" => [] } # moonshot-v1-8k-vision-preview is smaller
puts vision["model"]
