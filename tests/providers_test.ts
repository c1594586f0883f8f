/**
 * Every identity provider, from its token through the mint to the upload.
 */

import { assert, assertEquals } from "@std/assert";
import { parseRegistry } from "../lib/config/registry.ts";
import { resolveConfig } from "../lib/config/resolve_config.ts";
import type { Publisher } from "../lib/config/settings.ts";
import type { Context } from "../lib/context.ts";
import { denoContext } from "../lib/deno_context.ts";
import { publish } from "../lib/publish.ts";
import { TOKEN_REQUEST_PATH } from "../lib/sandbox/github_job.ts";
import {
  activestateClaims,
  gitlabClaims,
  googleClaims,
  type Sandbox,
} from "../lib/sandbox/mod.ts";
import { testContext } from "./helpers/context.ts";
import { ROOT } from "./helpers/paths.ts";
import { type RunningSandbox, startSandbox } from "./helpers/sandbox.ts";

const DEMO = `${ROOT}examples/demo/dist`;

/** A CI: who is registered, what its jobs find, and who else answers. */
interface Ci {
  readonly name: string;
  readonly publisher: Publisher;
  /** Another publisher of the same provider. */
  readonly stranger: Publisher;
  readonly env: (
    running: RunningSandbox,
  ) => Record<string, string> | Promise<Record<string, string>>;
  /** The provider's own servers, by host. */
  readonly hosts?: Readonly<
    Record<
      string,
      (request: Request, sandbox: Sandbox) => Response | Promise<Response>
    >
  >;
}

const CLAIMS = { audience: "pypi", now: Date.now() };

const GITHUB: Publisher = {
  provider: "github",
  owner: "example",
  repository: "demo",
  workflow: "release.yml",
  environment: null,
};
const GITLAB: Publisher = {
  provider: "gitlab",
  namespace: "example",
  project: "demo",
  workflow: ".gitlab-ci.yml",
  environment: null,
  issuer: "https://gitlab.com",
};
const GOOGLE: Publisher = {
  provider: "google",
  email: "release@demo.iam.gserviceaccount.com",
  sub: null,
};
const ACTIVESTATE: Publisher = {
  provider: "activestate",
  organization: "example",
  project: "demo",
  actor: "octo",
};

function googleToken(sandbox: Sandbox): Promise<string> {
  return sandbox.issueToken(googleClaims({}, CLAIMS));
}

const CIS: readonly Ci[] = [
  {
    name: "GitHub Actions",
    publisher: GITHUB,
    stranger: { ...GITHUB, workflow: "other.yml" },
    env: (running) => running.githubEnv(),
  },
  {
    name: "GitLab CI/CD",
    publisher: GITLAB,
    stranger: { ...GITLAB, workflow: "other.yml" },
    env: async ({ sandbox }) => ({
      GITLAB_CI: "true",
      PYPI_ID_TOKEN: await sandbox.issueToken(gitlabClaims({}, CLAIMS)),
    }),
  },
  {
    name: "Google Cloud",
    publisher: GOOGLE,
    stranger: { ...GOOGLE, email: "other@demo.iam.gserviceaccount.com" },
    env: () => ({ K_SERVICE: "release" }),
    hosts: {
      "metadata.google.internal": async (request, sandbox) => {
        assertEquals(request.headers.get("metadata-flavor"), "Google");
        assert(request.url.includes("audience=pypi"));
        return new Response(await googleToken(sandbox));
      },
    },
  },
  {
    name: "Google Cloud, as another service account",
    publisher: GOOGLE,
    stranger: { ...GOOGLE, email: "other@demo.iam.gserviceaccount.com" },
    env: () => ({
      GOOGLE_SERVICE_ACCOUNT_NAME: "release@demo.iam.gserviceaccount.com",
    }),
    hosts: {
      "metadata.google.internal": () =>
        Response.json({ access_token: "google-access-token" }),
      "iamcredentials.googleapis.com": async (request, sandbox) => {
        assertEquals(
          request.headers.get("authorization"),
          "Bearer google-access-token",
        );
        const { audience, includeEmail } = await request.json();
        assertEquals([audience, includeEmail], ["pypi", true]);
        return Response.json({ token: await googleToken(sandbox) });
      },
    },
  },
  {
    name: "ActiveState, its token handed in",
    publisher: ACTIVESTATE,
    stranger: { ...ACTIVESTATE, project: "other" },
    env: async ({ sandbox }) => ({
      RELEASIO_OIDC_TOKEN: await sandbox.issueToken(
        activestateClaims({}, CLAIMS),
      ),
    }),
  },
];

async function publishFrom(ci: Ci, running: RunningSandbox) {
  const real = denoContext();
  const asked: string[] = [];
  const context: Context = {
    ...testContext({ env: await ci.env(running) }),
    fetch: (request) => {
      const { hostname } = new URL(request.url);
      const host = ci.hosts?.[hostname];
      if (host === undefined) return fetch(request);
      asked.push(hostname);
      return Promise.resolve(host(request, running.sandbox));
    },
    openFile: real.openFile,
    readDirectory: real.readDirectory,
    now: Date.now,
  };
  const { settings } = await resolveConfig(context, {});
  const report = await publish(context, {
    settings: {
      ...settings,
      attestations: "off",
      registries: [parseRegistry(`${running.url}/legacy/`)],
    },
    paths: [DEMO],
  });
  return { ...report, asked };
}

for (const ci of CIS) {
  Deno.test(`publish() goes from identity to upload on ${ci.name}`, async () => {
    await using running = await startSandbox({
      publishers: [{ publisher: ci.publisher, project: "releasio-demo" }],
    });
    const report = await publishFrom(ci, running);
    assertEquals(report.error, null);
    const [run] = report.runs;
    assertEquals(run!.auth, "trusted-publishing");
    assertEquals(run!.publisher!.provider, ci.publisher.provider);
    assertEquals(run!.files.map(({ status }) => status), [
      "uploaded",
      "uploaded",
    ]);
    assert(running.sandbox.state.mintedTokens.every(({ burnt }) => burnt));
  });

  Deno.test(`publish() asks for no identity on ${ci.name} when nothing is left to send`, async () => {
    await using running = await startSandbox({
      publishers: [{ publisher: ci.publisher, project: "releasio-demo" }],
    });
    await publishFrom(ci, running);
    running.sandbox.state.requests.length = 0;
    const again = await publishFrom(ci, running);
    assertEquals(again.exitCode, 0);
    assertEquals(again.runs[0]!.files.map(({ status }) => status), [
      "existing",
      "existing",
    ]);
    assertEquals(again.asked, []);
    const paths = running.sandbox.state.requests.map(({ path }) => path);
    assertEquals(
      paths.filter((path) =>
        path.startsWith(TOKEN_REQUEST_PATH) || path.endsWith("/mint-token")
      ),
      [],
    );
  });

  Deno.test(`publish() sends nothing for a stranger on ${ci.name}`, async () => {
    await using running = await startSandbox({
      publishers: [{ publisher: ci.stranger, project: "releasio-demo" }],
    });
    const report = await publishFrom(ci, running);
    assertEquals(report.exitCode, 4);
    assertEquals(report.error?.code, "publisher-not-found");
    assertEquals(running.sandbox.state.mintedTokens, []);
  });
}
