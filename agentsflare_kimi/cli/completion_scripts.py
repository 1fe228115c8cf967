"""The scripts for bash, zsh and fish, which are self-contained, so that Tab starts no Python."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from agentsflare_kimi.cli.completion_table import Command, Option, Values

__all__ = ["SCRIPTS"]

_PROGRAM: Final = "agentsflare-kimi"
_GLOBAL: Final = ("--help", "--version", "--debug")


def _bash(commands: tuple[Command, ...]) -> str:
    names = " ".join([*(command.name for command in commands), *_GLOBAL])
    cases = "".join(f"        {line}\n" for command in commands for line in _bash_values(command))
    words = "".join(_bash_words(command) for command in commands)
    return f"""\
_agentsflare_kimi() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
    local options="" words="" files=""
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{names}" -- "$word"))
        return
    fi
    # bash takes --option=value for three words
    if [ "$word" = "=" ]; then word=""; elif [ "$before" = "=" ]; then
        before="${{COMP_WORDS[COMP_CWORD-2]}}"
    fi
    case "${{COMP_WORDS[1]}} $before" in
{cases}        *)
            case "${{COMP_WORDS[1]}}" in
{words}            esac
            ;;
    esac
    if [[ "$word" == -* ]]; then words="$options"; files=""; fi
    [ -z "$words" ] || COMPREPLY=($(compgen -W "$words" -- "$word"))
    [ -z "$files" ] || compopt -o default -o bashdefault
}}
complete -F _agentsflare_kimi {_PROGRAM}
"""


def _bash_values(command: Command) -> Iterator[str]:
    for option in command.options:
        if option.values is not None:
            pattern = "|".join(f'"{command.name} {name}"' for name in option.names)
            yield f"{pattern}) {_bash_taken(option.values)} ;;"


def _bash_words(command: Command) -> str:
    names = " ".join(name for option in command.options for name in option.names)
    taken = _bash_taken(command.arguments) if command.arguments else ""
    return f'                {command.name}) options="{names}"; {taken} ;;\n'.replace(";  ;;", ";;")


def _bash_taken(values: Values) -> str:
    return f'words="{" ".join(values.words)}"; files="{"yes" if values.are_files else ""}"'


def _zsh(commands: tuple[Command, ...]) -> str:
    described = " ".join(_zsh_quoted(f"{each.name}:{each.purpose}") for each in commands)
    cases = "".join(_zsh_case(command) for command in commands)
    return f"""\
#compdef {_PROGRAM}
_agentsflare_kimi() {{
    local -a commands
    commands=({described})
    if (( CURRENT == 2 )); then
        _describe command commands
        compadd -- {" ".join(_GLOBAL)}
        return
    fi
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
{cases}    esac
}}
if [ "$funcstack[1]" = _agentsflare_kimi ]; then
    _agentsflare_kimi "$@"
else
    compdef _agentsflare_kimi {_PROGRAM}
fi
"""


def _zsh_case(command: Command) -> str:
    specs = [_zsh_option(option) for option in command.options]
    if command.arguments is not None:
        specs.append(_zsh_quoted(f"*:argument:{_zsh_taken(command.arguments)}"))
    lines = "".join(f" \\\n            {spec}" for spec in specs)
    return f"        {command.name}) _arguments -S{lines} ;;\n"


def _zsh_option(option: Option) -> str:
    purpose = option.purpose
    for sign in "\\[]:":
        purpose = purpose.replace(sign, f"\\{sign}")
    takes = "" if option.values is None else f":value:{_zsh_taken(option.values)}"
    return " ".join(
        _zsh_quoted(f"*{name}{'=' if takes and name.startswith('--') else ''}[{purpose}]{takes}")
        for name in option.names
    )


def _zsh_taken(values: Values) -> str:
    if values.words:
        return f"({' '.join(values.words)})"
    return "_files" if values.are_files else " "


def _zsh_quoted(text: str) -> str:
    return shlex.quote(text)


def _fish(commands: tuple[Command, ...]) -> str:
    return "".join(f"complete -c {_PROGRAM} {line}\n" for line in _fish_lines(commands))


def _fish_lines(commands: Iterable[Command]) -> Iterator[str]:
    yield "-f"
    for name in _GLOBAL:
        yield f"-n __fish_use_subcommand -l {name[2:]}"
    for command in commands:
        yield f"-n __fish_use_subcommand -a {command.name} -d {_fish_quoted(command.purpose)}"
        seen = f"-n '__fish_seen_subcommand_from {command.name}'"
        if command.arguments is not None:
            yield f"{seen}{_fish_taken(command.arguments, none='')}"
        for option in command.options:
            names = "".join(
                f" -l {name[2:]}" if name.startswith("--") else f" -s {name[1:]}"
                for name in option.names
            )
            taken = "" if option.values is None else _fish_taken(option.values, none=" -x")
            yield f"{seen}{names}{taken} -d {_fish_quoted(option.purpose)}"


def _fish_taken(values: Values, *, none: str) -> str:
    if values.words:
        return f"{none and ' -x'} -a {_fish_quoted(' '.join(values.words))}"
    return f"{none and ' -r'} -F" if values.are_files else none


def _fish_quoted(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{quoted}'"


SCRIPTS: Final[dict[str, Callable[[tuple[Command, ...]], str]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
