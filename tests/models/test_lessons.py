from agentsflare_kimi.models.lessons import Lesson, LessonsByModel, forget_lessons, lessons_of

PINNED = frozenset({Lesson("temperature", "1")})
CHOICE = frozenset({Lesson("tool_choice", "required")})


def test_clients_of_one_gateway_and_key_share_what_was_learned():
    lessons_of("https://a.example/v1", "k").add("kimi-k2.6", PINNED)
    lessons_of("https://a.example/v1", "k").add("kimi-k2.6", CHOICE)

    assert lessons_of("https://a.example/v1", "k").of("kimi-k2.6") == PINNED | CHOICE
    assert lessons_of("https://a.example/v1", "other").of("kimi-k2.6") == frozenset()
    assert lessons_of("https://b.example/v1", "k").of("kimi-k2.6") == frozenset()
    assert lessons_of("https://a.example/v1", "k").of("kimi-k2.5") == frozenset()
    forget_lessons()
    assert lessons_of("https://a.example/v1", "k").of("kimi-k2.6") == frozenset()


def test_what_is_kept_is_bounded():
    lessons = LessonsByModel()
    for number in range(1_000):
        lessons.add(f"model-{number}", PINNED)
        lessons_of("https://a.example/v1", f"key-{number}").add("kimi-k2.6", PINNED)

    assert len(lessons) == 256
    assert lessons.of("model-999") == PINNED
    assert lessons_of("https://a.example/v1", "key-0").of("kimi-k2.6") == frozenset()
    assert lessons_of("https://a.example/v1", "key-999").of("kimi-k2.6") == PINNED
