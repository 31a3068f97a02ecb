"""The servicestack package against the listener: with the module that /types/python serves, and with
the types of the page, which are no IReturn."""

import datetime
import importlib.util
import pathlib
import sys
import traceback

from servicestack import JsonServiceClient, WebServiceException

import gateway

SUCCESS = '{"status":"ok"}'
posted: list[str] = []
failed = False


def module(name: str, code: str):
    """A module of that code."""
    path = pathlib.Path(__file__).with_name(f"{name}.py")
    path.write_text(code)
    spec = importlib.util.spec_from_file_location(name, path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


served_code = gateway.text("/types/python")
served = module("served", served_code)
head = served_code[: served_code.index("class QBOEntityName")]
as_printed = module("as_printed", head + gateway.code_on_page("python"))


def request(types, name=None, is_event=True):
    """A request about one invoice, whose id must become an event."""
    number = len(posted) + 1 if is_event else 0
    entity = types.QBOEntity(
        name=types.QBOEntityName.INVOICE if name is None else name,
        id=f"py-{number}",
        operation=types.QBOOperation.UPDATE,
        last_updated=datetime.datetime.now(datetime.timezone.utc),
    )
    if is_event:
        posted.append(entity.id)
    event = types.QBODataChangeEvent(entities=[entity])
    company = types.QBOEventNotification(realm_id=gateway.COMPANY, data_change_event=event)
    return types.QboWebhooksRequest(event_notifications=[company])


def service(base_path=None, authorization=gateway.AUTHORIZATION):
    """A client."""
    client = JsonServiceClient(gateway.URL)
    if authorization:
        client.headers["Authorization"] = authorization
    if base_path is not None:
        client.set_base_path(base_path)
    return client


def step(what, run):
    """Runs a step and says how it went."""
    global failed
    try:
        run()
        print(f"ok   python: {what}")
    except Exception:
        failed = True
        print(f"FAIL python: {what}: {traceback.format_exc()}")


def equal(found, expected):
    """Fails when the two differ."""
    assert found == expected, f"{found!r} is not {expected!r}"


def refused(status, code, run):
    """Fails when `run` is not refused with that status and that error code."""
    try:
        found = run()
    except WebServiceException as error:
        equal((error.status_code, error.response_status.error_code), (status, code))
    else:
        raise AssertionError(f"not refused: {found!r}")


def posts():
    for base_path in (None, ""):
        equal(service(base_path).post(request(served)), SUCCESS)


def batches():
    for base_path in (None, ""):
        equal(service(base_path).send_all([request(served), request(served)]), [SUCCESS, SUCCESS])


def urls():
    for path in ("/qbowebhook", "/qbowebhook.json", "/json/reply/QboWebhooksRequest"):
        for types in (served, as_printed):
            equal(service().post_url(path, request(types), response_as=str), SUCCESS)


def basic():
    client = service(authorization=None)
    client.set_credentials(gateway.USER_SECRET, gateway.ORGANIZATION_SECRET)
    equal(client.post(request(served)), SUCCESS)


def ambiguous():
    vendor = served.QBOEntityName.VENDOR
    equal(vendor.name, "DEPARTMENT")
    equal(service().post(request(served, vendor, is_event=False)), SUCCESS)


def without_date():
    without = request(served)
    without.event_notifications[0].data_change_event.entities[0].last_updated = datetime.datetime(1, 1, 1)
    equal(service().post(without), SUCCESS)


def errors():
    nobody = service(authorization=None)
    refused(401, "AuthenticationException", lambda: nobody.post(request(served, is_event=False)))
    refused(405, "NotImplementedException", lambda: service().get(served.QboWebhooksRequest()))
    text = lambda: service().post_url("/qbowebhook", "hello", response_as=str)
    refused(400, "SerializationException", text)


def all_are_events():
    # `py-0` is the ambiguous one, which is never taken for a record of one kind.
    found = {one for one in gateway.object_ids() if one.startswith("py-")}
    equal(found - {"py-0"}, set(posted))


step("post to /api and to /json/reply", posts)
step("send_all", batches)
step("post_url, also of types that are no IReturn", urls)
step("user name and password", basic)
step("an ambiguous number is accepted", ambiguous)
step("the date that stands for none is accepted", without_date)
step("errors have status and code", errors)
step("everything that was posted is an event, and nothing else", all_are_events)
sys.exit(1 if failed else 0)
