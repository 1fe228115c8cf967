"""A completion cut into chunks at any place and folded again is the completion."""

import copy
import json

from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from agentsflare_kimi.reading.accumulator import StreamAccumulator
from agentsflare_kimi.reading.filters import extract_filter_results

TEXTS = st.text(max_size=12)
NUMBERS = st.integers(0, 10**6)
EXTRAS = st.dictionaries(
    st.sampled_from(["service_tier", "region", "trace"]), TEXTS | st.lists(NUMBERS), max_size=2
)
VERDICTS = st.fixed_dictionaries(
    {"filtered": st.booleans()},
    optional={
        "severity": st.sampled_from(["safe", "low", "medium", "high", "grave"]),
        "detected": st.booleans(),
        "details": st.lists(
            st.fixed_dictionaries({"id": st.sampled_from("abc"), "filtered": st.booleans()}),
            unique_by=lambda item: item["id"],
            max_size=3,
        ),
    },
)
RESULTS = st.dictionaries(st.sampled_from(["hate", "jailbreak", "self-harm", "new"]), VERDICTS)
CALLS = st.builds(
    lambda number, name, arguments: {
        "id": f"functions.{name}:{number}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    },
    NUMBERS,
    st.sampled_from(["one", "two", "three"]),
    TEXTS,
)
TOKENS = st.fixed_dictionaries(
    {"token": TEXTS, "logprob": st.floats(-9, 0), "top_logprobs": st.just([])}
)
MESSAGES = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": st.none() | TEXTS},
    optional={
        "reasoning_content": TEXTS,
        "refusal": TEXTS,
        "tool_calls": st.lists(CALLS, max_size=3, unique_by=lambda call: call["id"]),
        "annotations": st.lists(st.fixed_dictionaries({"url": TEXTS}), max_size=2),
    },
)
CHOICES = st.fixed_dictionaries(
    {
        "message": MESSAGES,
        "finish_reason": st.sampled_from(["stop", "length", "tool_calls", "content_filter"]),
    },
    optional={
        "content_filter_results": RESULTS,
        "content_filter_result": RESULTS,
        "content_filter_offsets": st.fixed_dictionaries({"check_offset": NUMBERS}),
        "logprobs": st.fixed_dictionaries({"content": st.lists(TOKENS, min_size=1, max_size=3)}),
    },
)
PROMPTS = st.lists(RESULTS, max_size=3).map(
    lambda results: [
        {"prompt_index": index, "content_filter_results": result}
        for index, result in enumerate(results)
    ]
)
USAGES = st.fixed_dictionaries(
    {"prompt_tokens": NUMBERS, "completion_tokens": NUMBERS, "total_tokens": NUMBERS},
    optional={"cached_tokens": NUMBERS},
)


@st.composite
def completions(draw):
    choices = draw(st.lists(CHOICES, min_size=1, max_size=3))
    told = {
        "id": draw(TEXTS.filter(bool)),
        "created": draw(NUMBERS),
        "model": draw(TEXTS.filter(bool)),
        "object": "chat.completion",
        "choices": [{"index": index, **choice} for index, choice in enumerate(choices)],
        "usage": draw(st.none() | USAGES),
    }
    if draw(st.booleans()):
        told["prompt_filter_results"] = draw(PROMPTS)
    return {**draw(EXTRAS), **told}


def pieces(draw, value):
    """Cut a text or list into pieces at drawn places; one piece may be empty."""
    cuts = sorted(draw(st.lists(st.integers(0, len(value)), max_size=3)))
    return [value[start:end] for start, end in zip([0, *cuts], [*cuts, len(value)], strict=True)]


def deltas(draw, message):
    """Yield the message in deltas, each kind of field in its order."""
    yield {"role": "assistant", "content": None}
    for name in ("reasoning_content", "content", "refusal", "annotations"):
        if message.get(name) is not None:
            yield from ({name: piece} for piece in pieces(draw, message[name]))
    fragments = []
    for index, call in enumerate(message.get("tool_calls", ())):
        first, *more = pieces(draw, call["function"]["arguments"])
        body = {"name": call["function"]["name"], "arguments": first}
        fragments.append(
            [{**call, "index": index, "function": body}]
            + [{"index": index, "function": {"arguments": piece}} for piece in more]
        )
    if message.get("tool_calls") == []:
        yield {"tool_calls": []}
    yield from ({"tool_calls": [fragment]} for fragment in interleaved(draw, fragments))


def interleaved(draw, sequences):
    """Merge sequences in a drawn order that keeps each one's own."""
    waiting = [list(sequence) for sequence in sequences if sequence]
    merged = []
    while waiting:
        first = draw(st.sampled_from(waiting))
        merged.append(first.pop(0))
        waiting = [sequence for sequence in waiting if sequence]
    return merged


