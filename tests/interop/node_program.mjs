// What a program on Node does with the bundle beside it: who am I, and may I
// publish? It mints a token at the sandbox, uses it once, and burns it.

import { env, stdout, versions } from "node:process";

// The bundle is beside the copy of this file that runs, not beside this one.
const {
  decodeClaims,
  detectProvider,
  diagnose,
  fetchAudience,
  matchPublisher,
  openTrustedSession,
  parseRegistry,
  readCiFiles,
  ReleasioError,
} = await import(new URL("./bundle.mjs", import.meta.url).href);

const notThere = (path) => {
  const error = new Error(`No such file: ${path}`);
  error.name = "NotFound";
  return Promise.reject(error);
};
const masked = [];
const context = {
  fetch: (request) => fetch(request),
  env: (name) => env[name],
  now: () => Date.now(),
  sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  random: () => Math.random(),
  openFile: (path) =>
    path.endsWith("release.yml")
      ? Promise.resolve(new Blob([env.WORKFLOW]))
      : notThere(path),
  readDirectory: (path) =>
    path.endsWith("workflows")
      ? Promise.resolve([{ name: "release.yml", kind: "file" }])
      : notThere(path),
  writeTextFile: notThere,
  writeFile: notThere,
  removeFile: notThere,
  run: () => notThere("run"),
  mask: (secret) => masked.push(secret),
  signal: new AbortController().signal,
};
const registry = parseRegistry(env.RELEASIO_PUBLISH_REGISTRY);
const publisher = JSON.parse(env.PUBLISHER);
const events = [];

const provider = await detectProvider(context);
const audience = await fetchAudience(context, registry);
const identity = await provider.acquire(context, audience);
const match = matchPublisher(publisher, decodeClaims(identity.token.reveal()));
const session = await openTrustedSession(context, {
  registry,
  audience,
  provider,
  firstIdentity: identity,
  onEvent: ({ type }) => events.push(type),
});
const { username, password } = await session.current();
await session.close();

const failure = await provider.acquire(
  { ...context, env: () => undefined },
  audience,
)
  .then(() => null, (error) => error);
const { findings, publishers } = diagnose({
  files: await readCiFiles(context, "."),
});

stdout.write(JSON.stringify({
  node: versions.node,
  provider: provider.name,
  audience,
  matches: match.matches,
  username,
  isMasked: masked.includes(password.reveal()),
  events,
  failure: failure instanceof ReleasioError ? failure.code : String(failure),
  findings: findings.map(({ code }) => code).sort(),
  publishers: publishers.length,
}));
