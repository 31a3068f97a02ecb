//! The texts of the page "Events" of Cloud Elements' guide to QuickBooks Online, letter by letter,
//! with its mistakes.

/// "Configure Polling Through API", OAuth 2.0.
pub(super) const POLLING_OAUTH2_BODY: &str = r#"       {
         "element":{
           "key":"{{page.elementKey}}"
         },
         "providerData":{
           "code": "<AUTHORIZATION_GRANT_CODE>",
           "realmId": "<REALMID_FROM_PREVIOUS_STEP>"
         },
         "configuration":{
           "oauth.callback.url": "<CALLBACK_URL>",
           "oauth.api.key": "<CONSUMER_KEY>",
         	"oauth.api.secret": "<CONSUMER_SECRET>",
           "authentication.type" : "oauth2",
           "scope" : "com.intuit.quickbooks.accounting openid profile email phone address",
           "event.notification.enabled": true,
           "event.vendor.type": "polling",
           "event.notification.callback.url": "https://api.cloud-elements.com/elements/api-v2/events/{{page.elementKey}}/",
           "event.notification.signature.key": "<OPTIONAL_SIGNATURE_KEY>",
            "event.poller.refresh_interval": "15",
           "event.poller.urls": "bill-paymentsbillsclassescredit-memoscredit-termscurrenciescustomersemployeesinvoicesjournal-entriesledger-accountspayment-methodspaymentsproductspurchase-ordersrefund-receiptssales-receiptstax-codestax-ratestime-activitiesvendor-creditsvendors"
         },
         "tags":[
           "<Add_Your_Tag>"
         ],
         "name":"<INSTANCE_NAME>"
       }
"#;

/// "Configure Polling Through API", OAuth 1.0.
pub(super) const POLLING_OAUTH1_BODY: &str = r#"    {
     "element": {
       "key": "{{page.elementKey}}"
     },
     "providerData": {
       "oauth_token": "<OAUTH_TOKEN>",
       "realmId": "<REALMID>",
       "oauth_verifier": "<OAUTH_VERIFIER>",
       "secret": "<OAUTH_USER_SECRET>",
       "state": "quickbooks",
       "dataSource": "<dataSource>"
     },
     "configuration": {
       "oauth.callback.url": "<CALLBACK_URL>",
       "oauth.api.key": "<CONSUMER_KEY>",
       "oauth.api.secret": "<CONSUMER_SECRET>",
       "filter.response.nulls": true,
       "event.notification.enabled": true,
       "event.vendor.type": "polling",
       "event.notification.callback.url": "https://api.cloud-elements.com/elements/api-v2/events/{{page.elementKey}}/",
       "event.notification.signature.key": "<OPTIONAL_SIGNATURE_KEY>",
      "event.poller.refresh_interval": "15",
       "event.poller.urls": "bill-paymentsbillsclassescredit-memoscredit-termscurrenciescustomersemployeesinvoicesjournal-entriesledger-accountspayment-methodspaymentsproductspurchase-ordersrefund-receiptssales-receiptstax-codestax-ratestime-activitiesvendor-creditsvendors"
     },
     "tags": [
       "<Add_Your_Tag>"
     ],
     "name": "<INSTANCE_NAME>"
    }
"#;

