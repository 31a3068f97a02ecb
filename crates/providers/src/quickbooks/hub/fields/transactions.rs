//! Members of transactions: invoices, bills, payments.

use ledgerhook_connector::FieldProfile;

use super::{ARRAY, BOOLEAN, DATE, NUMBER, OBJECT, STRING, filterable, printed};

/// The transactions, by Intuit's name of the entity.
pub(super) static FIELDS: &[(&str, &[FieldProfile])] = &[
    ("Bill", BILL),
    ("BillPayment", BILL_PAYMENT),
    ("CreditMemo", CREDIT_MEMO),
    ("Deposit", DEPOSIT),
    ("Estimate", ESTIMATE),
    ("Invoice", INVOICE),
    ("JournalEntry", JOURNAL_ENTRY),
    ("Payment", PAYMENT),
    ("Purchase", PURCHASE),
    ("PurchaseOrder", PURCHASE_ORDER),
    ("RefundReceipt", REFUND_RECEIPT),
    ("SalesReceipt", SALES_RECEIPT),
    ("TimeActivity", TIME_ACTIVITY),
    ("Transfer", TRANSFER),
    ("VendorCredit", VENDOR_CREDIT),
];

static BILL: &[FieldProfile] = &[
    filterable("docNumber", STRING),
    filterable("txnDate", DATE),
    filterable("dueDate", DATE),
    filterable("totalAmt", NUMBER),
    filterable("balance", NUMBER),
    printed("homeBalance", NUMBER),
    filterable("vendorRef", OBJECT),
    filterable("apaccountRef", OBJECT),
    filterable("salesTermRef", OBJECT),
    printed("currencyRef", OBJECT),
    printed("exchangeRate", NUMBER),
    printed("privateNote", STRING),
    printed("line", ARRAY),
    printed("linkedTxn", ARRAY),
];

static BILL_PAYMENT: &[FieldProfile] = &[
    filterable("docNumber", STRING),
    filterable("txnDate", DATE),
    filterable("totalAmt", NUMBER),
    filterable("vendorRef", OBJECT),
    printed("payType", STRING),
    printed("checkPayment", OBJECT),
    printed("creditCardPayment", OBJECT),
    printed("apaccountRef", OBJECT),
    printed("privateNote", STRING),
    printed("line", ARRAY),
];

static CREDIT_MEMO: &[FieldProfile] = &[
    filterable("docNumber", STRING),
    filterable("txnDate", DATE),
    filterable("totalAmt", NUMBER),
    filterable("balance", NUMBER),
    filterable("customerRef", OBJECT),
    printed("remainingCredit", NUMBER),
    printed("billEmail", OBJECT),
    printed("txnTaxDetail", OBJECT),
    printed("privateNote", STRING),
    printed("line", ARRAY),
];

static DEPOSIT: &[FieldProfile] = &[
    filterable("txnDate", DATE),
    filterable("totalAmt", NUMBER),
    filterable("depositToAccountRef", OBJECT),
    printed("privateNote", STRING),
    printed("line", ARRAY),
];

static ESTIMATE: &[FieldProfile] = &[
    filterable("docNumber", STRING),
    filterable("txnDate", DATE),
    filterable("expirationDate", DATE),
    filterable("totalAmt", NUMBER),
    filterable("customerRef", OBJECT),
    printed("txnStatus", STRING),
    printed("txnTaxDetail", OBJECT),
    printed("line", ARRAY),
];

static INVOICE: &[FieldProfile] = &[
    filterable("docNumber", STRING),
    filterable("txnDate", DATE),
    filterable("dueDate", DATE),
    filterable("totalAmt", NUMBER),
    filterable("balance", NUMBER),
    printed("homeBalance", NUMBER),
    printed("homeTotalAmt", NUMBER),
    printed("deposit", NUMBER),
    filterable("customerRef", OBJECT),
    printed("currencyRef", OBJECT),
    printed("exchangeRate", NUMBER),
    printed("salesTermRef", OBJECT),
    printed("billEmail.address", STRING),
    printed("billAddr", OBJECT),
    printed("shipAddr", OBJECT),
    printed("printStatus", STRING),
    printed("emailStatus", STRING),
    printed("allowOnlinePayment", BOOLEAN),
    printed("allowOnlineACHPayment", BOOLEAN),
    printed("allowIPNPayment", BOOLEAN),
    printed("txnTaxDetail", OBJECT),
    printed("customField", ARRAY),
    printed("privateNote", STRING),
    printed("line", ARRAY),
    printed("linkedTxn", ARRAY),
];

