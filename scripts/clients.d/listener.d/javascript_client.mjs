// @servicestack/client against the listener: with the module that /types/mjs serves, and with the
// TypeScript of the page exactly as it is printed.

import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { JsonApiClient, JsonServiceClient } from '@servicestack/client'
import typescript from 'typescript'

const url = process.env.GATEWAY_URL
const user = process.env.USER_SECRET
const organization = process.env.ORGANIZATION_SECRET
const authorization = `User ${user}, Organization ${organization}`
const company = '9130347957983546'

const text = async path => (await fetch(url + path)).text()
const here = name => new URL(name, import.meta.url)

async function importText(name, code) {
    await writeFile(here(name), code)
    return import(here(name))
}

const served = await importText('served.mjs', await text('/types/mjs'))
const page = await text('/xml/metadata?op=QboWebhooksRequest&lang=typescript')
const printed = page.match(/<pre id="types">([^]*?)<\/pre>/)[1]
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
const options = { compilerOptions: { target: 'ES2022', module: 'ES2022' } }
const compiled = typescript.transpileModule(printed, options).outputText
const asPrinted = await importText('as_printed.mjs', compiled)

let ids = 0
const posted = []
const ambiguous = []

/** A request about one invoice, whose id must become an event. */
function request(types, name = types.QBOEntityName.Invoice, isEvent = true) {
    const id = `js-${++ids}`
    if (isEvent) posted.push(id)
    return new types.QboWebhooksRequest({ eventNotifications: [{ realmId: company, dataChangeEvent: {
        entities: [{ name, id, operation: types.QBOOperation.Update, lastUpdated: new Date().toISOString() }] } }] })
}

function service(basePath) {
    const client = new JsonServiceClient(url)
    client.headers.set('Authorization', authorization)
    if (basePath !== undefined) client.useBasePath(basePath)
    return client
}

async function step(what, run) {
    try {
        await run()
        console.log(`ok   javascript: ${what}`)
    } catch (error) {
        console.log(`FAIL javascript: ${what}: ${error?.stack ?? JSON.stringify(error)}`)
        process.exitCode = 1
    }
}

/** What a promise is rejected with: status and error code. */
async function refusal(promise) {
    const error = await promise.then(value => assert.fail(`resolved: ${JSON.stringify(value)}`), e => e)
    return error.responseStatus?.errorCode ?? error
}

const success = { status: 'ok' }

for (const [name, types] of [['served module', served], ['printed TypeScript', asPrinted]]) {
    // A request with createResponse gives the raw text, one without is parsed.
    const expected = types === served ? JSON.stringify(success) : success
    await step(`post to /api with the ${name}`, async () =>
        assert.deepEqual(await service().post(request(types)), expected))
    await step(`post to /json/reply with the ${name}`, async () =>
        assert.deepEqual(await service('').post(request(types)), expected))
    await step(`one-way calls with the ${name}`, async () => {
        await service().publish(request(types))
        await service('').publish(request(types))
    })
    await step(`sendAll with the ${name}`, async () => {
        for (const client of [service(), service('')]) {
            const answers = await client.sendAll([request(types), request(types)])
            assert.deepEqual(answers, Array(2).fill(JSON.stringify(success)))
        }
    })
    await step(`postToUrl with the ${name}`, async () => {
        for (const path of ['/qbowebhook', '/qbowebhook.json', '/QBOWebHook/']) {
            assert.deepEqual(await service().postToUrl(path, request(types)), expected)
        }
    })
    await step(`JsonApiClient with the ${name}`, async () => {
        const client = JsonApiClient.create(url, client => client.headers.set('Authorization', authorization))
        const { response, error } = await client.api(request(types), undefined, 'POST')
        assert.equal(error, undefined)
        assert.deepEqual(response, expected)
    })
}

await step('user name and password', async () => {
    const client = new JsonServiceClient(url)
    client.setCredentials(user, organization)
    assert.deepEqual(await client.post(request(asPrinted)), success)
})
await step('an ambiguous number is accepted', async () => {
    const vendor = request(asPrinted, asPrinted.QBOEntityName.Vendor, false)
    ambiguous.push(vendor.eventNotifications[0].dataChangeEvent.entities[0].id)
    assert.deepEqual(await service().post(vendor), success)
})
await step('a name is accepted where numbers are usual', async () =>
    assert.deepEqual(await service().post(request(asPrinted, 'Vendor')), success))
await step('a caller without secrets is refused', async () => {
    const refused = new JsonServiceClient(url).post(request(asPrinted, 23, false))
    assert.equal(await refusal(refused), 'AuthenticationException')
})
await step('a body that is no request is refused', async () => {
    for (const client of [service(), service('')]) {
        const refused = client.postBody(new asPrinted.QboWebhooksRequest(), '"hello"')
        assert.equal(await refusal(refused), 'SerializationException')
    }
})
await step('another verb is refused', async () =>
    assert.equal(await refusal(service().get(new asPrinted.QboWebhooksRequest())), 'NotImplementedException'))
await step('an operation that does not exist is refused', async () => {
    class Nope {}
    assert.equal(await refusal(service().post(new Nope())), 'NotImplementedException')
})
await step('an address that does not exist is 404', async () =>
    assert.equal(await refusal(service().postToUrl('/qbowebhook/x', request(asPrinted, 23, false))), '404'))
await step('api() tells an error as a value', async () => {
    const { error } = await new JsonServiceClient(url).api(request(asPrinted, 23, false), undefined, 'POST')
    assert.equal(error.errorCode, 'AuthenticationException')
    assert.match(error.message, /intuit-signature/)
})
await step('everything that was posted is an event, and nothing else', async () => {
    const answer = await fetch(`${url}/elements/api-v2/instances/events?pageSize=1000`,
        { headers: { Authorization: authorization } })
    const events = await answer.json()
    const isAmbiguous = event => ambiguous.includes(event.objectId)
    const guessed = events.filter(event => isAmbiguous(event) && event.objectType !== '')
    assert.deepEqual(guessed, [])
    const certain = events.filter(event => !isAmbiguous(event)).map(event => event.objectId)
    assert.deepEqual(certain.sort(), [...posted].sort())
})