/// "Example cURL with Polling", OAuth 2.0.
pub(super) const POLLING_OAUTH2_CURL: &str = r#"curl -X POST \
  https://api.cloud-elements.com/elements/api-v2/instances \
  -H 'authorization: User <USER_SECRET>, Organization <ORGANIZATION_SECRET>' \
  -H 'content-type: application/json' \
  -d '{
  "element": {
    "key": "{{page.elementKey}}"
  },
  "providerData": {
    "code": "xxxxxxxxxxxxxxxxxxxxxxx",
    "realmId": "xxxxxxxxxxxxxxxxx"
  },
  "configuration": {
    "oauth.callback.url": "https;//mycoolapp.com",
    "oauth.api.key": "xxxxxxxxxxxxxxxxxx",
    "oauth.api.secret": "xxxxxxxxxxxxxxxxxxxxxxxx"
    "authentication.type" : "oauth2",
    "scope" : "com.intuit.quickbooks.accounting openid profile email phone address",
    "event.notification.enabled": true,
    "event.vendor.type": "polling",
    "event.notification.callback.url": "https://api.cloud-elements.com/elements/api-v2/events/{{page.elementKey}}/",
    "event.notification.signature.key": "xxxxxxxxxxxxxxxxxxxxxx",
    "event.poller.refresh_interval": "15",
    "event.poller.urls": "bill-paymentsbillsclassescredit-memoscredit-termscurrenciescustomersemployeesinvoicesjournal-entriesledger-accountspayment-methodspaymentsproductspurchase-ordersrefund-receiptssales-receiptstax-codestax-ratestime-activitiesvendor-creditsvendors"
    },
  "tags": [
    "Docs"
  ],
  "name": "API Instance"
}'
"#;

/// "Example cURL with Polling", OAuth 1.0.
pub(super) const POLLING_OAUTH1_CURL: &str = r#"curl -X POST \
  https://api.cloud-elements.com/elements/api-v2/instances \
  -H 'authorization: User <USER_SECRET>, Organization <ORGANIZATION_SECRET>' \
  -H 'content-type: application/json' \
  -d '{
  "element": {
    "key": "{{page.elementKey}}"
  },
  "providerData": {
    "oauth_token": "<OAUTH_TOKEN>",
    "realmId": "<REALMID>",
    "oauth_verifier": "<OAUTH_VERIFIER>",
    "secret": "<OAUTH_USER_SECRET>",
    "state": "quickbooks",
    "dataSource": "QBO"
  },
  "configuration": {
    "oauth.callback.url": "<CALLBACK_URL>",
    "oauth.api.key": "<CONSUMER_KEY>",
    "oauth.api.secret": "<CONSUMER_SECRET>"
    "event.notification.enabled": true,
    "event.vendor.type": "polling",
    "event.notification.callback.url": "https://api.cloud-elements.com/elements/api-v2/events/{{page.elementKey}}/",
    "event.notification.signature.key": "xxxxxxxxxxxxxxxxxxxxxx",
    "event.poller.refresh_interval": "15",
    "event.poller.urls": "bill-paymentsbillsclassescredit-memoscredit-termscurrenciescustomersemployeesinvoicesjournal-entriesledger-accountspayment-methodspaymentsproductspurchase-ordersrefund-receiptssales-receiptstax-codestax-ratestime-activitiesvendor-creditsvendors"
  },
  "tags": [
    "For Docs",
    "tag 2"
  ],
  "name": "QBO_Instance"
}'
"#;

/// "Configure Webhooks Through API", OAuth 2.0.
pub(super) const WEBHOOKS_OAUTH2_BODY: &str = r#"       {
         "element":{
           "key":"{{page.elementKey}}"
         },
         "providerData":{
           "code": "<AUTHORIZATION_GRANT_CODE>",
           "realmId": "<REALMID_FROM_PREVIOUS_STEP>"
         },
         "configuration":{
           "oauth.callback.url": "<CALLBACK_URL>",
           "oauth.api.key": "<CONSUMER_KEY>",
         	"oauth.api.secret": "<CONSUMER_SECRET>",
           "authentication.type" : "oauth2",
           "scope" : "com.intuit.quickbooks.accounting openid profile email phone address",
           "event.notification.enabled": true,
           "event.vendor.type": "webhooks",
           "event.notification.callback.url": "https://api.cloud-elements.com/elements/api-v2/events/{{page.elementKey}}/",
           "event.notification.signature.key": "<OPTIONAL_SIGNATURE_KEY>"
          },
         "tags":[
           "<Add_Your_Tag>"
         ],
         "name":"<INSTANCE_NAME>"
       }
"#;

