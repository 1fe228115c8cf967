"""The words that tell what a call, a class, a key or a program does with a model's name.

Each set says what it is a sign of. The page on the linter and the tests read the same table.
Sources: the references of SDKs and frameworks, and the forms in which public code names a model.
"""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Final

__all__ = ["WORDS", "Words", "words"]


class Words(NamedTuple):
    """A set of words.

    Attributes:
        what: What the words are.
        words: The words: lower case, except for classes and patterns.
    """

    what: str
    words: frozenset[str]


def words(what: str, listed: str) -> Words:
    """Make a set of words, listed with blanks between them."""
    return Words(what, frozenset(listed.split()))


WORDS: Final[dict[str, Words]] = {
    "asks": words(
        "fields beside a model's name that only a request has",
        """
        messages input prompt contents conversation stream max_tokens maxtokens
        max_completion_tokens maxcompletiontokens system tools response_format
        responseformat tool_choice toolchoice instructions reasoning_effort stop thinking
        extra_body extrabody
        """,
    ),
    "credentials": words(
        "fields of a client's configuration",
        """
        apikey baseurl apibase openaiapikey openaiapibase openaibaseurl endpoint apitype
        apiurl serverurl authtoken credential credentials configuration clientoptions
        azureendpoint apikeyenv apikeyvar modelplatform ischatmodel
        """,
    ),
    "records": words(
        "fields of a record of what was asked",
        """
        timestamp createdat startedat finishedat endedat duration durationms
        actualduration latency latencyms elapsed inputtokens outputtokens totaltokens
        prompttokens completiontokens tokenusage event eventtype requestid traceid spanid
        loggedat totalcost accuracy elo score
        """,
    ),
    "about-model": words(
        "keys that hold a model if what is around them is about one",
        """
        default defaultvalue default_value defaultmodel fallback value initial
        initialvalue id name defaultsto placeholder slug defaultoption fallbackvalue
        initialdata contents defaultfactory default_factory defaultvaluet primary main
        secondary fast slow small large big smart cheap strong weak usevalue
        """,
    ),
    "names-of-models": words(
        "other names for the model argument, in classes that call models",
        """
        id name model_type modeltype engine deployment deployment_name azure_deployment
        llm lm model_uri chat_model default llm_type modelengine
        """,
    ),
    # Sources: langchain_community 0.4 chat_models/moonshot.py (MoonshotCommon: temperature 0.3),
    # llama_index.llms.openai base.py (OpenAI: temperature 0.1, which OpenAILike inherits).
    "hidden-temperature": words(
        "classes that send a temperature unasked",
        """
        MoonshotChat Moonshot MoonshotLLM OpenAILike ChatMoonshot MoonshotChatModel
        """,
    ),
    "mocks": words(
        "calls that begin the set-up of an expected call",
        """
        nock receive expect allow stub stubs stub_request stubfor mock when given verify
        every coevery spyon assertthat whenever
        """,
    ),
    "chat-calls": words(
        "calls of SDKs and frameworks that ask a model",
        """
        completion acompletion text_completion atext_completion batch_completion responses
        aresponses litellm.completion generatetext streamtext generateobject streamobject
        generate_text stream_text generate_object initchatmodel init_chat_model
        chatcompletion chat_completion createchatcompletion create_chat_completion
        createchatcompletionstream chat_completions chatcompletions achatcompletion
        getchatclient ask_llm call_llm calllm chat_openai chat addopenaichatcompletion
        addopenaichatclient addopenai createchatmodel load_chat_model from_provider
        get_llm getchatmodel create_react_agent create_agent createagent make_llm load_llm
        get_chat_model chatmodel chat_model languagemodel language_model withmodel
        generation.call rubyllm.chat askmodel agent using exec_chat exec_chat_stream
        from_openai create_chat moonshot moonshotai openai kimi llm.get_model
        llm.get_async_model llm.call openai.call mistral.call
        openai_call mistral_call
        """,
    ),
    "fallbacks": words(
        "calls that use their argument as a fallback",
        """
        getenv get fetch env getenvor get_env getproperty getordefault getvalue
        get_or_default or cmp.or coalesce default unwrap_or unwrap_or_else
        unwrap_or_default orelse orelseget getorelse ornull ifempty ifblank or_else
        or_insert default_value set_default defaultto with_default setdefault envor env_or
        env_or_default getenvordefault getenvwithdefault envdefault lookup_env presence
        try pop getattr dig firstnonempty first_non_empty nonempty if_nil nvl ifnull
        isnull option prop config parameter setting getsetting getconfig get_setting var
        valuefrom field stringvar string fromenvironment catch prefault stringp addoption
        add_option add_argument argument optional stringvarp stringflag defaulted environ
        getenv_or readenv configvalue getenvdefault defaultvalue define env_var_or_default
        getor requirenonnullelse
        """,
    ),
    "seeking": words(
        "calls that look for a part of a text, or take it off",
        """
        includes include contains startswith starts_with endswith ends_with beginswith
        begins_with hasprefix has_prefix hassuffix has_suffix indexof index_of match
        matches fnmatch removeprefix remove_prefix removesuffix remove_suffix str_contains
        str_starts_with str_ends_with
        """,
    ),
    "comparing": words(
        "other calls that compare their argument with something",
        """
        assert_equal assertsame xctassertequal assertsent assert_receive assert_received
        tobe toequal tostrictequal tocontain tocontainequal tomatch assertequal
        assertequals assertin assertnotequal areequal equal notequal equals strictequal
        deepequal equalsignorecase start_with end_with start_with? end_with? include?
        contains_key containskey has has_key has_value equalfold assert_eq assert_ne eq ne
        isequalto is_equal_to equalto same trimprefix trim_prefix replace replaceall replace_all
        in_array strcmp strcasecmp strpos tomatchobject include_examples eql equal?
        tohavebeencalledwith tohavebeenlastcalledwith tohavebeennthcalledwith calledwith
        assert_called_with assert_called_once_with assert_any_call assert_has_calls
        assertthat has_calls isin notin in isequal issubset index rindex count find_index
        findindex lastindexof cut split rsplit partition rpartition starts ends
        string.starts_with? regexp_like like ilike member member? contains? haskey not_to
        be_eq tohaveproperty tohavevalue tohavetext hasitem glob localecompare
        comparetoignorecase compareto memcmp strncmp hasvalue
        """,
    ),
    "queries": words(
        "calls that look for what they are given, or store it",
        """
        filter filter_by filterby exclude where where_not wherenot orwhere andwhere
        whereequalto find_by findby find findone find_one findmany findfirst findunique
        finduniqueorthrow findall findoneby findandcountall countdocuments count_documents
        count countby deletemany deleteone delete_many delete_one deleteall delete_all
        updatemany update_many updateone findoneandupdate findoneanddelete aggregate
        groupby distinct exists exists? get_or_create update_or_create get_object_or_404
        labels withlabelvalues with_label_values withlabels inc observe dec deleteby
        removeby query querybuilder select selectfrom match_phrase term terms when verify
        expect mock stub given every coevery allow receive assert_called doreturn
        donothing assert_requested stub_request onrequest reply nock intercept withargs
        thenreturn willreturn andreturn mockreturnvalue mockresolvedvalue with_args having
        orderby joins gauge counter histogram set_tag settag set_attribute setattribute tag
        addtag withtag settags increment timing metric
        record_metric track capture emit remove delete discard unregister deprecate
        is_deprecated raise_if has_been_called_with check assert execute executemany
        executequery update_one replace_one replaceone bulk_write find_one_and_update
        insert_one insertone insert_many insertmany hash_including objectcontaining
        setparameter set_parameter bson.d bson.m bson.e fake hasdata hash md5 sha256
        digest cachekey cache_key makekey make_key snapshot inline_snapshot
        tomatchinlinesnapshot tomatchsnapshot match_snapshot assert_match_snapshot
        """,
    ),
    "query-keys": words(
        "keys that hold conditions",
        """
        match_json matchjson additional_matcher cache_key cachekey key where match matches
        filter filters query selector matchlabels conditions condition when if labels tags
        exclude unless expect expected only except deprecated retired ignore denylist
        blocklist unsupported removed old from previous before
        """,
    ),
    "takes-down": words(
        "calls that log, trace or count",
        """
        debug info warn warning error exception critical fatal trace log notice success
        verbose infow debugw warnw errorw infof debugf warnf errorf logf printf println
        print puts echo log_event logevent add_event addevent with_field withfield
        withfields with_fields bind_contextvars zap.string attribute.string attribute.key
        slog.string tag.of tags.of keyvalue.of keyvaluepair telemetry.execute log_metric
        log_params log_param logparam trace.generation langfuse.generation
        update_current_generation loginformation logwarning logerror logdebug logtrace
        logcritical wandb.init set_attributes setattributes setattributesondict put_metric
        span record_usage recordusage logusage log_usage save_usage saveusage
        """,
    ),
    "kept": words(
        "keys that hold records about a request",
        """
        metadata attributes span telemetry metrics tags
        """,
    ),
    "recorders": words(
        "loggers, tracers and the like, with which a chain of calls begins",
        """
        logger logging log structlog wandb mlflow tracer telemetry analytics posthog
        mixpanel sentry statsd prometheus metrics meter langfuse langsmith
        """,
    ),
    "patterns": words(
        "calls that take a regular expression",
        """
        re.compile re.match re.search re.fullmatch re.sub re.findall re.finditer re.split
        RegExp regexp.MustCompile regexp.Compile regexp.MatchString Pattern.compile Regex
        Regex.IsMatch Regex.new Regexp.new preg_match NSRegularExpression Regex.Match
        std.regex regex
        """,
    ),
    "counting": words(
        "words of the names of functions that count tokens, beside `token`",
        """
        count counts counter num number calculate calc compute estimate measure length len
        trim truncate fit limit usage used
        """,
    ),
    "measuring": words(
        "words of the names of what looks up prices, or encodes tokens",
        """
        cost costs price prices pricing tokenizer tokenizers tokeniser encoder encoding
        tiktoken tokenize tokenise
        """,
    ),
    "tokens": words(
        "words of the names of variables that hold the model whose tokens are counted",
        """
        token tokens tokenizer tokenizers tokeniser encoding encoder tiktoken pricing
        """,
    ),
    "acting": words(
        "words of the names of functions that ask a model, whatever else they count",
        """
        ask generate complete stream create run answer call send respond invoke
        """,
    ),
    "expecting": words(
        "first words of the names of what a test expects",
        """
        expected expect want wanted wants golden
        """,
    ),
    "rows": words(
        "calls that hold the rows of a table of tests",
        """
        parametrize it.each test.each describe.each inlinedata testcase csvsource
        valuesource test_case testwith dataprovider
        """,
    ),
    "doubles": words(
        "first words of the names of doubles",
        """
        mock mocks mocked fake stub stubbed dummy spy
        """,
    ),
    "registering": words(
        "calls that register what they are given",
        """
        register register_model register_models registermodel registermodels addmodel
        add_model
        """,
    ),
    "choosers": words(
        "words of the names of elements that show models, or let one choose",
        """
        picker select selector selection dropdown autocomplete combobox menu list badge
        chip icon avatar tooltip breadcrumb row cell
        """,
    ),
    "resolving": words(
        "methods of a list of models that look one up",
        """
        resolve find get retrieve fetch lookup info
        """,
    ),
}
