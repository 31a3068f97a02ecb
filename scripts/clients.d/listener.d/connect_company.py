"""Connects the company that the clients' notices are about."""

from gateway import COMPANY, call

INSTANCE = {
    "name": "books",
    "element": {"key": "quickbooks"},
    "externalAuthentication": "initial",
    "configuration": {
        "oauth.api.key": "key",
        "oauth.api.secret": "secret",
        "oauth.user.token": "access",
        "oauth.user.refresh_token": "refresh",
        "quickbooks.realm.id": COMPANY,
        "event.notification.enabled": True,
        "event.vendor.type": "webhook",
    },
}

call("POST", "/instances", INSTANCE)
print("company", COMPANY, "is connected")
