"""Finds the host that a text calls: the gateway, Moonshot itself, or another one."""

from __future__ import annotations

import re
from functools import cached_property

from agentsflare_kimi.fast_typing import TYPE_CHECKING, Literal, NamedTuple
from agentsflare_kimi.lint.patterns import Rare, lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Final

__all__ = ["Host", "Hosts", "names_other_models"]

_URL: Final = lazy(r"https?://(?P<host>[\w.${}-]+)(?::\d+)?(?P<path>/[\w./${}-]*)?")
_API: Final = lazy(
    r"/v\d|/api\b|/openai|/compatible|/anthropic|/inference|/chat/completions|\A(?:api|llm|ai|gateway|proxy|openai)[.-]"
)
_BASE: Final = lazy(
    r"(?i)(?:base[-_]?ur[li]|ur[li]_?base|api[-_]?base|endpoint|api_?url|host|server)\w*[\"']?\)?\s*(?:=>|[:=(,])\s*(?:new \w+\()?[\"'`]?\Z"  # noqa: E501  # a pattern
)
_OURS: Final = lazy(r"(?:^|\.)(?:agentsflare\.com|moonshot\.(?:cn|ai)|kimi\.com|kimi\.ai)$")
_LOCAL: Final = lazy(r"^(?:localhost|127\.|0\.0\.0\.0|\[?::1|host\.docker)")
_PRIVATE: Final = lazy(
    r"^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|[\w-]+$|.*\.(?:local|internal|lan|svc)$)"
)
_WORDS_OF_NAME: Final = 3
_URL_KEY: Final = lazy(r"(?i)(?<![a-z_-])url[\"']?\s*(?:=>|[:=])\s*[\"'`]?\Z")
_LOCAL_API: Final = lazy(r"/v\d+\b|/completions|/responses|/api/(?:chat|generate)\b")
# `http://${host}:8000/v1`: only one's own servers are called without TLS.
_OWN_PORT: Final = lazy(r"http://[\w.-]*[${][\w.${}-]*:\d+/(?:v\d|[\w/]*completions)")
_NEUTRAL: Final = lazy(r"^(?:github\.|\S*github|\S*\$)")
# Hosts and SDKs of other vendors. Source: facts/catalog-2026-11.md section 4.
_VENDORS: Final = (
    r"openrouter|dashscope|aliyun|bailian|groq|together(?:ai)?|fireworks(?:_?ai)?|siliconflow|deepinfra"
    r"|novita(?:_ai|-ai)?|volc(?:engine|es)|ark|bedrock|azure(?:_openai)?|vertex(?:ai|_ai)?|nvidia|nim"
    r"|baseten|databricks|huggingface|hyperbolic|opencode|ollama|vllm|lmstudio|replicate|cloudflare"
    r"|heroku|parasail|chutes|nebius|tencent|baidu|qianfan|ppio|modelscope|poe|perplexity|requesty"
)
# Further vendors, which host no Kimi model but may be named as a provider.
_PROVIDERS: Final = (
    r"mistral|anthropic|google|gemini|cohere|deepseek|xai|x-ai|zhipu|qwen|minimax|ai21|palm|claude"
    r"|tgi|sglang|localai|lmdeploy|xinference|llamacpp|runpod|portkey|helicone|litellm"
)
# Every text that names a vendor contains one of these.
_VENDOR_NAMES: Final = tuple(
    name for part in _VENDORS.split("|") if (name := part.partition("(")[0]).isalnum()
)
_NAMED: Final = (*_VENDOR_NAMES, *_PROVIDERS.split("|"))
_VENDOR: Final = lazy(rf"(?:^|[./_-])(?:{_VENDORS})", re.IGNORECASE)
_PROVIDES: Final = lazy(rf"(?:{_VENDORS}|{_PROVIDERS})", re.IGNORECASE)
# Each begins with its word, because that is found many times faster.
_PROVIDER: Final = tuple(
    Rare(
        word,
        rf"{word}(?:(?<![^\W_]{word})|(?<=\bllm{word})|(?<=_llm{word})|(?<=\bmodel{word})|(?<=_model{word}))"
        r"[\"']?\s*(?:[:=]|=>)\s*[:\"']?(?P<name>[\w.-]+)",
    )
    for word in ("provider", "vendor", "platform", "backend", "apitype", "api_type")
)
_IMPORT: Final = lazy(r"^[ \t]*(?:from|import|require|using|use)\b[^\n]*", re.MULTILINE)
_IMPORTED: Final = lazy(rf"\b(?:{_VENDORS}|boto3|dashscope|google\.cloud|vertexai)\b")
# Clients of a vendor, which need no URL.
_CLASS: Final = lazy(r"[A-Z](?<!\w[A-Z])\w*+(?=\()")
_CLIENT: Final = lazy(
    rf"(?:Async|Chat|Azure)*(?:AzureOpenAI|AzureChatOpenAI|InferenceClient|(?i:{_VENDORS}))"
    r"(?:Chat|Client|Converse|LLM|Chat(?:Model|Generator))?"
)
_CALLED: Final = tuple(
    Rare(f".{resource}", rf"\.{resource}\b")
    for resource in ("chat", "completion", "completions", "generate", "messages")
)
_CALLEE: Final = lazy(rf"(?:{_VENDORS})(?:_client|Client)?")
# `OPENROUTER_API_KEY`: the variable names the vendor of a key or URL.
_VARIABLE: Final = lazy(
    r"([A-Z](?<!\w[A-Z])[A-Z0-9]+)_(?:API_KEY|API_TOKEN|KEY|TOKEN|BASE_URL|API_BASE|BASE|URL|ENDPOINT)\b"
)
# Names of other hosts and of servers for open weights, which mean nothing else.
_UNMISTAKABLE: Final = (
    "openrouter dashscope siliconflow deepinfra novita volcengine bedrock fireworks togetherai "
    "groq baseten vllm sglang ollama lmstudio lmdeploy xinference localai parasail "
    "text-generation-inference llamacpp litellm_proxy litellm_base litellm_url litellm_host "
    "litellm_api litellm_endpoint litellm_master litellm_key tensor_parallel tensor-parallel "
    "gpu_memory_utilization max_model_len hf_token instance_type api-version "
    "azureserviceversion openai-go/azure openai/deployments azure.withendpoint azure.withapikey "
    "x-title http-referer lm_studio llama_server llama_cpp llama-cpp "
    "cf_aig defaultazureconfig ngc_api_key azure_api_version model_path gpu_count "
    "num_gpus cuda_visible_devices nvidia_visible_devices"
)
# What a client of one's own server has for a key, a URL or a name.
_OWN: Final = Rare(
    "apikey api_key baseurl base_url baseuri base_uri",
    r"api_?key[\"']?\)?\s*[:=(,]\s*(?:[\"'](?:none|no-?key|dummy|-)[\"']"
    r"|[\"']?(?:empty|not[-_ ]?needed|sk-no-key-required|lm-studio)(?:[\"'\s]|\Z))"
    r"|base_?ur[li][\"']?\s*[:=]\s*[\"'`]/\w",
)
_OWN_CLIENT: Final = Rare(
    "hf local proxy", r"(?<![\w@-])(?:hf|local|proxy)_?\w*\.chat\.completions"
)
_MENTIONED: Final = Rare(
    _UNMISTAKABLE,
    rf"(?<![a-z])(?:{_UNMISTAKABLE.replace('.', '[.]').replace(' ', '|')})(?![a-z])",
)
_VARIABLE_ENDINGS: Final = ("_KEY", "_TOKEN", "_BASE", "_URL", "_ENDPOINT")
# Clients of other APIs, which go to their own hosts unless told otherwise.
_OTHER_CLIENTS: Final = "Anthropic Bedrock Cerebras Cohere Mistral Ollama Portkey"
_OTHER_SDK: Final = Rare(
    _OTHER_CLIENTS, rf"(?<!\w)(?:Async)?(?:{_OTHER_CLIENTS.replace(' ', '|')})(?:Client)?\("
)
_OURS_OR_ANY: Final = frozenset({"moonshot", "kimi", "agentsflare", "openai", "llm", "api", "base"})

