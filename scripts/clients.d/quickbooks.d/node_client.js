// intuit-oauth and node-quickbooks against the QuickBooks sandbox at SANDBOX_URL: one line per
// step, exit code 1 at the first step that fails.
'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const { promisify } = require('node:util');
const OAuthClient = require('intuit-oauth');
const OAuth1 = require('oauth-1.0a');
const QuickBooks = require('node-quickbooks');

const base = process.env.SANDBOX_URL;
const realmId = '9341452000000001';
const clientId = 'sandbox-client-id';
const clientSecret = 'sandbox-client-secret';
const redirectUri = 'http://127.0.0.1/callback';
const startedAt = new Date(Date.now() - 2000).toISOString();

async function step(name, work) {
  const result = await work();
  console.log(`node: ${name}: ok`);
  return result;
}

// Presses Approve on the authorize page; the address the person is sent back to.
async function approve(authorizeUri) {
  const body = new URL(authorizeUri).searchParams;
  body.set('realm_id', realmId);
  const page = `${base}/connect/oauth2`;
  const answer = await fetch(page, { method: 'POST', body, redirect: 'manual' });
  assert.strictEqual(answer.status, 302);
  return answer.headers.get('location');
}

async function connect() {
  const discovery = await step('discovery', async () => {
    const answer = await fetch(`${base}/.well-known/openid_sandbox_configuration`);
    return answer.json();
  });
  const client = new OAuthClient({ clientId, clientSecret, environment: 'sandbox', redirectUri });
  client.setAuthorizeURLs({
    authorizeEndpoint: discovery.authorization_endpoint,
    tokenEndpoint: discovery.token_endpoint,
    revokeEndpoint: discovery.revocation_endpoint,
    userInfoEndpoint: discovery.userinfo_endpoint,
  });
  await step('authorize and token', async () => {
    const scope = [OAuthClient.scopes.Accounting, OAuthClient.scopes.OpenId];
    const back = await approve(client.authorizeUri({ scope, state: 'state-1' }));
    await client.createToken(back);
    assert.strictEqual(client.getToken().realmId, realmId);
  });
  await step('refresh', async () => {
    const before = client.getToken().access_token;
    await client.refresh();
    assert.notStrictEqual(client.getToken().access_token, before);
  });
  await step('user info', async () => {
    const user = await client.getUserInfo();
    assert.ok((user.json || user.data).email);
  });
  return client;
}

// A call of an OAuth 1.0a endpoint; the fields of its form answer.
async function signedCall(url, data, token) {
  const oauth = OAuth1({
    consumer: { key: clientId, secret: clientSecret },
    signature_method: 'HMAC-SHA1',
    hash_function: (text, key) => crypto.createHmac('sha1', key).update(text).digest('base64'),
  });
  const headers = oauth.toHeader(oauth.authorize({ url, method: 'GET', data }, token));
  const answer = await fetch(url, { headers });
  assert.strictEqual(answer.status, 200, url);
  return new URLSearchParams(await answer.text());
}

function tokenOf(fields) {
  return { key: fields.get('oauth_token'), secret: fields.get('oauth_token_secret') };
}

async function checkOAuth1() {
  const token = await step('oauth 1.0a: request token, connect, access token', async () => {
    const callback = { oauth_callback: redirectUri };
    const request = tokenOf(await signedCall(`${base}/oauth/v1/get_request_token`, callback));
    const body = new URLSearchParams({ oauth_token: request.key, realm_id: realmId });
    const page = `${base}/Connect/Begin`;
    const answer = await fetch(page, { method: 'POST', body, redirect: 'manual' });
    const back = new URL(answer.headers.get('location')).searchParams;
    assert.strictEqual(back.get('dataSource'), 'QBO');
    const verifier = { oauth_verifier: back.get('oauth_verifier') };
    return tokenOf(await signedCall(`${base}/oauth/v1/get_access_token`, verifier, request));
  });
  const call = accounting(token.key, token.secret);
  // Not its queries: in this mode the library sends their parameters twice and signs them once.
  await step('oauth 1.0a: signed create and read', async () => {
    const created = await call('createCustomer', { DisplayName: 'Node signed' });
    const customer = await call('getCustomer', created.Id);
    assert.strictEqual(customer.DisplayName, 'Node signed');
  });
  await step('oauth 1.0a: disconnect', async () => {
    QuickBooks.DISCONNECT_URL = `${base}/api/v1/connection/disconnect`;
    const answer = await call('disconnect');
    assert.strictEqual(answer.ErrorCode, 0);
    await assert.rejects(call('getCompanyInfo', realmId));
  });
}

function accounting(token, tokenSecret) {
  QuickBooks.V3_ENDPOINT_BASE_URL = `${base}/v3/company/`;
  const client = new QuickBooks({
    consumerKey: clientId,
    consumerSecret: clientSecret,
    token,
    tokenSecret: tokenSecret || false,
    realmId,
    useSandbox: true,
    debug: false,
    minorversion: 75,
    oauthversion: tokenSecret ? '1.0a' : '2.0',
    refreshToken: null,
  });
  return (name, ...parameters) => promisify(client[name].bind(client))(...parameters);
}

async function keepBooks(call) {
  await step('company info', async () => {
    const company = await call('getCompanyInfo', realmId);
    assert.strictEqual(company.CompanyName, 'Blue Heron Books');
  });
  const customer = await step('create', () => call('createCustomer', { DisplayName: 'Node Jane' }));
  const invoice = await call('createInvoice', {
    CustomerRef: { value: customer.Id },
    Line: [{ Amount: 12.5, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: {} }],
  });
  await step('update', async () => {
    const change = { Id: customer.Id, SyncToken: '0', sparse: true, Notes: 'seen by node' };
    const updated = await call('updateCustomer', change);
    assert.strictEqual(updated.SyncToken, '1');
  });
  await step('query', async () => {
    const found = await call('findCustomers', { DisplayName: 'Node Jane' });
    assert.strictEqual(found.QueryResponse.Customer[0].Notes, 'seen by node');
  });
  await step('batch', async () => {
    const items = [{ bId: '1', Query: 'select * from Invoice' }];
    const answer = await call('batch', items);
    assert.strictEqual(answer.BatchItemResponse[0].QueryResponse.Invoice[0].TotalAmt, 12.5);
  });
  await step('send', async () => {
    const sent = await call('sendInvoicePdf', invoice.Id, 'jane@example.com');
    assert.strictEqual(sent.EmailStatus, 'EmailSent');
  });
  await step('delete', async () => {
    const gone = await call('deleteInvoice', { Id: invoice.Id, SyncToken: '1' });
    assert.strictEqual(gone.Invoice.status, 'Deleted');
  });
  await step('change data capture', async () => {
    const answer = await call('changeDataCapture', ['Customer', 'Invoice'], startedAt);
    const [customers, invoices] = answer.CDCResponse[0].QueryResponse;
    assert.ok(customers.Customer.some((one) => one.Id === customer.Id));
    const deleted = invoices.Invoice.find((one) => one.Id === invoice.Id);
    assert.strictEqual(deleted.status, 'Deleted');
  });
}

async function main() {
  const client = await connect();
  const call = accounting(client.getToken().access_token);
  await keepBooks(call);
  await checkOAuth1();
  await step('revoke', async () => {
    await client.revoke();
    await assert.rejects(call('getCompanyInfo', realmId));
  });
}

main().catch((error) => {
  console.error('node: failed:', error);
  process.exit(1);
});
