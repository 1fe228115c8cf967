"""A script that is configured by its environment alone: key, address, model, timeout.

AGENTSFLARE_MODEL=kimi-k2.7-code AGENTSFLARE_TIMEOUT=60 python from_environment.py "Say hello"
"""

import sys

from agentsflare_kimi import ConfigurationError, Kimi, KimiSettings, extract_content


def main() -> int:
    question = " ".join(sys.argv[1:]) or "Hello"
    try:
        settings = KimiSettings()
        client = Kimi(settings=settings)
    except ConfigurationError as error:
        print(f"not configured: {error}", file=sys.stderr)
        return 2
    print(f"asking {settings.model} at {settings.base_url}", file=sys.stderr)
    answer = client.chat.completions.create(
        model=settings.model, messages=[{"role": "user", "content": question}]
    )
    print(extract_content(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