def cut_results(draw, results):
    """Split a mapping of verdicts by category."""
    names = list(results)
    return [{name: results[name] for name in part} for part in pieces(draw, names)] or [{}]


def choice_chunks(draw, choice):
    index, told = choice["index"], []
    told += [{"delta": delta} for delta in deltas(draw, choice["message"])]
    for name in ("content_filter_results", "content_filter_result"):
        if name in choice:
            told += [{name: part} for part in cut_results(draw, choice[name])]
    for part in pieces(draw, choice.get("logprobs", {}).get("content", [])):
        if part:
            told.append({"logprobs": {"content": part}})
    told.append({"finish_reason": choice["finish_reason"]})
    if "content_filter_offsets" in choice:
        told.append({"content_filter_offsets": choice["content_filter_offsets"]})
    return [{"choices": [{"index": index, "finish_reason": None, **part}]} for part in told]


@st.composite
def cut(draw):
    """Draw a completion and chunks that amount to it."""
    whole = draw(completions())
    chunks = interleaved(draw, [choice_chunks(draw, choice) for choice in whole["choices"]])
    head = {name: whole[name] for name in ("id", "created", "model")}
    extras = {
        name: whole[name] for name in whole if name not in {*head, "object", "choices", "usage"}
    }
    prompts = extras.pop("prompt_filter_results", None)
    late = [{"choices": [], **extras}]
    if whole["usage"] is not None:
        late.append(draw(st.sampled_from([usage_at_top, usage_in_choice]))(whole["usage"]))
    if prompts is not None:
        late += [{"choices": [], "prompt_filter_results": part} for part in pieces(draw, prompts)]
    chunks = interleaved(draw, [chunks, late])
    return whole, [{"object": "chat.completion.chunk", **head, **chunk} for chunk in chunks]


def usage_at_top(usage):
    return {"choices": [], "usage": usage}


def usage_in_choice(usage):
    return {"choices": [{"index": 0, "delta": {}, "usage": usage}]}


def folded(chunks):
    received = StreamAccumulator()
    for chunk in chunks:
        received.add(chunk)
    return received.completion()


@given(cut())
def test_a_completion_cut_anywhere_and_folded_is_the_same(sample):
    whole, chunks = sample
    before = copy.deepcopy(chunks)
    for given_chunks in (chunks, [ChatCompletionChunk.construct(**chunk) for chunk in chunks]):
        completion = folded(given_chunks)
        assert ChatCompletion.construct(**completion) == ChatCompletion.construct(**whole)
        assert extract_filter_results(completion) == extract_filter_results(whole)
        json.dumps(completion)
    assert chunks == before


@st.composite
def annotated(draw):
    """Draw chunks whose annotations repeat, contradict and overlap."""
    notes = st.sampled_from(
        [
            {"code": "content_filter", "message": "Blocked."},
            {"code": "content_filter_error", "message": "Down."},
            {"code": "", "message": ""},
        ]
    )
    results = st.builds(
        lambda verdicts, note: verdicts | ({"error": note} if note else {}),
        RESULTS,
        st.none() | notes,
    )
    return draw(st.lists(results, min_size=1, max_size=6))


@given(annotated())
def test_annotations_say_the_same_in_whatever_chunks_they_come(results):
    """One chunk each, all as prompts of one answer, or merged two by two: the same verdicts."""
    one_by_one = extract_filter_results(folded([in_choice(result) for result in results]))
    prompts = [{"prompt_index": 0, "content_filter_results": result} for result in results]
    at_once = extract_filter_results({"prompt_filter_results": prompts})
    middle = len(results) // 2
    halves = [folded([in_choice(r) for r in part]) for part in (results[:middle], results[middle:])]
    twice = extract_filter_results(folded([{"choices": half["choices"]} for half in halves]))
    for name, verdict in one_by_one.categories.items():
        told = [each[key] for each in results for key in each if key.replace("-", "_") == name]
        assert verdict.filtered == any(part["filtered"] for part in told)
        detected = [part["detected"] for part in told if "detected" in part]
        assert verdict.detected == (any(detected) if detected else None)
        assert {item["id"] for item in verdict.details} == {
            item["id"] for part in told for item in part.get("details", ())
        }
    for other in (at_once, twice):
        assert other.categories == one_by_one.categories
        assert other.is_filtered == one_by_one.is_filtered
        assert other.filter_error == one_by_one.filter_error
        assert other.block_verdict == one_by_one.block_verdict
        assert other.flagged_categories == one_by_one.flagged_categories


def in_choice(results):
    return {"choices": [{"index": 0, "content_filter_results": results}]}
