"""See what the content filter said: of a good answer, and of a request that it refuses."""

from openai import BadRequestError

from agentsflare_kimi import Kimi, extract_content, extract_filter_results, is_filter_error

client = Kimi()


def ask(question: str) -> None:
    try:
        answer = client.chat.completions.create(
            model="kimi-k2.6", messages=[{"role": "user", "content": question}]
        )
    except BadRequestError as error:
        if not is_filter_error(error):
            raise
        print(f"refused: {extract_filter_results(error)}")
        return
    report = extract_filter_results(answer)
    if report.is_filtered:
        print(f"cut short: {extract_content(answer)!r}")
    elif not report.annotations_present:
        print("the filter said nothing, which does not mean that all is well")
    for name, result in sorted(report.categories.items()):
        print(f"{name:<24} {result.severity or '-':<8} filtered: {result.filtered}")


ask("Write a line about the sea.")
