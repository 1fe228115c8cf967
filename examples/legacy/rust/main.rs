use async_openai::{config::OpenAIConfig, types::CreateChatCompletionRequestArgs, Client};

const MODEL: &str = "kimi-k2-thinking-turbo";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = OpenAIConfig::new()
        .with_api_key(std::env::var("AGENTSFLARE_API_KEY")?)
        .with_api_base("https://api.agentsflare.com/v1");
    let request = CreateChatCompletionRequestArgs::default()
        .model(r"kimi-k2-0711-preview")
        .temperature(0.7)
        .build()?;
    let response = Client::with_config(config).chat().create(request).await?;
    println!("{MODEL}: {:?}", response.choices[0].message.content);
    Ok(())
}
