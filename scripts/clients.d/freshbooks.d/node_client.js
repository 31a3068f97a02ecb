// @freshbooks/api against the FreshBooks sandbox at FRESHBOOKS_API_URL: one line per step, exit
// code 1 at the first step that fails.
'use strict';

const assert = require('node:assert');
const http = require('node:http');
const { Client } = require('@freshbooks/api');
const { PaginationQueryBuilder } = require('@freshbooks/api/dist/models/builders/PaginationQueryBuilder');
const { SearchQueryBuilder } = require('@freshbooks/api/dist/models/builders/SearchQueryBuilder');

const redirectUri = 'https://app.example/callback';
const identityId = '712052';

async function step(name, work) {
  const result = await work();
  console.log(`node: ${name}: ok`);
  return result;
}

// The data of a call that has to succeed.
async function data(call) {
  const answer = await call;
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.data;
}

// Presses Approve on the authorize page; the code the person is sent back with.
async function approve(authorizeUri) {
  const body = new URL(authorizeUri).searchParams;
  body.set('identity_id', identityId);
  const page = new URL(authorizeUri);
  page.search = '';
  const answer = await fetch(page, { method: 'POST', body, redirect: 'manual' });
  assert.strictEqual(answer.status, 302);
  return new URL(answer.headers.get('location')).searchParams.get('code');
}

async function connect() {
  const client = new Client('sandbox-client-id', {
    clientSecret: 'sandbox-client-secret',
    redirectUri,
    retryOptions: { retries: 0 },
  });
  await step('authorize and token', async () => {
    const scopes = ['user:profile:read', 'user:clients:write'];
    await client.getAccessToken(await approve(client.getAuthRequestUrl(scopes)));
    assert.ok(client.accessTokenExpiresAt > new Date());
  });
  await step('refresh, once', async () => {
    const spent = client.refreshToken;
    await client.refreshAccessToken();
    assert.notStrictEqual(client.refreshToken, spent);
    await assert.rejects(client.refreshAccessToken(spent));
  });
  return client;
}

async function identify(client) {
  return step('identity', async () => {
    const me = await data(client.users.me());
    const { business } = me.businessMemberships.find((one) => one.business.name === 'Harbour Studio');
    return { accountId: business.accountId, businessId: business.id };
  });
}

async function keepClients(client, accountId) {
  const body = { fName: 'Node', lName: 'Jane', email: 'node.jane@example.com' };
  const created = await step('client: create', () => data(client.clients.create(body, accountId)));
  const since = Math.abs(Date.now() - created.updated.getTime());
  assert.ok(since < 60000, `updated is Eastern time: ${created.updated}`);
  await step('client: update', async () => {
    const change = { ...body, note: 'seen by node' };
    const updated = await data(client.clients.update(change, accountId, created.id));
    assert.strictEqual(updated.note, 'seen by node');
  });
  await step('client: list', async () => {
    const search = new SearchQueryBuilder().equals('email', body.email);
    const pages = new PaginationQueryBuilder().perPage(2);
    const found = await data(client.clients.list(accountId, [search, pages]));
    assert.deepStrictEqual(found.clients.map((one) => one.id), [created.id]);
    assert.strictEqual(found.pages.size, 2);
  });
  await step('client: delete', async () => {
    const deleted = await data(client.clients.delete(accountId, created.id));
    assert.strictEqual(deleted.visState, 1);
    const read = await data(client.clients.single(accountId, created.id));
    assert.strictEqual(read.visState, 1);
  });
  await step('client: not found', () => assert.rejects(
    client.clients.single(accountId, '999999'),
    (error) => error.statusCode === '404' && error.errors[0].errorCode === 1012,
  ));
}

async function keepInvoices(client, accountId) {
  const jane = await data(client.clients.create({ organization: 'Node & Co' }, accountId));
  const lines = [{ name: 'Mugs', qty: '6', unitCost: { amount: '4.00', code: 'USD' } }];
  const invoice = await step('invoice: create', () =>
    data(client.invoices.create({ customerId: jane.id, createDate: new Date(), lines }, accountId)));
  await step('invoice: get', async () => {
    const read = await data(client.invoices.single(accountId, invoice.id));
    assert.strictEqual(Number(read.amount.amount), 24);
    assert.strictEqual(read.organization, 'Node & Co');
  });
  await step('invoice: list', async () => {
    const found = await data(client.invoices.list(accountId));
    assert.ok(found.invoices.some((one) => one.id === invoice.id));
  });
}

async function keepProjects(client, businessId) {
  await step('project: create, get, list, delete', async () => {
    const body = { title: 'Node project', fixedPrice: 600 };
    const project = await data(client.projects.create(body, businessId));
    const read = await data(client.projects.single(businessId, project.id));
    assert.strictEqual(read.title, 'Node project');
    const found = await data(client.projects.list(businessId));
    assert.ok(found.projects.some((one) => one.id === project.id));
    await data(client.projects.delete(businessId, project.id));
    await assert.rejects(client.projects.single(businessId, project.id));
  });
}

// A server that answers 200 to every post and gives its form to whoever waits.
function receive() {
  const forms = [];
  const waiting = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => { body += piece; });
    request.on('end', () => {
      response.end();
      const form = new URLSearchParams(body);
      if (waiting.length) waiting.shift()(form);
      else forms.push(form);
    });
  });
  const next = () => (forms.length
    ? Promise.resolve(forms.shift())
    : new Promise((resolve) => { waiting.push(resolve); }));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ next, server, uri: `http://127.0.0.1:${server.address().port}/` });
    });
  });
}

async function checkCallbacks(client, accountId) {
  const { next, server, uri } = await receive();
  const callback = await step('callback: create', () =>
    data(client.callbacks.create({ event: 'client.create', uri }, accountId)));
  const handshake = await next();
  assert.strictEqual(handshake.get('object_id'), String(callback.callbackId));
  await step('callback: resend', async () => {
    await data(client.callbacks.resendVerification(accountId, callback.callbackId));
    assert.strictEqual((await next()).get('verifier'), handshake.get('verifier'));
  });
  await step('callback: verify', async () => {
    const verifier = handshake.get('verifier');
    const verified = await data(client.callbacks.verify(accountId, callback.callbackId, verifier));
    assert.strictEqual(verified.verified, true);
  });
  await step('callback: event', async () => {
    const created = await data(client.clients.create({ fName: 'Told' }, accountId));
    const event = await next();
    assert.strictEqual(event.get('name'), 'client.create');
    assert.strictEqual(event.get('object_id'), String(created.id));
  });
  await step('callback: list', async () => {
    const found = await data(client.callbacks.list(accountId));
    assert.ok(found.callbacks.some((one) => one.callbackId === callback.callbackId));
  });
  await step('callback: delete', async () => {
    await data(client.callbacks.delete(accountId, callback.callbackId));
    await assert.rejects(client.callbacks.single(accountId, callback.callbackId));
  });
  server.close();
  server.closeAllConnections();
}

async function main() {
  const client = await connect();
  const { accountId, businessId } = await identify(client);
  await keepClients(client, accountId);
  await keepInvoices(client, accountId);
  await keepProjects(client, businessId);
  await checkCallbacks(client, accountId);
}

main().catch((error) => {
  console.error('node: failed:', error);
  process.exit(1);
});