static JOURNAL_ENTRY: &[FieldProfile] = &[
    filterable("docNumber", STRING),
    filterable("txnDate", DATE),
    printed("totalAmt", NUMBER),
    printed("adjustment", BOOLEAN),
    printed("currencyRef", OBJECT),
    printed("privateNote", STRING),
    printed("line", ARRAY),
];

static PAYMENT: &[FieldProfile] = &[
    filterable("txnDate", DATE),
    filterable("totalAmt", NUMBER),
    printed("unappliedAmt", NUMBER),
    filterable("customerRef", OBJECT),
    filterable("paymentRefNum", STRING),
    printed("paymentMethodRef", OBJECT),
    printed("depositToAccountRef", OBJECT),
    printed("processPayment", BOOLEAN),
    printed("privateNote", STRING),
    printed("line", ARRAY),
];

static PURCHASE: &[FieldProfile] = &[
    filterable("docNumber", STRING),
    filterable("txnDate", DATE),
    filterable("totalAmt", NUMBER),
    filterable("paymentType", STRING),
    printed("accountRef", OBJECT),
    printed("entityRef", OBJECT),
    printed("credit", BOOLEAN),
    printed("line", ARRAY),
];

static PURCHASE_ORDER: &[FieldProfile] = &[
    filterable("docNumber", STRING),
    filterable("txnDate", DATE),
    filterable("totalAmt", NUMBER),
    filterable("vendorRef", OBJECT),
    filterable("apaccountRef", OBJECT),
    printed("vendorAddr", OBJECT),
    printed("shipAddr", OBJECT),
    printed("postatus", STRING),
    printed("memo", STRING),
    printed("privateNote", STRING),
    printed("line", ARRAY),
];

static REFUND_RECEIPT: &[FieldProfile] = &[
    filterable("docNumber", STRING),
    filterable("txnDate", DATE),
    filterable("totalAmt", NUMBER),
    printed("balance", NUMBER),
    filterable("customerRef", OBJECT),
    printed("depositToAccountRef", OBJECT),
    printed("txnTaxDetail", OBJECT),
    printed("line", ARRAY),
];

static SALES_RECEIPT: &[FieldProfile] = &[
    filterable("docNumber", STRING),
    filterable("txnDate", DATE),
    filterable("totalAmt", NUMBER),
    printed("balance", NUMBER),
    filterable("customerRef", OBJECT),
    filterable("paymentRefNum", STRING),
    printed("depositToAccountRef", OBJECT),
    printed("txnTaxDetail", OBJECT),
    printed("line", ARRAY),
];

static TIME_ACTIVITY: &[FieldProfile] = &[
    filterable("txnDate", DATE),
    printed("nameOf", STRING),
    filterable("employeeRef", OBJECT),
    filterable("vendorRef", OBJECT),
    filterable("customerRef", OBJECT),
    printed("billableStatus", STRING),
    printed("taxable", BOOLEAN),
    printed("hourlyRate", NUMBER),
    printed("hours", NUMBER),
    printed("minutes", NUMBER),
    printed("startTime", DATE),
    printed("endTime", DATE),
    printed("description", STRING),
];

static TRANSFER: &[FieldProfile] = &[
    filterable("txnDate", DATE),
    filterable("amount", NUMBER),
    printed("fromAccountRef", OBJECT),
    printed("toAccountRef", OBJECT),
    printed("privateNote", STRING),
];

static VENDOR_CREDIT: &[FieldProfile] = &[
    filterable("docNumber", STRING),
    filterable("txnDate", DATE),
    filterable("totalAmt", NUMBER),
    filterable("vendorRef", OBJECT),
    printed("apaccountRef", OBJECT),
    printed("privateNote", STRING),
    printed("line", ARRAY),
];
