"""The gateway under test: its address, its secrets, its API and the code on its pages."""

import html
import json
import os
import re
import urllib.request

URL = os.environ["GATEWAY_URL"]
USER_SECRET = os.environ["USER_SECRET"]
ORGANIZATION_SECRET = os.environ["ORGANIZATION_SECRET"]
AUTHORIZATION = f"User {USER_SECRET}, Organization {ORGANIZATION_SECRET}"
COMPANY = "9130347957983546"


def call(method: str, path: str, body=None):
    """Calls the API and returns its answer."""
    request = urllib.request.Request(
        f"{URL}/elements/api-v2{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": AUTHORIZATION, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def object_ids() -> set[str]:
    """The records that there are events of."""
    return {event["objectId"] for event in call("GET", "/instances/events?pageSize=1000")}


def text(path: str) -> str:
    """What is served at a path."""
    with urllib.request.urlopen(URL + path) as answer:
        return answer.read().decode()


def code_on_page(language: str) -> str:
    """The types as the page of a language shows them."""
    page = text(f"/json/metadata?op=QboWebhooksRequest&lang={language}")
    return html.unescape(re.search(r'<pre id="types">(.*?)</pre>', page, re.DOTALL)[1])
