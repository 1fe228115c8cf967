// Say hello and print the answer.
//
// The gateway's page builds its message with ChatCompletionCreateParams.Message and a Role, which the SDK does not have
// (it has addUserMessage), and prints content() as a String, where the SDK returns an Optional: the page's own code
// does not compile.
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.util.Map;

public class Main {
  public static void main(String[] args) {
    String apiKey = System.getenv("AGENTSFLARE_API_KEY");
    if (apiKey == null || apiKey.isBlank()) {
      throw new IllegalStateException("AGENTSFLARE_API_KEY is not set");
    }
    String baseUrl = System.getenv("AGENTSFLARE_BASE_URL");

    OpenAIClient client = OpenAIOkHttpClient.builder()
        .apiKey(apiKey)
        .baseUrl(baseUrl == null || baseUrl.isBlank() ? "https://api.agentsflare.com/v1" : baseUrl)
        .build();

    ChatCompletionCreateParams params = ChatCompletionCreateParams.builder()
        .model("kimi-k2.6")
        .addUserMessage("Hello, how are you?")
        .maxCompletionTokens(100)
        // Not OpenAI's, so the SDK has no method for it. Without it kimi-k2.6 thinks first, and 100 tokens are gone
        // before the answer begins.
        .putAdditionalBodyProperty("thinking", JsonValue.from(Map.of("type", "disabled")))
        // The page also sends a temperature of 0.7, which kimi-k2.6 rejects: it is pinned.
        .build();

    ChatCompletion completion = client.chat().completions().create(params);
    System.out.println(completion.choices().get(0).message().content().orElse(""));
  }
}