/// "Configure Webhooks Through API", OAuth 1.0.
pub(super) const WEBHOOKS_OAUTH1_BODY: &str = r#"    {
     "element": {
       "key": "{{page.elementKey}}"
     },
     "providerData": {
       "oauth_token": "<OAUTH_TOKEN>",
       "realmId": "<REALMID>",
       "oauth_verifier": "<OAUTH_VERIFIER>",
       "secret": "<OAUTH_USER_SECRET>",
       "state": "quickbooks",
       "dataSource": "<dataSource>"
     },
     "configuration": {
       "oauth.callback.url": "<CALLBACK_URL>",
       "oauth.api.key": "<CONSUMER_KEY>",
       "oauth.api.secret": "<CONSUMER_SECRET>",
       "filter.response.nulls": true,
       "event.notification.enabled": true,
       "event.vendor.type": "webhook",
       "event.notification.callback.url": "https://api.cloud-elements.com/elements/api-v2/events/{{page.elementKey}}/",
       "event.notification.signature.key": "<OPTIONAL_SIGNATURE_KEY>"
     },
     "tags": [
       "<Add_Your_Tag>"
     ],
     "name": "<INSTANCE_NAME>"
    }
"#;

/// The cURL under "Webhooks", OAuth 2.0.
pub(super) const WEBHOOKS_OAUTH2_CURL: &str = r#"curl -X POST \
  https://api.cloud-elements.com/elements/api-v2/instances \
  -H 'authorization: User <USER_SECRET>, Organization <ORGANIZATION_SECRET>' \
  -H 'content-type: application/json' \
  -d '{
  "element": {
    "key": "{{page.elementKey}}"
  },
  "providerData": {
    "code": "xxxxxxxxxxxxxxxxxxxxxxx",
    "realmId": "xxxxxxxxxxxxxxxxx"
  },
  "configuration": {
    "oauth.callback.url": "https;//mycoolapp.com",
    "oauth.api.key": "xxxxxxxxxxxxxxxxxx",
    "oauth.api.secret": "xxxxxxxxxxxxxxxxxxxxxxxx"
    "authentication.type" : "oauth2",
    "scope" : "com.intuit.quickbooks.accounting openid profile email phone address",
    "event.notification.enabled": true,
    "event.vendor.type": "webhook",
    "event.notification.callback.url": "https://api.cloud-elements.com/elements/api-v2/events/{{page.elementKey}}/",
    "event.notification.signature.key": "xxxxxxxxxxxxxxxxxxxxxx"
    },
  "tags": [
    "Docs"
  ],
  "name": "API Instance"
}'
"#;

/// The cURL under "Webhooks", OAuth 1.0.
pub(super) const WEBHOOKS_OAUTH1_CURL: &str = r#"curl -X POST \
  https://api.cloud-elements.com/elements/api-v2/instances \
  -H 'authorization: User <USER_SECRET>, Organization <ORGANIZATION_SECRET>' \
  -H 'content-type: application/json' \
  -d '{
  "element": {
    "key": "{{page.elementKey}}"
  },
  "providerData": {
    "oauth_token": "<OAUTH_TOKEN>",
    "realmId": "<REALMID>",
    "oauth_verifier": "<OAUTH_VERIFIER>",
    "secret": "<OAUTH_USER_SECRET>",
    "state": "quickbooks",
    "dataSource": "QBO"
  },
  "configuration": {
    "oauth.callback.url": "<CALLBACK_URL>",
    "oauth.api.key": "<CONSUMER_KEY>",
    "oauth.api.secret": "<CONSUMER_SECRET>"
    "event.notification.enabled": true,
    "event.vendor.type": "webhook",
    "event.notification.callback.url": "https://api.cloud-elements.com/elements/api-v2/events/{{page.elementKey}}/",
    "event.notification.signature.key": "xxxxxxxxxxxxxxxxxxxxxx"
  },
  "tags": [
    "For Docs",
    "tag 2"
  ],
  "name": "QBO_Instance"
}'
"#;
