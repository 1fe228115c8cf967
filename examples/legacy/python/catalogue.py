"""Which model for which task, and what became of older names: no request, nothing to change."""

MODELS = [
    {"id": "kimi-k2-0905-preview", "context": 262_144},
    {"id": "kimi-k2.5", "context": 262_144},
]
PRICES = {"kimi-k2-thinking": 0.60, "moonshotai/kimi-k2-thinking": 0.55}
RENAMED = {"kimi-k2-0711-preview": "kimi-k2.6"}
DOCS = "https://example.com/models/kimi-k2-turbo-preview.html"


def is_fast(model: str) -> bool:
    return model == "kimi-k2-turbo-preview"


if __name__ == "__main__":
    print(len(MODELS), RENAMED, is_fast("kimi-k2.6"), PRICES, DOCS)
