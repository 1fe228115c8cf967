"""Classifies calls, classes and fields by what they do with a model's name.

Sources: the SDKs' and frameworks' own references; 241 forms from public code.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from agentsflare_kimi.lint.patterns import lazy

__all__ = [
    "ABOUT_MODEL",
    "ASKS",
    "CREDENTIALS",
    "HIDDEN_TEMPERATURE",
    "MOCKS",
    "NAMES_OF_MODELS",
    "RECORDS",
    "compares",
    "describes_a_model",
    "falls_back",
    "is_chat",
    "is_held_against",
    "is_pattern",
    "keeps",
    "queries",
    "takes_down",
    "takes_model_first",
]

# Fields that only a request has beside the model's name.
ASKS: Final = frozenset(
    "messages input prompt contents conversation stream max_tokens maxtokens "  # noqa: SIM905  # words read best as words
    "max_completion_tokens maxcompletiontokens system tools response_format responseformat "
    "tool_choice toolchoice instructions reasoning_effort stop thinking extra_body extrabody".split()  # noqa: E501  # a pattern
)
CREDENTIALS: Final = frozenset(
    "apikey baseurl apibase openaiapikey openaiapibase openaibaseurl endpoint apitype apiurl "  # noqa: SIM905  # words read best as words
    "serverurl authtoken credential credentials configuration clientoptions azureendpoint "
    "apikeyenv apikeyvar modelplatform ischatmodel".split()
)
RECORDS: Final = frozenset(
    "timestamp createdat startedat finishedat endedat duration durationms actualduration "  # noqa: SIM905  # words read best as words
    "latency latencyms elapsed inputtokens outputtokens totaltokens prompttokens "
    "completiontokens tokenusage event eventtype requestid traceid spanid loggedat totalcost "
    "accuracy elo score".split()
)
# Keys that hold a model only if their surroundings are about one.
ABOUT_MODEL: Final = frozenset(
    "default defaultvalue default_value defaultmodel fallback value initial initialvalue id "  # noqa: SIM905  # words read best as words
    "name defaultsto placeholder slug defaultoption fallbackvalue "
    "initialdata contents defaultfactory default_factory defaultvaluet".split()
)
# Other names for the model argument, in classes that call models.
NAMES_OF_MODELS: Final = frozenset(
    "id name model_type modeltype engine deployment deployment_name azure_deployment llm lm "  # noqa: SIM905  # words read best as words
    "model_uri chat_model default llm_type".split()
)
# They send a temperature by default. Sources: langchain_community 0.4
# chat_models/moonshot.py (MoonshotCommon: temperature 0.3), llama_index.llms.openai
# base.py (OpenAI: temperature 0.1, which OpenAILike inherits).
HIDDEN_TEMPERATURE: Final = frozenset(
    {"MoonshotChat", "Moonshot", "MoonshotLLM", "OpenAILike", "ChatMoonshot", "MoonshotChatModel"}
)
# They begin a chain that sets up expected calls and their responses.
MOCKS: Final = frozenset(
    "nock receive expect allow stub stubs stub_request stubfor mock when given verify every "  # noqa: SIM905  # words read best as words
    "coevery spyon assertthat whenever".split()
)
_WORD: Final = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# Common methods, recognized without a pattern.
_METHODS: Final = frozenset({"create", "parse", "stream"})
_RESOURCES: Final = frozenset({"completions", "responses", "messages"})
_CHAT_METHODS: Final = lazy(
    r"(?i)(?:^|\.)(?:chat\.?completions?(?:\(\))?|completions?(?:\(\))?|responses(?:\(\))?|messages(?:\(\))?|chat(?:\(\))?)"
    r"\.(?:with_raw_response\.|with_streaming_response\.)?"
    r"(?:create|createasync|createstreaming|create_async|createstream|parse|stream|run_tools|runtools|new|newstreaming|generate|complete|"
    r"completechat|completechatasync|send|do|run|invoke|completions?)(?:async|streaming)?$"
)
_CHAT_CALLS: Final = frozenset(
    "completion acompletion text_completion atext_completion batch_completion responses "  # noqa: SIM905  # words read best as words
    "aresponses litellm.completion generatetext streamtext generateobject streamobject "
    "generate_text stream_text generate_object initchatmodel init_chat_model chatcompletion "
    "chat_completion createchatcompletion create_chat_completion createchatcompletionstream "
    "chat_completions chatcompletions achatcompletion ask_llm call_llm calllm chat_openai "
    "chat addopenaichatcompletion addopenaichatclient addopenai createchatmodel "
    "load_chat_model from_provider get_llm getchatmodel create_react_agent create_agent "
    "createagent make_llm load_llm get_chat_model chatmodel chat_model languagemodel "
    "language_model withmodel generation.call rubyllm.chat askmodel agent using exec_chat "
    "exec_chat_stream".split()
)
_CHAT_CLASS: Final = lazy(
    r"^(?:Async|Lazy|Stream(?:ing)?)?(?:"
    r"(?:Lite|Azure|Base)?Chat(?!Message|History|Session|Room|Log|Usage|Record|Event)\w*|\w*(?:ChatModel|ChatClient|ChatLLM|ServerModel|CompletionRequest"
    r"|CompletionParams|CompletionNewParams|CompletionCreateParams|CompletionRequestArgs|ChatOptions"
    r"|CompletionOptions|ChatQuery|CompletionsOptions|CompletionsRequest|ChatRequest|LanguageModel|ResponseNewParams|ResponseCreateParams)(?:Builder|Args)?"
    r"|\w*(?:OpenAI|Moonshot|LiteLLM|LiteLlm|Kimi)(?:Model|Like|LLM|Chat|Compatible|Compatibility|Server|Generator|Client|Responses\w*|Options|Config|Conversation|ClientModel)?\w{0,12}"
    r"|\w*(?:Assistant|Conversable|UserProxy|ReAct|Tool|Code|Chat)?Agent(?:Options|Config|Spec)?|LLM|LM|Llm|GenerativeModel|ModelFactory|ModelClient|LLMConfig|LLMChain|Crew|Predictor|Generation|ModelSettings|OpenAiChatModel"
    r"|InferenceClientModel|HfApiModel)$"
)
_CATALOGUE_TYPE: Final = lazy(
    r"(?:Model|LLM|Llm)(?:s?)(?:Id|ID|Info|Name|Entry|Spec|Card|Meta|Metadata|Definition|Descriptor"
    r"|Details?|Capabilit\w+|Pricing|Price|Record|Type|Enum|Profile|Limits?)$|(?:Price|Pricing|Cost)\w*$"
)
_FALLBACKS: Final = frozenset(
    "getenv get fetch env getenvor get_env getproperty getordefault getvalue get_or_default "  # noqa: SIM905  # words read best as words
    "or cmp.or coalesce default unwrap_or unwrap_or_else unwrap_or_default orelse orelseget "
    "getorelse ornull ifempty ifblank or_else or_insert default_value defaultto with_default "
    "setdefault envor env_or env_or_default getenvordefault getenvwithdefault envdefault "
    "lookup_env presence try pop getattr dig firstnonempty first_non_empty nonempty if_nil "
    "nvl ifnull isnull option prop config parameter setting getsetting getconfig get_setting "
    "var valuefrom field stringvar string fromenvironment catch prefault stringp addoption "
    "add_option add_argument argument optional stringvarp stringflag defaulted environ "
    "getenv_or readenv configvalue getenvdefault".split()
)
_COMPARING: Final = frozenset(
    "assert_equal assertsame xctassertequal assertsent assert_receive assert_received "  # noqa: SIM905  # words read best as words
    "tobe toequal tostrictequal tocontain tocontainequal tomatch assertequal assertequals "
    "assertin assertnotequal areequal equal notequal equals strictequal deepequal "
    "equalsignorecase startswith endswith hasprefix hassuffix starts_with ends_with "
    "start_with end_with start_with? end_with? includes include? contains contains_key "
    "containskey has has_key has_value indexof equalfold assert_eq assert_ne eq ne isequalto "
    "is_equal_to match matches removeprefix remove_prefix removesuffix trimprefix trim_prefix "
    "replace replaceall replace_all in_array strcmp strcasecmp strpos str_contains "
    "str_starts_with str_ends_with tomatchobject include include_examples eql equal? "
    "tohavebeencalledwith tohavebeenlastcalledwith tohavebeennthcalledwith calledwith "
    "assert_called_with assert_called_once_with assert_any_call assert_has_calls assertthat "
    "has_calls isin notin in isequal issubset index rindex count find_index findindex "
    "lastindexof cut split rsplit partition rpartition starts ends string.starts_with? "
    "regexp_like like ilike member member? contains? haskey not_to be_eq tohaveproperty "
    "tohavevalue tohavetext hasitem fnmatch glob localecompare comparetoignorecase compareto "
    "memcmp strncmp hasvalue".split()
)
_QUERIES: Final = frozenset(
    "filter filter_by filterby exclude where where_not wherenot orwhere andwhere whereequalto "  # noqa: SIM905  # words read best as words
    "find_by findby find findone find_one findmany findfirst findunique finduniqueorthrow "
    "findall findoneby findandcountall countdocuments count_documents count countby "
    "deletemany deleteone delete_many delete_one deleteall delete_all updatemany update_many "
    "updateone findoneandupdate findoneanddelete aggregate groupby distinct exists exists? "
    "get_or_create update_or_create get_object_or_404 labels withlabelvalues "
    "with_label_values withlabels inc observe dec deleteby removeby query querybuilder select "
    "selectfrom match_phrase term terms when verify expect mock stub given every coevery "
    "allow receive assert_called doreturn donothing assert_requested stub_request onrequest "
    "reply nock intercept withargs thenreturn with_args having orderby joins gauge counter "
    "histogram set_tag settag set_attribute setattribute tag addtag withtag settags increment "
    "timing metric record_metric track capture emit remove delete discard unregister "
    "deprecate is_deprecated raise_if has_been_called_with check assert execute executemany "
    "executequery update_one replace_one replaceone bulk_write find_one_and_update insert_one "
    "insertone insert_many insertmany hash_including objectcontaining setparameter set_parameter "
    "bson.d bson.m bson.e fake hasdata".split()
)
_NAMED_QUERIES: Final = lazy(
    r"^(?:find|count|delete|destroy|remove|exists|query|search|lookup|list|fetch|load|select|filter"
    r"|read|has|is|supports?|get|first|update|upsert)"
    r"(?:All|One|First|Many|Any)?(?:By|Where|With|For|Or(?=Create|New|Insert|Init)|_by|_or_)"
    r"|^(?:or|and)?[wW]here(?=[A-Z_]|$)|_by!?$|_or_(?:create|initialize|insert)"
)
# Calls that return information on a model without calling it: `count_tokens(model=...)`.
_TELLS: Final = (
    r"count|calc|calculate|estimate|compute|num|supports?|is|has|can|check|encoding|tokenizer|token"
    r"|price|cost|pricing|context|lookup"
)
_MEASURES: Final = lazy(
    rf"^_?(?:get_?)?(?:{_TELLS})(?=[A-Z_]|$)|^(?:Get)?(?:{_TELLS.title()})(?=[A-Z]|$)"
    r"|(?i:tokens?|price|pricing|costs?|context_?(?:window|length)|model_?info|capabilit\w+)"
    r"(?i:_?for(?:_?model)?|_?of)?$"
)
# Calls that record requests: logs, traces, metrics.
_TAKES_DOWN: Final = frozenset(
    "debug info warn warning error exception critical fatal trace log notice success verbose "  # noqa: SIM905  # words read best as words
    "infow debugw warnw errorw infof debugf warnf errorf logf printf println print puts echo "
    "log_event logevent add_event addevent with_field withfield withfields with_fields "
    "bind_contextvars zap.string attribute.string attribute.key slog.string tag.of tags.of "
    "keyvalue.of keyvaluepair telemetry.execute log_metric log_params log_param logparam "
    "trace.generation langfuse.generation update_current_generation "
    "loginformation logwarning logerror logdebug logtrace logcritical wandb.init "
    "set_attributes setattributes setattributesondict put_metric span record_usage recordusage "
    "logusage log_usage save_usage saveusage".split()
)
_KEPT: Final = frozenset({"metadata", "attributes", "span", "telemetry", "metrics", "tags"})
# Types of responses, and of rows that store them.
_TAKEN_DOWN: Final = lazy(
    r"(?:Response|Result|Chunk|Usage|Log|LogEntry|Event|Trace|Span|Metrics?|History|Stats|Error"
    r"|Exception)$|_(?:span|event|log|metadata)$|^(?:capture|record|track|report|emit|log|handle|on|dispatch|publish|notify)"
    r"(?=[A-Z_]).*(?:event|Event|error|Error|usage|Usage|call|Call|metric|Metric|log|feedback)"
)
# Names of expected or received texts.
_EXPECTED: Final = lazy(
    r"(?i)^_*(?:expect|want|golden|actual|resp(?:onse)?(?![a-z])|reply|answer|result|output|received)"
)
_QUERY_KEYS: Final = frozenset(
    "match_json matchjson additional_matcher cache_key cachekey key "  # noqa: SIM905  # words read best as words
    "where match matches filter filters query selector matchlabels conditions condition when "
    "if labels tags exclude unless expect expected only except deprecated retired ignore "
    "denylist blocklist unsupported removed old from previous before".split()
)
_PATTERNS: Final = frozenset(
    "re.compile re.match re.search re.fullmatch re.sub re.findall re.finditer re.split RegExp "  # noqa: SIM905  # words read best as words
    "regexp.MustCompile regexp.Compile regexp.MatchString Pattern.compile Regex Regex.IsMatch "
    "Regex.new Regexp.new preg_match NSRegularExpression Regex.Match std.regex regex".split()
)


@lru_cache(maxsize=256)
def is_chat(callee: str) -> bool:
    """Tell whether a call, class or builder belongs to a chat API, an SDK or a framework."""
    parts = callee.split(".")
    last = parts[-1]
    if last in _METHODS and len(parts) > 1 and parts[-2] in _RESOURCES:
        return True
    if callee.lower() in _CHAT_CALLS or last.lower() in _CHAT_CALLS:
        return not _CATALOGUE_TYPE.search(last)
    if _CHAT_METHODS.search(callee):
        return True
    return any(
        part[:1].isupper() and _CHAT_CLASS.match(part) and not _CATALOGUE_TYPE.search(part)
        for part in parts
    )


def takes_model_first(callee: str) -> bool:
    """Tell whether the first argument of a chat call or class is the model's name."""
    return is_chat(callee) and not _CHAT_METHODS.search(callee)


