module example.com/agentsflare-hello

go 1.25.0

require github.com/openai/openai-go/v3 v3.52.0
