"""The emulator's public class: serves on a loopback port or in process, and keeps a log."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self, overload

from agentsflare_kimi.emulator.assertions import assert_requested
from agentsflare_kimi.emulator.gateway import Gateway, is_chat
from agentsflare_kimi.emulator.judging import judge
from agentsflare_kimi.emulator.log import Outcome, RecordedRequest, RequestLog
from agentsflare_kimi.emulator.notices import failed_answer, missed_replay, ran_out
from agentsflare_kimi.emulator.options import Options, Place, Tape
from agentsflare_kimi.emulator.report import ClientReport
from agentsflare_kimi.emulator.scenarios import find_scenario
from agentsflare_kimi.emulator.server import Finished, Server, is_loopback
from agentsflare_kimi.emulator.transport import create_transport
from agentsflare_kimi.emulator.turns import Answers, Scenarios, Script
from agentsflare_kimi.emulator.wire import Reply, Request
from agentsflare_kimi.models.catalog import catalog
from agentsflare_kimi.models.lessons import forget_lessons
from agentsflare_kimi.reading.lenient import as_mapping, json_value

__all__ = ["Emulator"]

_IN_PROCESS: Final = "http://127.0.0.1/v1"


class Emulator:
    """A Kimi gateway on this machine, for development, tests and demonstrations.

    >>> with Emulator() as emulator:
    ...     base_url = emulator.base_url
    >>> base_url.startswith("http://127.0.0.1:")
    True

    Attributes:
        api_key: A key that it accepts.
        errors: Exceptions of the function given as `answers`, and of answers that cannot be
            read; the client got status 500 in their place.
    """

    def __init__(  # noqa: PLR0913  # flat, as tests and markers write them; grouped at once
        self,
        *,
        scenario: Scenarios = "ok",
        answers: Answers | None = None,
        strict: bool = True,
        api_key: str | None = None,
        extra_models: Sequence[str] = (),
        latency: float = 0.0,
        tokens_per_second: float | None = None,
        tool_rounds: int = 1,
        max_concurrency: int | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        on_reply: Callable[[RecordedRequest], None] | None = None,
        replay: str | Path | None = None,
        record: str | Path | None = None,
        upstream: str = "https://api.agentsflare.com/v1",
        redact_prompts: bool = False,
        models_file: str | Path | None = None,
    ) -> None:
        """Set the emulator up; it serves once it is entered or started.

        Args:
            scenario: A scenario for every request; or a list, one for each in turn, then `ok`.
            answers: A text, a message, a completion, or `{"status": ..., "body": ...}` of an
                error. Or a list of these, one for each completion in turn, with generated
                answers for None and after the last; or a function of the request's body that
                returns one.
            strict: Whether parameters that a model rejects get a 400; some gateways accept them.
            api_key: The only key to accept; any key if None.
            extra_models: Names to serve besides the catalog's.
            latency: Seconds before the first byte of an answer.
            tokens_per_second: How fast answers come; as fast as they can if None.
            tool_rounds: How many times one of a request's `tools` is called before the answer.
            max_concurrency: How many requests are served at once; others are `rate-limited`.
            host: The address to bind to; one that other machines can reach causes a warning.
            port: The port to bind to; any free one if 0.
            on_reply: Called after each reply with the request it belongs to.
            replay: A file of request and response pairs, the only source of answers
                (`agentsflare_kimi.emulator.recording` has the format).
            record: A file to append such pairs to; every request is forwarded to `upstream`.
            upstream: The base URL of the gateway to record from.
            redact_prompts: Whether recordings leave the prompts out.
            models_file: A TOML file of models to add to the catalog or to override in it.

        Raises:
            UnknownScenarioError: There is no such scenario.
            ConfigurationError: The file of models is wrong.
            ValueError: A number is out of range, the recording cannot be read, or `upstream` is
                no safe URL.
        """
        self._script = Script(scenario, answers)
        self._options = Options(
            gateway=Gateway(
                strict=strict,
                api_key=api_key,
                extra_models=tuple(extra_models),
                latency=latency,
                tokens_per_second=tokens_per_second,
                tool_rounds=tool_rounds,
                models=catalog(models_file),
            ),
            place=Place(host=host, port=port, max_concurrency=max_concurrency),
            tape=Tape(
                replay=replay, record=record, upstream=upstream, redact_prompts=redact_prompts
            ),
        )
        self.api_key: str = api_key or "emulator-key"
        self._replay = self._options.tape.open_replay()
        self._proxy = self._options.tape.open_proxy()
        self._log = RequestLog()
        self._on_reply = on_reply
        self._server: Server | None = None
        self.errors: list[Exception] = []

    @property
    def scenario(self) -> Scenarios:
        """The scenario in force; a new one holds from the next request on."""
        return self._script.scenario

    @scenario.setter
    def scenario(self, scenario: Scenarios) -> None:
        self._script.scenario = scenario

    @property
    def answers(self) -> Answers | None:
        """The scripted answers in force; new ones hold from the next request on."""
        return self._script.answers

    @answers.setter
    def answers(self, answers: Answers | None) -> None:
        self._script.answers = answers

    @property
    def base_url(self) -> str:
        """The `base_url` for clients."""
        if self._server is None:
            return _IN_PROCESS
        host, port = self._server.server_name, self._server.server_port
        # A wildcard address can be bound to, but not connected to.
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # nothing is bound
        return f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"

    @property
    def requests(self) -> tuple[RecordedRequest, ...]:
        """The requests in the order of arrival, with keys redacted."""
        return self._log.entries()

    @property
    def open_connections(self) -> int:
        """How many connections clients hold open, idle ones included."""
        return self._server.open_connections if self._server else 0

    def report(self) -> ClientReport:
        """Judge the client under test by its requests so far.

        Returns:
            What it did that a robust client would not, and what else is worth knowing.
        """
        return judge(self._log.entries(), self._options.gateway.models)

    @overload
    def assert_requested(  # pyright: ignore[reportOverlappingOverload]  # 0 is an int, too
        self, *, times: Literal[0], **parts: object
    ) -> None: ...

    @overload
    def assert_requested(self, *, times: int | None = None, **parts: object) -> RecordedRequest: ...

    def assert_requested(
        self, *, times: int | None = None, **parts: object
    ) -> RecordedRequest | None:
        """Assert that a client sent a certain request.

        Args:
            times: How often exactly; at least once if None.
            parts: Fields that the body must have; mappings and lists of mappings match
                partially, and `agentsflare_kimi.ABSENT` stands for a field that must be missing.

        Returns:
            The last such request; None for `times=0`.

        Raises:
            AssertionError: It did not; the message shows where the requests differ.
        """
        __tracebackhide__ = True
        return assert_requested(self._log.entries(), parts, times)

    def reset(self) -> None:
        """Forget the requests and errors; scenario and answers stay."""
        self._log.clear()
        self.errors.clear()

    def transport(self) -> Any:  # noqa: ANN401  # of httpx or httpx2
        """Make a transport that answers in process, for `httpx` or `httpx2` clients.

        Give it to `openai.DefaultHttpxClient(transport=...)` or its async counterpart, and
        that to a client as `http_client`.

        Returns:
            A transport of the library that the installed `openai` uses, sync and async.
        """
        forget_lessons()
        return create_transport(self.handle)

    def handle(self, request: Request) -> tuple[Reply, Finished]:
        """Answer *request* and remember it.

        Args:
            request: The request, from a socket or in process.

        Returns:
            The reply, and a function to call with the outcome when the reply ends.
        """
        entry = self._log.add(request)
        try:
            reply = self._reply(request)
        except Exception as error:  # noqa: BLE001  # the function is the test's own
            self.errors.append(error)
            reply = failed_answer(error)
        except BaseException:
            self._log.finish(entry, "cut")
            raise
        self._log.answered(entry, reply)
        return reply, partial(self._finish, entry)

    def _finish(self, entry: RecordedRequest, outcome: Outcome) -> None:
        done = self._log.finish(entry, outcome)
        if done and self._on_reply:
            self._on_reply(done)

    def _reply(self, request: Request) -> Reply:
        gateway, limit = self._options.gateway, self._options.place.max_concurrency
        if limit is not None and self._log.pending > limit:
            return gateway.reply(request, find_scenario("rate-limited"))
        if self._proxy:
            return self._proxy.reply(request)
        if self._replay:
            entry = self._replay.find(request)
            if entry is None:
                return missed_replay(self._replay.describe_miss(request))
            return entry.response or gateway.reply(request, answer=entry.answer)
        scenario = self._script.next_scenario()
        if not is_chat(request):
            return gateway.reply(request, scenario)
        answer = self._script.next_answer(as_mapping(json_value(request.body)))
        reply = gateway.reply(request, scenario, answer)
        return ran_out(reply, self._script.used_up) if self._script.used_up else reply

    def start(self) -> Self:
        """Serve on the loopback port from a background thread.

        Warns:
            RuntimeWarning: The address can be reached from other machines.
        """
        if self._server is not None:
            return self
        place, host = self._options.place, self._options.place.host
        # An earlier gateway at the same address may have refused what this one accepts.
        forget_lessons()
        self._server = Server(host, place.port, self.handle, self._options.tape.suffix)
        if not is_loopback(host):
            warnings.warn(
                f"the emulator listens on {host}: other machines can reach it, and it checks "
                "neither who asks nor the Host header",
                RuntimeWarning,
                stacklevel=2,
            )
        self._server.start()
        return self

    def close(self) -> None:
        """Stop serving; open connections end."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def __enter__(self) -> Self:
        """Start serving."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self.close()
