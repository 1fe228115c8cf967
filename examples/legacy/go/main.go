package main

import (
	"context"
	"fmt"
	"log"
	"os"

	openai "github.com/openai/openai-go"
	"github.com/openai/openai-go/option"
)

const fallbackModel = `kimi-k2-0711-preview`

func main() {
	client := openai.NewClient(
		option.WithAPIKey(os.Getenv("AGENTSFLARE_API_KEY")),
		option.WithBaseURL("https://api.agentsflare.com/v1"),
	)
	resp, err := client.Chat.Completions.New(context.Background(), openai.ChatCompletionNewParams{
		Model:       openai.F("kimi-k2-turbo-preview"),
		Messages:    openai.F([]openai.ChatCompletionMessageParamUnion{openai.UserMessage("Hello!")}),
		Temperature: openai.F(0.7),
	})
	if err != nil {
		log.Fatalf("%s and %s failed: %v", "the model", fallbackModel, err)
	}
	fmt.Println(resp.Choices[0].Message.Content)
}
