"""intuit-oauth and python-quickbooks against the QuickBooks sandbox at SANDBOX_URL: one line per
step, exit code 1 at the first step that fails."""

import json
import os
import queue
import threading
import urllib.parse
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

# The sandbox speaks plain HTTP on the loopback address.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

import requests
from intuitlib import config
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from intuitlib.migration import migrate
from quickbooks import QuickBooks
from quickbooks.batch import batch_create
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import QuickbooksException
from quickbooks.objects import Customer, Invoice, SalesItemLine, SalesItemLineDetail
from quickbooks.objects.company_info import CompanyInfo
from requests_oauthlib import OAuth1Session

BASE = os.environ["SANDBOX_URL"]
REALM_ID = "9341452000000002"
CLIENT_ID = "sandbox-client-id"
CLIENT_SECRET = "sandbox-client-secret"
REDIRECT_URI = "http://127.0.0.1/callback"
VERIFIER_TOKEN = "verifier-of-the-python-client"
WEBHOOK_WAIT_S = 10


def done(step):
    print(f"python: {step}: ok", flush=True)


def approve(authorize_url):
    """Presses Approve on the authorize page; the parameters the person is sent back with."""
    fields = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(authorize_url).query))
    fields["realm_id"] = REALM_ID
    answer = requests.post(f"{BASE}/connect/oauth2", data=fields, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    back = urllib.parse.urlsplit(answer.headers["location"])
    return dict(urllib.parse.parse_qsl(back.query))


def connect():
    discovery = f"{BASE}/.well-known/openid_sandbox_configuration"
    auth = AuthClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, environment=discovery)
    done("discovery")
    back = approve(auth.get_authorization_url([Scopes.ACCOUNTING, Scopes.OPENID]))
    assert back["state"] == auth.state_token
    auth.get_bearer_token(back["code"], realm_id=back["realmId"])
    # The library keeps an id_token only if its signature and its claims are right.
    assert auth.id_token
    done("authorize, token and id_token")
    before = auth.access_token
    auth.refresh()
    assert auth.access_token != before
    done("refresh")
    assert auth.get_user_info().json()["email"]
    done("user info")
    return auth


def keep_books(books, started_at):
    assert CompanyInfo.all(qb=books)[0].CompanyName == "Corner Cafe"
    done("company info")
    customer = Customer()
    customer.DisplayName = "Python Jane"
    customer.save(qb=books)
    invoice = Invoice()
    invoice.CustomerRef = customer.to_ref()
    line = SalesItemLine()
    line.Amount = 12.5
    line.SalesItemLineDetail = SalesItemLineDetail()
    invoice.Line.append(line)
    invoice.save(qb=books)
    assert Invoice.get(invoice.Id, qb=books).TotalAmt == 12.5
    done("create")
    customer.Notes = "seen by python"
    customer.save(qb=books)
    assert Customer.get(customer.Id, qb=books).Notes == "seen by python"
    done("update and read")
    found = Customer.filter(DisplayName="Python Jane", Active=True, qb=books)
    assert [one.Id for one in found] == [customer.Id]
    assert Customer.count(qb=books) == 1
    done("query")
    many = [Customer(), Customer()]
    many[0].DisplayName, many[1].DisplayName = "Python Bob", "Python Jane"
    batch = batch_create(many, qb=books)
    assert (len(batch.successes), len(batch.faults)) == (1, 1)
    done("batch")
    invoice.send(qb=books, send_to="jane@example.com")
    done("send")
    invoice = Invoice.get(invoice.Id, qb=books)
    invoice.void(qb=books)
    invoice = Invoice.get(invoice.Id, qb=books)
    assert invoice.TotalAmt == 0
    done("void")
    invoice.delete(qb=books)
    done("delete")
    changes = change_data_capture([Customer, Invoice], started_at, qb=books)
    assert customer.Id in [one.Id for one in changes.Customer._object_list]
    deleted = [one for one in changes.Invoice._object_list if one.Id == invoice.Id]
    assert deleted[0].status == "Deleted"
    done("change data capture")


def receiver(received):
    """Starts a server that answers 200 to every post and puts it into the queue."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode("utf-8")
            received.put((body, self.headers["intuit-signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def check_webhooks(books):
    received = queue.Queue()
    server = receiver(received)
    for shape in ("legacy", "cloud_events"):
        app = {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "webhook_url": f"http://127.0.0.1:{server.server_port}/",
            "verifier_token": VERIFIER_TOKEN,
            "webhook_format": shape,
        }
        requests.post(f"{BASE}/sandbox/apps", json=app).raise_for_status()
        customer = Customer()
        customer.DisplayName = f"Python webhook {shape}"
        customer.save(qb=books)
        body, signature = received.get(timeout=WEBHOOK_WAIT_S)
        assert books.validate_webhook_signature(body, signature, VERIFIER_TOKEN)
        assert not books.validate_webhook_signature(body + " ", signature, VERIFIER_TOKEN)
        assert isinstance(json.loads(body), dict if shape == "legacy" else list)
        done(f"webhook signature ({shape})")
    server.shutdown()


def check_oauth1():
    session = OAuth1Session(CLIENT_ID, CLIENT_SECRET, callback_uri=REDIRECT_URI)
    request = session.fetch_request_token(f"{BASE}/oauth/v1/get_request_token")
    fields = {"oauth_token": request["oauth_token"], "realm_id": REALM_ID}
    answer = requests.post(f"{BASE}/Connect/Begin", data=fields, allow_redirects=False)
    session.parse_authorization_response(answer.headers["location"])
    token = session.fetch_access_token(f"{BASE}/oauth/v1/get_access_token")
    done("oauth 1.0a: request token, connect, access token")
    query = {"query": "select * from CompanyInfo where CompanyName = 'Corner Cafe'"}
    answer = session.get(f"{BASE}/v3/company/{REALM_ID}/query", params=query)
    assert answer.json()["QueryResponse"]["CompanyInfo"][0]["CompanyName"] == "Corner Cafe"
    done("oauth 1.0a: signed query")
    # The library knows the two addresses of Intuit only.
    config.MIGRATION_URL["sandbox"] = f"{BASE}/v2/oauth2/tokens/migrate"
    discovery = f"{BASE}/.well-known/openid_sandbox_configuration"
    auth = AuthClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, environment=discovery)
    secrets = (token["oauth_token"], token["oauth_token_secret"])
    migrate(CLIENT_ID, CLIENT_SECRET, *secrets, auth, [Scopes.ACCOUNTING])
    auth.refresh()
    done("oauth 1.0a: migrated to oauth 2.0")


def main():
    started_at = datetime.now(timezone.utc) - timedelta(seconds=2)
    auth = connect()
    QuickBooks.api_url_v3 = f"{BASE}/v3"
    books = QuickBooks(
        auth_client=auth,
        refresh_token=auth.refresh_token,
        company_id=REALM_ID,
        minorversion=75,
    )
    keep_books(books, started_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    check_webhooks(books)
    check_oauth1()
    auth.revoke(token=auth.refresh_token)
    for work in (lambda: CompanyInfo.all(qb=books), lambda: auth.refresh()):
        try:
            work()
        except (QuickbooksException, AuthClientError):
            continue
        raise AssertionError("the connection was revoked")
    done("revoke")


main()
