"""freshbooks-sdk against the FreshBooks sandbox at FRESHBOOKS_API_URL: one line per step, exit code
1 at the first step that fails."""

import base64
import hashlib
import hmac
import json
import queue
import threading
import urllib.parse
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests
from freshbooks import Client, FilterBuilder, PaginateBuilder
from freshbooks.errors import FreshBooksError

REDIRECT_URI = "https://app.example/callback"
IDENTITY_ID = "712052"
CALLBACK_WAIT_S = 10


def done(step):
    print(f"python: {step}: ok", flush=True)


def refused(status, work):
    """The error of a call that has to fail."""
    try:
        work()
    except FreshBooksError as error:
        assert error.status_code == status, error
        return error
    raise AssertionError(f"expected {status}")


def approve(authorize_url):
    """Presses Approve on the authorize page; the code the person is sent back with."""
    page, query = authorize_url.split("?")
    fields = dict(urllib.parse.parse_qsl(query))
    fields["identity_id"] = IDENTITY_ID
    answer = requests.post(page, data=fields, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    back = urllib.parse.urlsplit(answer.headers["location"])
    return dict(urllib.parse.parse_qsl(back.query))["code"]


def connect():
    client = Client(
        "sandbox-client-id",
        client_secret="sandbox-client-secret",
        redirect_uri=REDIRECT_URI,
        auto_retry=False,
    )
    url = client.get_auth_request_url(["user:profile:read", "user:clients:write"])
    client.get_access_token(approve(url))
    assert client.access_token_expires_at > datetime.now(timezone.utc) + timedelta(hours=11)
    done("authorize and token")
    spent = client.refresh_token
    client.refresh_access_token()
    assert client.refresh_token != spent
    refused(400, lambda: client.refresh_access_token(spent))
    done("refresh, once")
    return client


def identify(client):
    businesses = [one.business for one in client.current_user().business_memberships]
    business = next(one for one in businesses if one.name == "Harbour Studio")
    done("identity")
    return business.account_id, business.id


def keep_clients(client, account_id):
    created = client.clients.create(account_id, {"fname": "Python", "email": "py@example.com"})
    for at in (created.updated, created.signup_date):
        assert abs(datetime.now(timezone.utc) - at) < timedelta(minutes=1), at
    done("client: create, its times Eastern and UTC")
    updated = client.clients.update(account_id, created.id, {"note": "seen by python"})
    assert updated.note == "seen by python"
    done("client: update")
    narrow = FilterBuilder().equals("email", "py@example.com")
    found = client.clients.list(account_id, [narrow, PaginateBuilder(1, 500)])
    assert [one.id for one in found] == [created.id]
    assert found.pages.per_page == 100
    done("client: list")
    assert client.clients.delete(account_id, created.id).vis_state == 1
    assert client.clients.get(account_id, created.id).vis_state == 1
    done("client: delete")
    error = refused(404, lambda: client.clients.get(account_id, 999999))
    assert error.error_code == 1012, error
    done("client: not found")


def keep_invoices(client, account_id):
    jane = client.clients.create(account_id, {"organization": "Python & Co"})
    lines = [{"name": "Mugs", "qty": 6, "unit_cost": {"amount": "4.00", "code": "USD"}}]
    body = {"customerid": jane.id, "create_date": "2026-03-10", "lines": lines}
    invoice = client.invoices.create(account_id, body)
    assert invoice.amount.amount == "24.00"
    done("invoice: create")
    assert client.invoices.get(account_id, invoice.id).organization == "Python & Co"
    done("invoice: get")
    assert invoice.id in [one.id for one in client.invoices.list(account_id)]
    done("invoice: list")
    client.invoices.delete(account_id, invoice.id)
    assert client.invoices.get(account_id, invoice.id).vis_state == 1
    done("invoice: delete")
    tax = client.taxes.create(account_id, {"name": "HST", "amount": 13})
    client.taxes.delete(account_id, tax.id)
    refused(404, lambda: client.taxes.get(account_id, tax.id))
    done("tax: create and delete")


def keep_projects(client, business_id):
    project = client.projects.create(business_id, {"title": "Python project"})
    assert client.projects.get(business_id, project.id).title == "Python project"
    assert project.id in [one.id for one in client.projects.list(business_id)]
    client.projects.delete(business_id, project.id)
    refused(404, lambda: client.projects.get(business_id, project.id))
    done("project: create, get, list, delete")
    body = {"is_logged": True, "duration": 900, "started_at": "2026-03-10T14:00:00Z"}
    entry = client.time_entries.create(business_id, body)
    service = client.services.create(business_id, {"name": "Python review"})
    assert client.services.get(business_id, service.id).name == "Python review"
    client.time_entries.delete(business_id, entry.id)
    done("time and services")


def receiver(received):
    """Starts a server that answers 200 to every post and puts its form into the queue."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode("utf-8")
            form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
            received.put((form, self.headers["X-FreshBooks-Hmac-SHA256"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def signature(form, verifier):
    digest = hmac.new(verifier.encode(), json.dumps(form).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def check_callbacks(client, account_id):
    received = queue.Queue()
    server = receiver(received)
    uri = f"http://127.0.0.1:{server.server_port}/"
    callback = client.callbacks.create(account_id, {"event": "invoice", "uri": uri})
    form, signed = received.get(timeout=CALLBACK_WAIT_S)
    verifier = form["verifier"]
    assert form["object_id"] == str(callback.callbackid)
    assert signed == signature(form, verifier)
    done("callback: create and handshake")
    client.callbacks.resend_verification(account_id, callback.callbackid)
    assert received.get(timeout=CALLBACK_WAIT_S)[0]["verifier"] == verifier
    done("callback: resend")
    assert client.callbacks.verify(account_id, callback.callbackid, verifier).verified
    done("callback: verify")
    jane = client.clients.create(account_id, {"organization": "Told & Co"})
    body = {"customerid": jane.id, "create_date": "2026-03-10"}
    invoice = client.invoices.create(account_id, body)
    form, signed = received.get(timeout=CALLBACK_WAIT_S)
    assert (form["name"], form["object_id"]) == ("invoice.create", str(invoice.id))
    assert signed == signature(form, verifier)
    assert signed != signature(form, "wrong")
    done("callback: event and signature")
    found = client.callbacks.list(account_id, [FilterBuilder().equals("event", "invoice.create")])
    assert callback.callbackid in [one.callbackid for one in found]
    done("callback: list finds the parent")
    error = refused(422, lambda: client.callbacks.create(account_id, {"event": "x", "uri": "y"}))
    assert error.error_code == 422, error
    done("callback: refused")
    client.callbacks.delete(account_id, callback.callbackid)
    refused(404, lambda: client.callbacks.get(account_id, callback.callbackid))
    done("callback: delete")
    server.shutdown()


def main():
    client = connect()
    account_id, business_id = identify(client)
    keep_clients(client, account_id)
    keep_invoices(client, account_id)
    keep_projects(client, business_id)
    check_callbacks(client, account_id)


main()