def describes_a_model(callee: str) -> bool:
    """Tell whether a type describes a model: `ModelInfo(...)`."""
    return bool(_CATALOGUE_TYPE.search(callee.rpartition(".")[2]))


def falls_back(callee: str) -> bool:
    """Tell whether a call uses its argument as a fallback."""
    last = callee.rpartition(".")[2].lower().lstrip("$@_")
    return last in _FALLBACKS or callee.lower() in _FALLBACKS


def compares(callee: str) -> bool:
    """Tell whether a call compares its argument with something."""
    return callee.rpartition(".")[2].lower() in _COMPARING


def queries(name: str, *, is_key: bool = False) -> bool:
    """Tell whether a call or key holds the condition of a query."""
    last = name.rpartition(".")[2].rstrip("?!")
    if is_key:
        return last.lower() in _QUERY_KEYS
    parts = name.lower().split(".")
    if _QUERIES.intersection((parts[-1], ".".join(parts[-2:]))) or {"objects", "where"} & {*parts}:
        return True
    if any("mock" in part for part in parts[:-1]):
        return True
    return bool(_NAMED_QUERIES.search(last) or (_MEASURES.search(last) and not is_chat(last)))


def takes_down(callee: str) -> bool:
    """Tell whether a call or type records requests or responses, as a log or trace does."""
    last = callee.rpartition(".")[2]
    lower = callee.lower()
    is_kept = (
        bool(_KEPT.intersection(lower.split(".")))
        or last.lower() in _TAKES_DOWN
        or ".".join(lower.split(".")[-2:]) in _TAKES_DOWN
    )
    return is_kept or bool(_TAKEN_DOWN.search(last))


def keeps(name: str) -> bool:
    """Tell whether a key holds records about a request: `metadata`, `attributes`, `tags`."""
    return name.lower() in _KEPT


def is_held_against(name: str) -> bool:
    """Tell whether a name is that of an expected or received response: `expected`."""
    return bool(_EXPECTED.match(name.rpartition(".")[2]))


def is_pattern(callee: str) -> bool:
    """Tell whether a call takes a regular expression."""
    return callee in _PATTERNS or callee.rpartition(".")[2] in {"RegExp", "Regex", "Regexp"}
