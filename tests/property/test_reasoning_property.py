import json
from random import Random

import openai
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from agentsflare_kimi import Kimi
from agentsflare_kimi.calling.reasoning import ReasoningMemory
from agentsflare_kimi.emulator import Emulator

names = st.sampled_from(["alice", "bob", "carol"])
# Equal on purpose: ids, names and arguments repeat across conversations.
calls = st.lists(
    st.builds(
        lambda index, name: {
            "id": f"functions.{name}:{index}",
            "type": "function",
            "function": {"name": name, "arguments": "{}"},
        },
        st.integers(0, 1),
        st.sampled_from(["f", "g"]),
    ),
    min_size=1,
    max_size=2,
)
turns = st.lists(st.tuples(names, calls), min_size=1, max_size=12)


@given(turns)
def test_no_reasoning_reaches_another_conversation(steps):
    memory = ReasoningMemory()
    histories = {}
    for turn, (user, made) in enumerate(steps):
        history = histories.setdefault(user, [{"role": "user", "content": f"I am {user}"}])
        answer = {"role": "assistant", "content": None, "tool_calls": made}
        memory.remember(history, answer | {"reasoning_content": f"{user} {turn}"})
        results = [{"role": "tool", "tool_call_id": c["id"], "content": "1"} for c in made]
        history += [answer, *results]

        sent = memory.restore({"messages": history})["messages"]

        recalled = [m["reasoning_content"] for m in sent if m.get("tool_calls")]
        assert all(reasoning.split()[0] == user for reasoning in recalled)
        assert recalled[-1] == f"{user} {turn}"
        assert "reasoning_content" not in answer


# Conversations that look alike: few words, few tools, few results, native ids. Frameworks edit
# their histories before each round.

TEXTS = ["weather?", "continue", "weather? And tomorrow?"]
SYSTEMS = ["Be brief. It is 10:00:{second:02}.", "You serve Ann.", "You serve Bob.", ""]
RESULTS = ["pending", "4 degrees and rain", "4 degrees and snow", "14"]
TRUNCATED = "4 degrees... [truncated]"
CLEARED = ["", "[cleared]", TRUNCATED, "(hidden)"]


class Talk:
    """One conversation of one user, in a framework that keeps no reasoning."""

    def __init__(self, number, random, *, is_unique, cleared):
        self.number, self.random, self.round, self.cleared = number, random, 0, cleared
        self.system = random.choice(SYSTEMS)
        self.is_trimmed = False
        mark = f" ({number})" if is_unique else ""
        self.history = []
        for _ in range(random.randint(0, 2)):
            self.history += [self.user(random.choice(TEXTS)), {"role": "assistant", "content": "."}]
        self.history.append(self.user(random.choice(TEXTS) + mark))

    @staticmethod
    def user(text):
        return {"role": "user", "content": text}

    def messages(self):
        """The history as the framework sends it in this round."""
        history = json.loads(json.dumps(self.history))
        last = max((i for i, m in enumerate(history) if m.get("tool_calls")), default=0)
        for old in history[:last]:
            if old["role"] == "tool" and self.random.random() < 0.2:
                # What is left of a result is how it began: "14" never becomes "4 degrees...".
                is_long = old["content"].startswith("4 degrees")
                possible = [text for text in self.cleared if is_long or text != TRUNCATED]
                old["content"] = self.random.choice(possible)
        if self.random.random() < 0.3:
            text = json.dumps(history).replace("functions.", "functions_").replace(":0", "_0")
            history = json.loads(text)
        self.is_trimmed = self.is_trimmed or self.random.random() < 0.3
        if self.is_trimmed:
            asked = max(i for i, m in enumerate(history) if m["role"] == "user")
            history = history[asked:]
        second = self.random.randint(0, 3)
        system = {"role": "system", "content": self.system.format(second=second)}
        return [system, *history] if self.system else history

    def answer(self):
        calls = [
            {
                "id": f"functions.{name}:{self.round}",
                "type": "function",
                "function": {"name": name, "arguments": self.random.choice(["{}", '{"a": 1}'])},
            }
            for name in self.random.sample(["f", "g"], self.random.randint(1, 2))
        ]
        return {"role": "assistant", "content": None, "tool_calls": calls}

    def take(self, answer):
        """Do what the answer asks for, and go on; the reasoning is dropped."""
        self.round += 1
        self.history.append({name: answer[name] for name in ("role", "content", "tool_calls")})
        for call in answer["tool_calls"]:
            outcome = {"role": "tool", "tool_call_id": call["id"]}
            self.history.append(outcome | {"content": self.random.choice(RESULTS)})

    def thought(self):
        # Some answers come without reasoning.
        return None if self.random.random() < 0.1 else f"{self.number} {self.round}"


def interleaved(random, talks, rounds):
    turns = [talk for talk in talks for _ in range(rounds)]
    random.shuffle(turns)
    return turns


@given(st.integers(0), st.sampled_from([0.0, 0.3, 1.0]))
@settings(max_examples=8, deadline=None, phases=[Phase.generate])
def test_of_two_hundred_conversations_none_gets_the_reasoning_of_another(seed, unique):
    random = Random(seed)  # noqa: S311  # no secret
    memory = ReasoningMemory()
    talks = [
        Talk(number, random, is_unique=random.random() < unique, cleared=CLEARED)
        for number in range(200)
    ]
    for talk in interleaved(random, talks, 4):
        sent = memory.restore({"messages": talk.messages()})["messages"]
        for message in sent:
            recalled = message.get("reasoning_content")
            assert recalled is None or recalled.split()[0] == str(talk.number)
        answer = talk.answer()
        thought = talk.thought()
        memory.remember(
            sent, answer if thought is None else answer | {"reasoning_content": thought}
        )
        talk.take(answer)


@given(st.integers(0))
@settings(max_examples=1, deadline=None, phases=[Phase.generate])
def test_two_hundred_conversations_on_one_client_get_their_own_reasoning_whole(seed):
    random = Random(seed)  # noqa: S311  # no secret
    talks = [Talk(number, random, is_unique=True, cleared=CLEARED[:2]) for number in range(200)]
    turn, sent = {}, []

    def gateway(body):
        sent.append((turn["talk"], body["messages"]))
        talk = turn["talk"]
        return turn["answer"] | {"reasoning_content": f"{talk.number} {talk.round}"}

    emulator = Emulator(answers=gateway, strict=False)
    http = openai.DefaultHttpxClient(transport=emulator.transport())
    tools = [{"type": "function", "function": {"name": name}} for name in ("f", "g")]
    with Kimi(base_url=emulator.base_url, api_key="k", http_client=http) as client:
        for talk in interleaved(random, talks, 3):
            turn["talk"], turn["answer"] = talk, talk.answer()
            messages = talk.messages()
            client.chat.completions.create(model="kimi-k2.6", messages=messages, tools=tools)
            talk.take(turn["answer"])

    recalled = [
        (talk, message.get("reasoning_content"))
        for talk, messages in sent
        for message in messages
        if message.get("tool_calls")
    ]
    assert len(recalled) > 500
    assert all(said and said.split()[0] == str(talk.number) for talk, said in recalled)
