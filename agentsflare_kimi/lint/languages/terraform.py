"""Terraform and other HCL files."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import HASH, HEREDOC, SLASHES, STARS
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="terraform",
    suffixes="tf tfvars hcl nomad tofu",
    tags="tf",
    forms=(
        HASH,
        SLASHES,
        STARS,
        Form("heredoc", r"<<-?[A-Za-z_]\w*", handler=HEREDOC),
        Form(
            "string", '"', r"[^\"\\$%\r\n]*+(?>(?:(?:\\.|[$%](?!\{))[^\"\\$%\r\n]*+)*)", '"', "${"
        ),
    ),
    signs='#/"<',
    glues="",
    raw="<",
    is_data=True,
    extra_field="{name} = {{…}}",
)
