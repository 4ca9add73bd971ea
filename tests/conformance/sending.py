"""Send a recording's request to a scene, with the credentials that it was made with."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

from werkzeug.test import Client, TestResponse

from sync_cli.sandbox.shop.settings import (
    KEY,
    READ_KEY,
    READ_SECRET,
    SECRET,
    WRITE_KEY,
    WRITE_SECRET,
)
from tests.conformance.scene import Scene

_CREDENTIALS = {
    "basic (read_write key)": (KEY, SECRET),
    "basic (read key)": (READ_KEY, READ_SECRET),
    "basic (write key)": (WRITE_KEY, WRITE_SECRET),
    "basic-wrong-key": ("ck_nobody", "cs_nobody"),
    "basic-wrong-secret": (KEY, "cs_wrong"),
}


def send(scene: Scene) -> TestResponse:
    """The answer of the scene's shop to the recorded request."""
    recording = scene.recording
    headers = {"Content-Type": "application/json"} if recording.body is not None else {}
    query = dict(recording.query)
    if recording.auth.startswith("query-string"):
        query |= {"consumer_key": KEY, "consumer_secret": SECRET}
    credentials = _CREDENTIALS.get(recording.auth)
    if credentials is not None:
        token = base64.b64encode(":".join(credentials).encode()).decode()
        headers["Authorization"] = f"Basic {token}"
    data = json.dumps(recording.body) if recording.text is None else recording.text
    named = {name.lower() for name in recording.headers}
    headers = {name: text for name, text in headers.items() if name.lower() not in named}
    headers |= recording.headers
    return Client(scene.wsgi).open(
        recording.address,
        method=recording.method,
        query_string=urlencode(query),
        headers=headers,
        data=None if recording.body is None else data,
        base_url=f"{recording.scheme}://shop.example",
    )
