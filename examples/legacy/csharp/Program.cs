using System.ClientModel;
using OpenAI;
using OpenAI.Chat;

var options = new OpenAIClientOptions { Endpoint = new Uri("https://api.agentsflare.com/v1") };
var key = new ApiKeyCredential(Environment.GetEnvironmentVariable("AGENTSFLARE_API_KEY")!);

ChatClient client = new(model: "kimi-k2-turbo-preview", credential: key, options: options);
ChatCompletion completion = client.CompleteChat(
    [new UserChatMessage("Hello, how are you?")],
    new ChatCompletionOptions { Temperature = 0.7f, MaxOutputTokenCount = 100 });
Console.WriteLine(completion.Content[0].Text);

ChatClient thinker = new(@"kimi-k2-thinking", key, options);
Console.WriteLine(thinker.CompleteChat("How many r are in strawberry?").Value.Content[0].Text);
