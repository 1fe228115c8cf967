"""Show a picture to the model: `python vision.py picture.png`.

The upstream takes pictures inline or as `ms://<file-id>`, and refuses addresses on the web.
"""

import base64
import mimetypes
import sys
from pathlib import Path

from agentsflare_kimi import Kimi, extract_content

# One red pixel, for a start.
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQ"
    "DwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def data_url(path: Path) -> str:
    kind = mimetypes.guess_type(path)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


url = data_url(Path(sys.argv[1])) if sys.argv[1:] else f"data:image/png;base64,{PIXEL}"
client = Kimi()
answer = client.chat.completions.create(
    model="kimi-k2.6",
    messages=[
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is in this picture?"},
                {"type": "image_url", "image_url": {"url": url}},
            ],
        }
    ],
)
print(extract_content(answer))
