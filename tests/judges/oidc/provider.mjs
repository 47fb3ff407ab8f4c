// The outside judge of our sign-in: oidc-provider, set as strictly as デジタル認証アプリ is described to be.
// It prints one line of JSON with its issuer, listens on this computer only, and ends when its input does.
//
// POST /admin steers it: {"client": {…}} registers, {"keys": ["RS256"]} makes new keys, {"tamper": {…}} changes the
// next ID token, {"asked": true} tells how often a path was asked. Everything else is the provider itself.

import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';

import { SignJWT, exportJWK, exportSPKI, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

const PEOPLE = {
  youko: {
    name: '髙﨑　葉子',
    address: { formatted: '徳島県徳島市幸町二丁目５番地' },
    birthdate: '1985-03-15',
    gender: 'female',
  },
  manabu: { name: '見本　学', address: { formatted: '徳島県徳島市幸町三丁目１番地' }, birthdate: '0000-02-29', gender: 'male' },
};
const SCOPES = ['openid', 'name', 'address', 'birthdate', 'gender'];

const clients = new Map();
const asked = new Map();
let keys = [];
let tamper = null;
let made = 0;
let provider;

const server = createServer(serve);
server.listen(0, '127.0.0.1', async () => {
  await keysMake(['RS256']);
  console.log(JSON.stringify({ issuer: issuer() }));
});
process.stdin.on('end', () => process.exit(0)).resume();

function issuer() {
  return `http://127.0.0.1:${server.address().port}`;
}

async function keysMake(algorithms) {
  keys = await Promise.all(algorithms.map(async (alg) => {
    const pair = await generateKeyPair(alg, { extractable: true });
    made += 1;
    return { alg, kid: `judge-${made}`, ...pair };
  }));
  await rebuild();
}

async function rebuild() {
  const published = await Promise.all(keys.map(async ({ alg, kid, privateKey }) => (
    { ...await exportJWK(privateKey), alg, kid, use: 'sig' }
  )));
  provider = new Provider(issuer(), {
    jwks: { keys: published },
    clients: [...clients.values()],
    clientAuthMethods: ['private_key_jwt'],
    responseTypes: ['code'],
    scopes: SCOPES,
    claims: {
      openid: ['sub'], name: ['name'], address: ['address'], birthdate: ['birthdate'], gender: ['gender'],
      acr: null, auth_time: null, iss: null, sid: null,
    },
    acrValues: ['aal2', 'aal3'],
    pkce: { required: () => true },
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'ES256'],
      clientAuthSigningAlgValues: ['RS256', 'ES256', 'PS256'],
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource },
    },
    cookies: { keys: ['a judge has no secrets'] },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (ctx, id) => PEOPLE[id] && ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
    loadExistingGrant: grantAll,
    // The client's back channel is on this computer too, which is refused by default.
    fetch: (url, options = {}) => fetch(url, { ...options, dispatcher: undefined }),
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 300, Interaction: 600, Session: 3600, Grant: 3600 },
  });
  provider.use(tokenTamper);
  provider.on('server_error', (ctx, error) => console.error(error));
}

async function grantAll(ctx) {
  const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
  grant.addOIDCScope([...ctx.oidc.requestParamScopes].join(' '));
  await grant.save();
  return grant;
}

function logoutSource(ctx, form) {
  ctx.body = page(`${form}<button form="op.logoutForm" name="logout" value="yes">サインアウト</button>`);
}

async function tokenTamper(ctx, next) {
  await next();
  if (tamper && ctx.oidc?.route === 'token' && ctx.body?.id_token) {
    const { claims = {}, without = [], sign = 'own' } = tamper;
    tamper = null;
    const [head, body] = ctx.body.id_token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
    const changed = { ...body, ...claims };
    without.forEach((name) => delete changed[name]);
    ctx.body = { ...ctx.body, id_token: await signed(head, changed, sign) };
  }
}

async function signed(head, claims, sign) {
  const key = keys.find(({ kid }) => kid === head.kid);
  const start = (header) => [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  if (sign === 'none') {
    return `${start({ ...head, alg: 'none' })}.`;
  }
  if (sign === 'HS256') {
    const text = start({ ...head, alg: 'HS256' });
    return `${text}.${createHmac('sha256', await exportSPKI(key.publicKey)).update(text).digest('base64url')}`;
  }
  if (sign === 'stranger') {
    const { privateKey } = await generateKeyPair('RS256');
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'stranger' }).sign(privateKey);
  }
  if (sign === 'forger') {
    const { privateKey } = await generateKeyPair(head.alg);
    return new SignJWT(claims).setProtectedHeader(head).sign(privateKey);
  }
  return new SignJWT(claims).setProtectedHeader(head).sign(key.privateKey);
}

async function serve(request, response) {
  const path = request.url.split('?', 1)[0];
  asked.set(path, (asked.get(path) ?? 0) + 1);
  try {
    if (request.method === 'POST' && path === '/admin') {
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(await steer(JSON.parse(await read(request)))));
    } else if (path.startsWith('/interaction/')) {
      await interact(request, response);
    } else {
      await provider.callback()(request, response);
    }
  } catch (error) {
    console.error(error);
    response.statusCode = 500;
    response.end();
  }
}

async function steer(orders) {
  if (orders.client) {
    clients.set(orders.client.client_id, {
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'private_key_jwt',
      id_token_signed_response_alg: 'RS256',
      ...orders.client,
    });
    await rebuild();
  }
  if (orders.keys) await keysMake(orders.keys);
  if (orders.tamper !== undefined) tamper = orders.tamper;
  return { keys: keys.map(({ alg, kid }) => ({ alg, kid })), asked: Object.fromEntries(asked) };
}

async function interact(request, response) {
  const details = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    const people = Object.keys(PEOPLE).map((id) => `<button name="account" value="${id}">${PEOPLE[id].name}</button>`);
    response.end(page(`<form method="post">${people.join(' ')} <button name="cancel" value="yes">やめる</button></form>`));
    return;
  }
  const form = new URLSearchParams(await read(request));
  const result = form.get('cancel')
    ? { error: 'access_denied', error_description: 'the person said no' }
    : { login: { accountId: form.get('account'), acr: form.get('acr') ?? 'aal3', amr: ['sc'] }, consent: {} };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: Boolean(details.lastSubmission) });
}

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function page(body) {
  return `<!doctype html><html lang="ja"><meta charset="utf-8"><title>審査用の認証サービス</title><main><h1>審査用の認証サービス</h1>${body}</main></html>`;
}
