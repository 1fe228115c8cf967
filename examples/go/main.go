// Say hello and print the answer.
//
// The gateway's page shows this for a version of the SDK before 1.0. Since then openai.F is gone (optional numbers are
// openai.Int and openai.Float, the model is a plain string) and the module's path ends in /v3, so the page's
// own code no longer compiles against a current SDK.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

func main() {
	apiKey := os.Getenv("AGENTSFLARE_API_KEY")
	if apiKey == "" {
		log.Fatal("AGENTSFLARE_API_KEY is not set")
	}
	baseURL := os.Getenv("AGENTSFLARE_BASE_URL")
	if baseURL == "" {
		baseURL = "https://api.agentsflare.com/v1"
	}
	client := openai.NewClient(option.WithAPIKey(apiKey), option.WithBaseURL(baseURL))

	completion, err := client.Chat.Completions.New(
		context.Background(),
		openai.ChatCompletionNewParams{
			Model: "kimi-k2.6",
			Messages: []openai.ChatCompletionMessageParamUnion{
				openai.UserMessage("Hello, how are you?"),
			},
			MaxTokens: openai.Int(100),
			// The page also sends a temperature of 0.7, which kimi-k2.6 rejects: it is pinned.
		},
		// Not OpenAI's, so the SDK has no field for it. Without it kimi-k2.6 thinks first,
		// and 100 tokens are gone before the answer begins.
		option.WithJSONSet("thinking", map[string]string{"type": "disabled"}),
	)
	if err != nil {
		log.Fatalf("chat completion failed: %v", err)
	}
	if len(completion.Choices) == 0 {
		log.Fatalf("no choices: %s", completion.RawJSON())
	}
	fmt.Println(completion.Choices[0].Message.Content)
}
