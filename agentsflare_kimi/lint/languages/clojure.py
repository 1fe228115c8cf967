"""Clojure and other Lisps."""

from agentsflare_kimi.lint.languages.base import Language
from agentsflare_kimi.lint.languages.forms import DOUBLE_LINES, LINE, SKIP
from agentsflare_kimi.lint.sources.lexer import Form

LANGUAGE = Language(
    name="clojure",
    suffixes="clj cljs cljc edn el lisp scm rkt hy fnl",
    tags="elisp emacs-lisp scheme racket commonlisp",
    forms=(
        Form("comment", ";", LINE),
        Form("string", r"\\.", handler=SKIP),
        Form("string", '"', DOUBLE_LINES, '"'),
        Form("string", r"'(?=[a-z])", r"[^\s()]*+"),
    ),
    signs=";\"\\\\'",
    glues="",
    in_lists=True,
    tests=r"(?<=\()(?:deftest|ert-deftest|describe|it|testing|facts?)(?=\s)",
)
