//! The texts of the page "QuickBooks Online Events" of SAP Open Connectors (last modified
//! 2021-01-19), letter by letter, with its mistakes.

/// "Configure Polling Through API"; one resource is misprinted.
pub(super) const POLLING_BODY: &str = r#"{
  "element": {
    "key": "quickbooks"
  },
  "providerData": {
    "code": "",
    "realmId": ""
  },
  "configuration": {
    "oauth.callback.url": "",
    "oauth.api.key": "",
    "oauth.api.secret": "",
    "authentication.type": "oauth2",
    "scope": "com.intuit.quickbooks.accounting openid profile email phone address",
    "event.notification.enabled": true,
    "event.vendor.type": "polling",
    "event.notification.callback.url": "https://api.openconnectors.us2.ext.hana.ondemand.com/elements/api-v2/events/quickbooks/",
    "event.notification.signature.key": "",
    "event.poller.refresh_interval": "15",
    "event.poller.urls": "bill-paymentsbillsclassescredit-memoscredit-termscurrenciestax-customersemployeesinvoicesjournal-entriesledger-accountspayment-methodspaymentsproductspurchase-ordersrefund-receiptssales-receiptstax-codestax-ratestime-activitiesvendor-creditsvendors"
  },
  "tags": [
    ""
  ],
  "name": ""
}
"#;

/// "Example cURL with Polling".
pub(super) const POLLING_CURL: &str = r#"curl -X POST \
  https://api.openconnectors.us2.ext.hana.ondemand.com/elements/api-v2/instances \
  -H 'authorization: User , Organization ' \
  -H 'content-type: application/json' \
  -d '{
    "element": {
      "key": "quickbooks"
    },
    "providerData": {
      "code": "xxxxxxxxxxxxxxxxxxxxxxxx",
      "realmId": "xxxxxxxxxxxxxxxxxxxx"
    },
    "configuration": {
      "oauth.callback.url": "https://mycoolapp.com",
      "oauth.api.key": "xxxxxxxxxxxxxxxxxxxx",
      "oauth.api.secret": "xxxxxxxxxxxxxxxxxxxx"
      "authentication.type" : "oauth2",
      "scope" : "com.intuit.quickbooks.accounting openid profile email phone address",
      "event.notification.enabled": true,
      "event.vendor.type": "polling",
      "event.notification.callback.url": "https://api.openconnectors.us2.ext.hana.ondemand.com/elements/api-v2/events/quickbooks/",
      "event.notification.signature.key": "xxxxxxxxxxxxxxxxxxxxxxxx",
      "event.poller.refresh_interval": "15",
      "event.poller.urls": "bill-paymentsbillsclassescredit-memoscredit-termscurrenciescustomersemployeesinvoicesjournal-entriesledger-accountspayment-methodspaymentsproductspurchase-ordersrefund-receiptssales-receiptstax-codestax-ratestime-activitiesvendor-creditsvendors"
    },
    "tags": [
      "Docs"
    ],
    "name": "API Instance"
  }'
"#;

/// "Configure Webhooks Through API".
pub(super) const WEBHOOKS_BODY: &str = r#"{
  "element": {
    "key": "quickbooks"
  },
  "providerData": {
    "code": "",
    "realmId": ""
  },
  "configuration": {
    "oauth.callback.url": "",
    "oauth.api.key": "",
    "oauth.api.secret": "",
    "authentication.type": "oauth2",
    "scope": "com.intuit.quickbooks.accounting openid profile email phone address",
    "event.notification.enabled": true,
    "event.vendor.type": "webhooks",
    "event.notification.callback.url": "https://api.openconnectors.us2.ext.hana.ondemand.com/elements/api-v2/events/quickbooks/",
    "event.notification.signature.key": ""
  },
  "tags": [
    ""
  ],
  "name": ""
}
"#;

/// The cURL under "Webhooks".
pub(super) const WEBHOOKS_CURL: &str = r#"curl -X POST \
  https://api.openconnectors.us2.ext.hana.ondemand.com/elements/api-v2/instances \
  -H 'authorization: User , Organization ' \
  -H 'content-type: application/json' \
  -d '{
    "element": {
      "key": "quickbooks"
    },
    "providerData": {
      "code": "xxxxxxxxxxxxxxxxxxxxxxxx",
      "realmId": "xxxxxxxxxxxxxxxx"
    },
    "configuration": {
      "oauth.callback.url": "https://mycoolapp.com",
      "oauth.api.key": "xxxxxxxxxxxxxxxx",
      "oauth.api.secret": "xxxxxxxxxxxxxxxx"
      "authentication.type" : "oauth2",
      "scope" : "com.intuit.quickbooks.accounting openid profile email phone address",
      "event.notification.enabled": true,
      "event.vendor.type": "webhook",
      "event.notification.callback.url": "https://api.openconnectors.us2.ext.hana.ondemand.com/elements/api-v2/events/quickbooks/",
      "event.notification.signature.key": "xxxxxxxxxxxxxxxx"
    },
    "tags": [
      "Docs"
    ],
    "name": "API Instance"
  }'
"#;