# Every text that names the gateway or Moonshot contains one of these.
_OUR_NAMES: Final = ("agentsflare", "moonshot.", "kimi.")
# Names of other vendors' models, by how they begin.
_OTHER_MODELS: Final = Rare(
    "gpt- o1- o3- o4- claude gemini deepseek qwen glm- llama mistral grok doubao command-r",
    r"[\"'`/](?:gpt-|o[134]-|claude|gemini|deepseek|qwen|glm-|llama|mistral|grok|doubao|command-r)",
)

Host = Literal["ours", "vendor", "foreign", "mixed", "unknown"]


class _Place(NamedTuple):
    start: int
    kind: Host


class Hosts:
    """The API hosts that a text names."""

    def __init__(self, text: str) -> None:
        """Keep *text*; it is searched on first use."""
        self._text = text

    @cached_property
    def verdict(self) -> Host:
        """The host of the text's requests, if all go to the same one."""
        kinds = {place.kind for place in self._places}
        if "ours" in kinds:
            return "mixed" if kinds - {"ours"} else "ours"
        if "agentsflare" in self._lowered:
            return "mixed" if kinds else "ours"
        if not kinds:
            if self._has_vendor:
                return "vendor"
            return "foreign" if self._mentions_another else "unknown"
        return "vendor" if "vendor" in kinds else "foreign"

    def may_call_others(self, text: str) -> bool:
        """Tell whether a text with these hosts may also call another one.

        Args:
            text: The text, or the part of it that is judged.
        """
        is_elsewhere = self.verdict not in {"ours", "unknown"}
        return is_elsewhere or names_other_models(text)

    @cached_property
    def may_be_ours(self) -> bool:
        """Whether the text may name the gateway or Moonshot, by a quick look."""
        return any(map(self._lowered.__contains__, _OUR_NAMES))

    @cached_property
    def _lowered(self) -> str:
        return self._text.lower()

    @property
    def _mentions_another(self) -> bool:
        is_named = any(rare.is_in(self._lowered) for rare in (_MENTIONED, _OWN, _OWN_CLIENT))
        return is_named or _OTHER_SDK.is_in(self._text)

    @cached_property
    def _has_vendor(self) -> bool:
        lowered = self._lowered
        if not any(map(lowered.__contains__, _NAMED)):
            return False
        providers = [match["name"] for named in _PROVIDER for match in named.matches(lowered)]
        if providers and all(map(_PROVIDES.match, providers)):
            return True
        imports = " ".join(_IMPORT.findall(self._text))
        if _IMPORTED.search(imports):
            return True
        if any(map(_CALLEE.fullmatch, self._callees())):
            return True
        has_keys = any(ending in self._text for ending in _VARIABLE_ENDINGS)
        keys = {match[1].lower() for match in _VARIABLE.finditer(self._text)} if has_keys else ()
        if keys and _OURS_OR_ANY.isdisjoint(keys) and all(map(_PROVIDES.match, keys)):
            return True
        return any(_CLIENT.fullmatch(name) for name in {*_CLASS.findall(self._text)})

    def _callees(self) -> Iterator[str]:
        """Yield what the resources of a chat API are taken from: `groq` of `groq.chat`."""
        for resource in _CALLED:
            for match in resource.matches(self._text):
                start = match.start()
                while start and _is_of_word(self._text[start - 1]):
                    start -= 1
                if self._text[start - 1 : start] not in {".", "/", "@"}:
                    yield self._text[start : match.start()]

    @cached_property
    def _places(self) -> Sequence[_Place]:
        return [*self._find()] if "://" in self._text else ()

    def _find(self) -> Iterator[_Place]:
        last = 0
        for match in _URL.finditer(self._text):
            # What names a URL stands between it and the one before.
            floor, last = last, match.end()
            host, path = match["host"].lower(), match["path"] or ""
            if _OURS.search(host):
                yield _Place(match.start(), "ours")
            elif _OWN_PORT.match(match[0]):
                yield _Place(match.start(), "foreign")
            elif not _NEUTRAL.match(host):
                before = _last_words(self._text, floor, match.start())
                is_local = _LOCAL.match(host) is not None
                is_near = is_local or _PRIVATE.match(host) is not None
                if is_near and (_URL_KEY.search(before) or _LOCAL_API.search(path)):
                    yield _Place(match.start(), "foreign")
                elif is_local:
                    # A program may serve its own pages there, too.
                    if _BASE.search(before):
                        yield _Place(match.start(), "foreign")
                elif _API.search(host + path) or _API.match(host) or _BASE.search(before):
                    yield _Place(match.start(), "vendor" if _VENDOR.search(host) else "foreign")


def names_other_models(text: str) -> bool:
    """Tell whether a text names models of other vendors."""
    return _OTHER_MODELS.is_in(text.lower())


def _last_words(text: str, start: int, end: int) -> str:
    """Return the last words between two places, among them the one that may name a URL.

    The name is the last but two at most: `base_url = new URL("https://..."`.
    """
    at = end
    for _ in range(_WORDS_OF_NAME):
        while at > start and not _is_of_word(text[at - 1]):
            at -= 1
        while at > start and _is_of_word(text[at - 1]):
            at -= 1
    # With what is right before the name, which may show that it is part of a longer one.
    return text[max(at - 1, start) : end]


def _is_of_word(sign: str) -> bool:
    return sign.isalnum() or sign in "_-"
