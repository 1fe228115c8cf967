"""The words that show that a request is sent, or that a setting names the model to ask.

A fix is safe only if everything in sight is one of these; anything unknown is a doubt.
Sources: the references of SDKs and frameworks, and the forms in which public code names a model.
"""

from __future__ import annotations

from agentsflare_kimi.fast_typing import TYPE_CHECKING
from agentsflare_kimi.lint.evidence.words import Words, words

if TYPE_CHECKING:
    from typing import Final

__all__ = ["SHOWING"]

SHOWING: Final[dict[str, Words]] = {
    "asking": words(
        "verbs of functions that ask a model, one of which a function's name must have",
        """
        ask aask chat chats achat complete completion completions generate agenerate infer
        inference invoke ainvoke respond answer converse predict llm agent prompt
        aigenerate
        """,
    ),
    "beside-asking": words(
        "words that the name of such a function may have besides",
        """
        create acreate new call run do send make get exec execute start stream streaming
        async sync with raw once all text object structured openai kimi moonshot
        agentsflare model api request response responses message messages tool tools batch
        in for to a an the from react query safe non retry using completions parse it
        """,
    ),
    "sending": words(
        "methods that send a request, after the resource that they belong to",
        """
        create createasync acreate createstreaming create_async createstream createstreamed parse
        stream run_tools runtools runfunctions new newstreaming generate complete completechat
        completechatasync completechatstreaming completechatstreamingasync invoke
        createstreamingasync
        """,
    ),
    "resources": words(
        "resources of the API",
        """
        ""completions responses chat runs assistants completion chatcompletion
        """,
    ),
    "clients": words(
        "words of the name of a client",
        """
        client openai kimi moonshot agentsflare llm ai gateway sdk oai completions threads
        beta
        """,
    ),
    "stores": words(
        "words of the name of what stores rows",
        """
        db database store repo repository prisma orm model models user users row table
        session conversation record records entity dao billing fine tuning jobs embeddings
        moderations files batches evals vector
        """,
    ),
    "posting": words(
        "calls that send a body over HTTP",
        """
        post apost postasync postasjsonasync fetch request urlopen newrequest
        newrequestwithcontext do_post send_post postjson post_json curl_setopt curl_setopt_array
        stream
        """,
    ),
    "bodies": words(
        "calls that give the body to a request that is being built",
        """
        json body send setbody set_body withbody bodyvalue sendjson send_json postdata
        """,
    ),
    "client-options": words(
        "options of an SDK's client that do not change where its requests go",
        """
        apikey token apitoken accesstoken key credential organization organizationid
        project timeout requesttimeout maxretries retries retry defaultheaders headers
        extraheaders dangerouslyallowbrowser logger logging loglevel logerrors httpclient
        model temperature streaming maxtokens user webhooksecret basepath port scheme
        """,
    ),
    "sdk-modules": words(
        "modules whose class `OpenAI` is the SDK's own, or only watches it",
        """
        openai agentsflare_kimi langfuse langsmith braintrust opik lunary posthog ddtrace
        llama_index langchain langchain_openai langchain_community langchain_core
        @langchain @posthog @langfuse
        """,
    ),
    "body-keys": words(
        "arguments and entries that hold a request's body",
        """
        json body data content payload parameters request req messagebody jsondata query
        curlopt_postfields
        """,
    ),
    "pretending": words(
        "words of the names of doubles, of calls that set one up or check it, and of routers",
        """
        mock mocks fake stub stubs dummy spy test testset expect expects verify every when
        given replay record recorder recorded assert allow receive raises router cassette vcr
        """,
    ),
    "not-posting": words(
        "beginnings of chains that answer requests, or pretend to",
        """
        app router server respx nock mock responses httpretty requests_mock chai supertest
        wiremock msw rest fake stub test route
        """,
    ),
    "url-words": words(
        "words of a variable that holds the URL of a chat API",
        """
        u url uri api base endpoint chat completion completions openai kimi moonshot llm
        gateway agentsflare self this config settings cfg env options opts host server
        address string format strings concat trimsuffix strip rstrip trimend new path join
        str f process getenv os environ v1 full request
        """,
    ),
    "host-keepers": words(
        "words of calls that find a URL, or change it, without another host",
        """
        get require must lookup default trim suffix prefix with parse create or var fetch
        """,
    ),
    "encoding": words(
        "calls that only turn a request into another form",
        """
        dumps stringify json_encode jsonencode encode encode_json encodejson json marshal
        dict map mapof linkedmapof hashmap jsonobject object obj bytes newbuffer newreader
        newbufferstring stringcontent jsoncontent tostring serialize serializeobject
        serializetoutf8bytes some ok new tojson to_json encodetostring writevalueasstring
        writevalueasbytes jsonobjectof data jsonserialization str string array list of
        fromiter into from as_bytes encode! byte json.generate json.dump requestbody.create
        json.serialize ofstring ofbytearray
        """,
    ),
    "naming": words(
        "calls that only mark a string as a model's name",
        """
        model models modelid model_id modelname chatmodel chat_model languagemodel
        language_model chat languagemodels openai moonshot moonshotai kimi agentsflare
        provider gateway createopenai createmoonshotai createopenaicompatible string str
        from into init f some new of value to_string to_owned tostring valueof id name
        custom just responses completion openaichatmodel openaimodel
        chatcompletionmodel.modelid modelid.of chatmodel.of
        """,
    ),
    "finishing": words(
        "methods that may follow a request without changing it",
        """
        build encode to_json tojson as_bytes into unwrap await trim tostring to_string
        clone expect asrequestbody torequestbody bytes getbytes trimindent stripindent
        """,
    ),
    "request-fields": words(
        "fields of the API's requests",
        """
        model messages input prompt temperature topp topk n stream streamoptions stop
        maxtokens maxcompletiontokens presencepenalty frequencypenalty logitbias logprobs
        toplogprobs tools toolchoice paralleltoolcalls responseformat seed user thinking
        reasoningeffort metadata store instructions functions functioncall extrabody
        promptcachekey safetyidentifier enablethinking
        """,
    ),
    "setting-fields": words(
        "settings that stand beside a model's name in a program's configuration",
        """
        provider modelprovider apikey apikeyenv apikeyvar baseurl baseuri apibase apiurl
        url endpoint key token apitoken authtoken timeout maxretries retries streaming
        contextlength contextwindow enabled disabled proxy organization organizationid
        systemprompt system temperature maxtokens topp kind sdk enablethinking
        thinkingenabled defaultmodel modelname modelid llmmodel chatmodel apitype
        maxcontextsize maxsteps requesttimeout headers extraheaders apikeysecret secretname
        existingsecret secretkey secretref schema
        """,
    ),
    "setting-words": words(
        "words of the keys around a model's name in a program's configuration",
        """
        llm llms ai openai open chat model models kimi moonshot moonshotai agentsflare
        gateway settings setting config configuration conf options option opts default
        defaults agent agents assistant assistants bot bots spring quarkus langchain
        langchain4j j app application env environment environments service services
        container containers variables variable vars provider providers client clients
        with params parameters main primary completion completions api language inference
        generation generator kwargs args spec template properties property data web worker
        backend x
        """,
    ),
    "namers": words(
        "words that the name of a setting may have beside `model`",
        """
        kimi moonshot moonshotai agentsflare llm llms openai chat ai default gateway agent
        assistant bot main primary completion completions name id slug app spring quarkus
        langchain4j options api language anthropic claude x
        """,
    ),
    "commands": words(
        "programs whose `--model` is the model that they ask",
        """
        llm aichat mods aider kimi sgpt codex opencode fabric tgpt gptme goose crush
        claude open-interpreter interpreter chatblade qwen gpt-cli chatgpt openai
        agentsflare-kimi askai
        """,
    ),
    "posters": words(
        "programs that send what they are given",
        """
        curl http https xh wget httpie
        """,
    ),
}
