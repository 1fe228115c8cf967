"""The commands of a conversation, and what they change in the next request."""

import json

import pytest

from agentsflare_kimi import KimiSettings
from agentsflare_kimi.cli import UsageError
from agentsflare_kimi.cli.chat_commands import COMMANDS, is_command, run_command
from agentsflare_kimi.cli.chat_conversation import Conversation

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


@pytest.fixture
def conversation():
    return Conversation(settings=KimiSettings(api_key="k"), model="kimi-k2.6")


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "a picture.png"
    path.write_bytes(PNG)
    return path


def answer(conversation, text, content="Yes."):
    question = conversation.ask(text)
    conversation.keep({"role": "assistant", "content": content})
    return question


def tell(conversation, line):
    return run_command(conversation, line).told


def test_help_names_every_command(conversation):
    told = tell(conversation, "/help")

    assert all(f"{name} " in told for name in COMMANDS)
    assert max(map(len, told.splitlines())) <= 60


def test_two_slashes_begin_a_question():
    assert is_command("/help")
    assert not is_command("//help")
    assert not is_command("help")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/modl kimi-k2.6", "did you mean /model?"),
        ("/", "/help lists them"),
        ("/quit now", "/quit takes no argument"),
        ("/thinking maybe", "takes on or off, not 'maybe'"),
        ("/model kimi-k2.66", "Did you mean kimi-k2.6"),
        ("/image /nowhere/a.png", "No such file"),
        ("/save", "takes the name of a file"),
        ("/save /nowhere/a.md", "No such file"),
        ("/save a\0b", "not a file name"),
        ("/retry", "nothing has been asked yet"),
    ],
)
def test_a_command_that_fails_changes_nothing(conversation, line, told):
    before = conversation.request(conversation.ask("Hello"))
    conversation.asked = None
    with pytest.raises(UsageError) as caught:
        run_command(conversation, line)

    assert told in str(caught.value)
    assert conversation.request(conversation.ask("Hello")) == before


def test_a_model_that_does_not_take_the_choice_decides_itself(conversation):
    tell(conversation, "/thinking off")
    told = tell(conversation, "/model kimi-k2.7-code")

    assert "decides itself" in told
    assert "extra_body" not in conversation.request(conversation.ask("Hello"))
    with pytest.raises(UsageError, match=r"kimi-k2\.7-code always thinks"):
        run_command(conversation, "/thinking off")
    assert tell(conversation, "/model") == "kimi-k2.7-code"


def test_the_system_message_is_set_shown_and_taken_back(conversation):
    assert "no system message" in tell(conversation, "/system")
    tell(conversation, "/system Be brief.")
    assert tell(conversation, "/system") == "Be brief."
    assert conversation.messages == [{"role": "system", "content": "Be brief."}]
    tell(conversation, "/system -")
    assert conversation.messages == []


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_an_image_belongs_to_the_next_question_alone(conversation, image, quote):
    tell(conversation, f"/image {quote}{image}{quote}")
    first, second = answer(conversation, "What is it?"), conversation.ask("And then?")

    messages = conversation.request(second)["messages"]
    assert [type(message["content"]) for message in messages] == [list, str, str]
    assert first.message["content"][0]["image_url"]["url"].startswith("data:image/png;base64,")
    assert "no image" in tell(conversation, "/image")


def test_a_model_without_eyes_takes_no_conversation_with_images(conversation, image):
    tell(conversation, f"/image {image}")
    answer(conversation, "What is it?")

    with pytest.raises(UsageError, match="takes no images"):
        run_command(conversation, "/model moonshot-v1-8k")
    assert conversation.model == "kimi-k2.6"


def test_retry_takes_back_the_last_answer_only(conversation):
    answer(conversation, "first")
    question = answer(conversation, "second")

    assert run_command(conversation, "/retry").question is question
    assert [message["content"] for message in conversation.messages] == ["first", "Yes."]
    assert run_command(conversation, "/retry").question is question
    assert [message["content"] for message in conversation.messages] == ["first", "Yes."]


def test_a_conversation_is_saved_and_no_file_is_lost(conversation, tmp_path, image):
    tell(conversation, "/system Be brief.")
    tell(conversation, f"/image {image}")
    answer(conversation, "Is it?\nReally?", "Yes, 是的.")
    tell(conversation, f"/save {tmp_path}/a.json")
    tell(conversation, f"/save {tmp_path}/a.md")

    saved = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert saved == {"model": "kimi-k2.6", "messages": conversation.messages}
    text = (tmp_path / "a.md").read_text("utf-8")
    assert text.endswith(
        f"## Question\n\n(image: {image})\n\nIs it?\nReally?\n\n## Answer\n\nYes, 是的.\n"
    )
    with pytest.raises(UsageError, match="already exists"):
        run_command(conversation, f"/save {tmp_path}/a.md")


def test_quit_ends_it(conversation):
    assert run_command(conversation, "/quit").is_end
