variable "kimi_model" {
  type    = string
  default = "kimi-k2-turbo-preview" # kimi-k2-thinking for the nightly run
}

resource "aws_lambda_function" "bot" {
  function_name = "bot"
  environment {
    variables = {
      KIMI_MODEL           = var.kimi_model
      REVIEW_MODEL         = "kimi-k2-thinking"
      AGENTSFLARE_BASE_URL = "https://api.agentsflare.com/v1/chat/completions"
    }
  }
}
