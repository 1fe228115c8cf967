"""Requests as no SDK would send them."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit


def send(url, body=b"", *, path=None, **headers):
    """Send one request to *url*, or to *path* of its host as it is written; return the answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    headers = {"authorization": "Bearer any"} | headers
    given = {name: value for name, value in headers.items() if value is not None}
    try:
        connection.request("POST" if body else "GET", path or parts.path, body or None, given)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
