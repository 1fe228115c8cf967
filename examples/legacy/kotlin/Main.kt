import com.openai.client.okhttp.OpenAIOkHttpClient
import com.openai.models.chat.completions.ChatCompletionCreateParams

const val DEFAULT_MODEL = "kimi-k2-thinking"

fun main() {
    val client = OpenAIOkHttpClient.builder()
        .apiKey(System.getenv("OPENAI_API_KEY"))
        .baseUrl("https://api.agentsflare.com/v1")
        .build()
    val params = ChatCompletionCreateParams.builder()
        .model(System.getenv("KIMI_MODEL") ?: "kimi-k2-turbo-preview")
        .addUserMessage("Hello, how are you?")
        .build()
    println(client.chat().completions().create(params).choices().first().message().content().orElse(""))
}
