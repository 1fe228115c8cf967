"""The commands and what each is for.

Written by `make generate` from the commands' modules; do not edit.
"""

COMMANDS = {
    "batch": "ask very many prompts from a file",
    "chat": "talk to a model",
    "completion": "complete commands and options in bash, zsh or fish",
    "demo": "show what the package does, without a key",
    "doctor": "check key, address and model",
    "lint": "find and fix retired model names and rejected parameters in source trees",
    "models": "list the models and their status",
    "proxy": "repair requests from programs in any language on their way to the gateway",
    "serve": "run the gateway emulator",
}
