//! Members of list records: customers, products, accounts.

use ledgerhook_connector::FieldProfile;

use super::{ARRAY, BOOLEAN, DATE, NUMBER, OBJECT, STRING, filterable, printed};

/// The lists, by Intuit's name of the entity.
pub(super) static FIELDS: &[(&str, &[FieldProfile])] = &[
    ("Account", ACCOUNT),
    ("Class", CLASS),
    ("CompanyCurrency", CURRENCY),
    ("Customer", CUSTOMER),
    ("Department", DEPARTMENT),
    ("Employee", EMPLOYEE),
    ("Item", ITEM),
    ("PaymentMethod", PAYMENT_METHOD),
    ("TaxCode", TAX_CODE),
    ("TaxRate", TAX_RATE),
    ("Term", TERM),
    ("Vendor", VENDOR),
];

static ACCOUNT: &[FieldProfile] = &[
    filterable("name", STRING),
    filterable("fullyQualifiedName", STRING),
    filterable("accountType", STRING),
    filterable("accountSubType", STRING),
    filterable("classification", STRING),
    filterable("subAccount", BOOLEAN),
    filterable("currentBalance", NUMBER),
    printed("currentBalanceWithSubAccounts", NUMBER),
    printed("acctNum", STRING),
    printed("description", STRING),
    printed("parentRef", OBJECT),
    printed("currencyRef", OBJECT),
];

static CLASS: &[FieldProfile] = &[
    filterable("name", STRING),
    filterable("fullyQualifiedName", STRING),
    filterable("subClass", BOOLEAN),
    printed("parentRef", OBJECT),
];

static CURRENCY: &[FieldProfile] = &[filterable("code", STRING), filterable("name", STRING)];

static CUSTOMER: &[FieldProfile] = &[
    filterable("displayName", STRING),
    filterable("givenName", STRING),
    filterable("middleName", STRING),
    filterable("familyName", STRING),
    printed("title", STRING),
    printed("suffix", STRING),
    filterable("companyName", STRING),
    filterable("fullyQualifiedName", STRING),
    filterable("printOnCheckName", STRING),
    filterable("balance", NUMBER),
    printed("balanceWithJobs", NUMBER),
    printed("primaryEmailAddr.address", STRING),
    printed("primaryPhone.freeFormNumber", STRING),
    printed("mobile.freeFormNumber", STRING),
    printed("fax.freeFormNumber", STRING),
    printed("webAddr.uri", STRING),
    printed("billAddr.line1", STRING),
    printed("billAddr.city", STRING),
    printed("billAddr.countrySubDivisionCode", STRING),
    printed("billAddr.postalCode", STRING),
    printed("shipAddr", OBJECT),
    printed("taxable", BOOLEAN),
    filterable("job", BOOLEAN),
    printed("billWithParent", BOOLEAN),
    printed("parentRef", OBJECT),
    printed("salesTermRef", OBJECT),
    printed("paymentMethodRef", OBJECT),
    printed("preferredDeliveryMethod", STRING),
    printed("notes", STRING),
];

static DEPARTMENT: &[FieldProfile] = &[
    filterable("name", STRING),
    filterable("fullyQualifiedName", STRING),
    filterable("subDepartment", BOOLEAN),
    printed("parentRef", OBJECT),
];

static EMPLOYEE: &[FieldProfile] = &[
    filterable("displayName", STRING),
    filterable("givenName", STRING),
    filterable("middleName", STRING),
    filterable("familyName", STRING),
    filterable("printOnCheckName", STRING),
    printed("employeeNumber", STRING),
    printed("primaryAddr", OBJECT),
    printed("primaryEmailAddr.address", STRING),
    printed("primaryPhone.freeFormNumber", STRING),
    printed("mobile.freeFormNumber", STRING),
    printed("ssn", STRING),
    printed("billableTime", BOOLEAN),
    printed("birthDate", DATE),
    printed("hiredDate", DATE),
    printed("releasedDate", DATE),
];

static ITEM: &[FieldProfile] = &[
    filterable("name", STRING),
    filterable("fullyQualifiedName", STRING),
    filterable("type", STRING),
    filterable("sku", STRING),
    printed("description", STRING),
    printed("unitPrice", NUMBER),
    printed("purchaseDesc", STRING),
    printed("purchaseCost", NUMBER),
    printed("qtyOnHand", NUMBER),
    printed("trackQtyOnHand", BOOLEAN),
    printed("invStartDate", DATE),
    printed("taxable", BOOLEAN),
    printed("subItem", BOOLEAN),
    printed("parentRef", OBJECT),
    printed("incomeAccountRef", OBJECT),
    printed("expenseAccountRef", OBJECT),
    printed("assetAccountRef", OBJECT),
];

static PAYMENT_METHOD: &[FieldProfile] = &[filterable("name", STRING), filterable("type", STRING)];

static TAX_CODE: &[FieldProfile] = &[
    filterable("name", STRING),
    filterable("description", STRING),
    printed("taxable", BOOLEAN),
    printed("taxGroup", BOOLEAN),
    printed("salesTaxRateList", OBJECT),
    printed("purchaseTaxRateList", OBJECT),
];

static TAX_RATE: &[FieldProfile] = &[
    filterable("name", STRING),
    filterable("description", STRING),
    printed("rateValue", NUMBER),
    printed("agencyRef", OBJECT),
    printed("specialTaxType", STRING),
    printed("displayType", STRING),
    printed("effectiveTaxRate", ARRAY),
];

static TERM: &[FieldProfile] = &[
    filterable("name", STRING),
    filterable("type", STRING),
    filterable("dueDays", NUMBER),
    filterable("dayOfMonthDue", NUMBER),
    filterable("dueNextMonthDays", NUMBER),
    filterable("discountPercent", NUMBER),
    filterable("discountDays", NUMBER),
];

static VENDOR: &[FieldProfile] = &[
    filterable("displayName", STRING),
    filterable("givenName", STRING),
    filterable("middleName", STRING),
    filterable("familyName", STRING),
    printed("title", STRING),
    printed("suffix", STRING),
    filterable("companyName", STRING),
    filterable("printOnCheckName", STRING),
    filterable("balance", NUMBER),
    printed("acctNum", STRING),
    printed("taxIdentifier", STRING),
    printed("vendor1099", BOOLEAN),
    printed("primaryEmailAddr.address", STRING),
    printed("primaryPhone.freeFormNumber", STRING),
    printed("mobile.freeFormNumber", STRING),
    printed("fax.freeFormNumber", STRING),
    printed("webAddr.uri", STRING),
    printed("billAddr", OBJECT),
    printed("termRef", OBJECT),
    printed("apaccountRef", OBJECT),
];
