"""Log as JSON lines, the package's own events among them, with no key and no prompt.

The package configures nothing: it logs through whatever the program set up.
"""

import logging
import warnings

import structlog

from agentsflare_kimi import Kimi, KimiWarning

logging.basicConfig(format="%(message)s")
logging.getLogger("shop").setLevel(logging.INFO)
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        # Without the locals of each frame: they hold keys and prompts.
        structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        ),
        structlog.processors.JSONRenderer(),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
)
# The events below say the same as the warnings.
warnings.simplefilter("ignore", KimiWarning)

log: structlog.stdlib.BoundLogger = structlog.get_logger("shop")
structlog.contextvars.bind_contextvars(request_id="r-1")
client = Kimi()
# The gateway's own example model is on no list of models: the client says so, as an event.
answer = client.chat.completions.create(
    model="kimi-chat", messages=[{"role": "user", "content": "Hello"}]
)
log.info("answered", finish_reason=answer.choices[0].finish_reason, model=answer.model)
