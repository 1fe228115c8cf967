from hypothesis import given
from hypothesis import strategies as st

from agentsflare_kimi.calling.reasoning import ReasoningMemory

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
