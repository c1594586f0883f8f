/**
 * Our attestations, judged by the very libraries that PyPI judges them with;
 * and theirs, judged by us.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { verifyAttestation } from "../../lib/attest/mod.ts";
import { sha256 } from "../../lib/dist/digest.ts";
import {
  githubClaims,
  gitlabClaims,
  googleClaims,
  type Sandbox,
} from "../../lib/sandbox/mod.ts";
import { DEMO, PUBLISHERS, publishTo } from "../attest/publish_to.ts";
import {
  openHouse,
  PUBLISHER,
  signerOf,
  signStatement,
  statement,
  WHEEL,
} from "../attest/signing.ts";
import { runCli } from "../helpers/cli.ts";
import { type RunningSandbox, startSandbox } from "../helpers/sandbox.ts";
import { CLIENTS, poseAsTestPypi, TESTPYPI } from "./clients.ts";
import { interopTest, type PythonTools } from "./python.ts";

/**
 * Verifies cases with PyPI's code, but for the instance that it believes: a
 * line of JSON for each, `null` or what the library says.
 */
const JUDGE = `
import json, sys
from pydantic import TypeAdapter
from pypi_attestations import Attestation, Distribution, Publisher
from sigstore.models import TrustedRoot
from sigstore.verify import Verifier

given = json.load(open(sys.argv[1]))
root = TrustedRoot.from_file(sys.argv[2])
Verifier.production = classmethod(lambda cls, offline=False: cls(trusted_root=root))
for case in given:
    try:
        attestation = Attestation.model_validate(case["attestation"])
        publisher = TypeAdapter(Publisher).validate_python(case["publisher"])
        attestation.verify(publisher, Distribution(name=case["filename"], digest=case["sha256"]))
        print(json.dumps(None))
    except Exception as error:
        print(json.dumps(f"{type(error).__name__}: {error}"))
`;

/** Signs files as PyPI's own library has it, and writes it beside them. */
const SIGN = `
import os, sys
from pathlib import Path
from pypi_attestations import Attestation, Distribution
from sigstore.models import ClientTrustConfig
from sigstore.oidc import IdentityToken
from sigstore.sign import SigningContext

config = ClientTrustConfig.from_json(Path(sys.argv[1]).read_text())
context = SigningContext.from_trust_config(config)
with context.signer(IdentityToken(os.environ["IDENTITY_TOKEN"])) as signer:
    for file in map(Path, sys.argv[2:]):
        attestation = Attestation.sign(signer, Distribution.from_file(file))
        beside = file.with_name(file.name + ".publish.attestation")
        beside.write_text(attestation.model_dump_json())
`;

interface Case {
  readonly attestation: unknown;
  readonly publisher: unknown;
  readonly filename: string;
  readonly sha256: string;
}

async function judge(
  python: PythonTools,
  cases: readonly Case[],
  trustedRoot: unknown,
): Promise<(string | null)[]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/judge.py`, JUDGE);
    await Deno.writeTextFile(`${folder}/cases.json`, JSON.stringify(cases));
    await Deno.writeTextFile(
      `${folder}/root.json`,
      JSON.stringify(trustedRoot),
    );
    const { code, stdout, output } = await python.run(
      "python",
      ["judge.py", "cases.json", "root.json"],
      { cwd: folder },
    );
    assertEquals(code, 0, output);
    return stdout.trim().split("\n").map((line) => JSON.parse(line));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interopTest(
  "PyPI's library takes what we sign for every publisher",
  async (python) => {
    const house = await openHouse();
    const gitlab = {
      kind: "GitLab",
      repository: "example/demo",
      workflow_filepath: ".gitlab-ci.yml",
    } as const;
    const google = {
      kind: "Google",
      email: "release@demo.iam.gserviceaccount.com",
    } as const;
    const signers = [
      [signerOf(house), PUBLISHER],
      [
        signerOf(
          house,
          house.provider((audience, now) =>
            gitlabClaims({}, { audience, now })
          ),
          gitlab,
        ),
        gitlab,
      ],
      [
        signerOf(
          house,
          house.provider((audience, now) =>
            googleClaims({}, { audience, now })
          ),
          google,
        ),
        google,
      ],
    ] as const;
    const cases = await Promise.all(
      signers.map(async ([signer, publisher]) => ({
        ...WHEEL,
        publisher,
        attestation: await signer.sign(WHEEL),
      })),
    );
    assertEquals(
      await judge(python, cases, await house.sandbox.trustedRootJson()),
      [null, null, null],
    );
  },
);

interopTest(
  "PyPI's library takes entries of logs of every shape, and 500 fresh pairs",
  async (python) => {
    for (const earlierEntries of [0, 1, 2, 6, 31]) {
      const house = await openHouse({ sigstore: { earlierEntries } });
      const cases: Case[] = [];
      for (let i = 0; i < 100; i++) {
        const attestation = await signerOf(house).sign(WHEEL);
        cases.push({ ...WHEEL, publisher: PUBLISHER, attestation });
      }
      const said = await judge(
        python,
        cases,
        await house.sandbox.trustedRootJson(),
      );
      assertEquals(said.filter((reason) => reason !== null), []);
    }
  },
);

interopTest(
  "PyPI's library refuses what we refuse, and takes what we take",
  async (python) => {
    const house = await openHouse();
    const good = await signerOf(house).sign(WHEEL);
    // deno-lint-ignore no-explicit-any
    const changed = (change: (entry: any) => void) => {
      const copy = structuredClone(good);
      change(copy.verification_material.transparency_entries[0]);
      return copy;
    };
    const subject = (name: string, digest: unknown) =>
      statement({ subject: [{ name, digest }] });
    const { sha256 } = WHEEL;
    const refused: [attestation: unknown, said: string][] = [
      [changed((entry) => entry.logIndex = 7), "ConversionError"],
      [changed((entry) => entry.more = 1), "ConversionError"],
      [changed((entry) => delete entry.inclusionProof), "ConversionError"],
      [
        changed((entry) => delete entry.inclusionProof.checkpoint),
        "ConversionError",
      ],
      [changed((entry) => delete entry.inclusionPromise), "inclusion promise"],
      [changed((entry) => entry.inclusionProof.hashes.pop()), "wrong size"],
      [
        await signStatement(
          house,
          statement({ _type: "https://in-toto.io/Statement/v0.1" }),
        ),
        "invalid statement",
      ],
      [
        await signStatement(
          house,
          subject(WHEEL.filename, { sha256: sha256.toUpperCase() }),
        ),
        "does not match distribution digest",
      ],
      [
        await signStatement(house, subject("other-1.0.tar.gz", { sha256 })),
        "does not match distribution name",
      ],
      [
        await signStatement(
          house,
          statement({
            subject: [1, 2].map((n) => ({
              name: `a-${n}.zip`,
              digest: { sha256 },
            })),
          }),
        ),
        "too many subjects",
      ],
      [
        await signStatement(
          house,
          statement({ predicateType: "https://x.example" }),
        ),
        "unknown attestation type",
      ],
    ];
    const taken = [
      await signStatement(house, statement({ predicate: {} })),
      await signStatement(house, statement({ predicate: undefined })),
      await signStatement(
        house,
        subject("Demo-1.0.0-py3-none-any.whl", { sha256 }),
      ),
      { ...good, more: true },
    ];
    // Last: the clock is ten minutes on.
    refused.push([
      await signStatement(house, statement(), 601_000),
      "expired|valid",
    ]);
    const cases = [...refused.map(([attestation]) => attestation), ...taken]
      .map((attestation) => ({ ...WHEEL, publisher: PUBLISHER, attestation }));
    const said = await judge(
      python,
      cases,
      await house.sandbox.trustedRootJson(),
    );
    for (const [i, [, words]] of refused.entries()) {
      if (words === "expired|valid") assertStringIncludes(said[i]!, "Error");
      else assertStringIncludes(said[i] ?? "taken", words);
    }
    assertEquals(said.slice(refused.length), taken.map(() => null));
  },
);

/** What tells sigstore for Python where a sandbox's Sigstore instance is. */
async function clientTrustConfig({ url, sandbox }: RunningSandbox) {
  const service = {
    url,
    majorApiVersion: 1,
    validFor: { start: "2020-01-01T00:00:00Z" },
    operator: "sandbox",
  };
  return {
    mediaType: "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
    trustedRoot: await sandbox.trustedRootJson(),
    signingConfig: {
      mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
      caUrls: [service],
      oidcUrls: [],
      rekorTlogUrls: [service],
      rekorTlogConfig: { selector: "ANY" },
      tsaUrls: [],
      tsaConfig: { selector: "ANY" },
    },
  };
}

/** A folder with the demo's files and attestations that Python signed. */
async function signInPython(
  python: PythonTools,
  running: RunningSandbox,
): Promise<{ folder: string; files: string[] }> {
  const folder = await Deno.makeTempDir({ prefix: "releasio-signed-" });
  const files: string[] = [];
  for await (const { name } of Deno.readDir(DEMO)) {
    await Deno.copyFile(join(DEMO, name), join(folder, name));
    files.push(name);
  }
  const tools = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(tools, "sign.py"), SIGN);
    await Deno.writeTextFile(
      join(tools, "config.json"),
      JSON.stringify(await clientTrustConfig(running)),
    );
    const claims = githubClaims({}, { audience: "sigstore", now: Date.now() });
    const { code, output } = await python.run("python", [
      join(tools, "sign.py"),
      join(tools, "config.json"),
      ...files.map((name) => join(folder, name)),
    ], {
      env: { IDENTITY_TOKEN: await running.sandbox.issueToken(claims) },
    });
    assertEquals(code, 0, output);
  } finally {
    await Deno.remove(tools, { recursive: true });
  }
  return { folder, files: files.sort() };
}

/** What the index shows of each file, by its name. */
function shown(sandbox: Sandbox): Record<string, unknown> {
  const { files } = sandbox.state.projects.get("releasio-demo")!;
  return Object.fromEntries(
    files.map(({ filename, attestations }) => [
      filename,
      JSON.parse(attestations!),
    ]),
  );
}

interopTest(
  "we and our sandbox take what PyPI's library signs, from us and from twine",
  async (python) => {
    await using running = await startSandbox({ publishers: PUBLISHERS });
    const { sandbox } = running;
    const { folder, files } = await signInPython(python, running);
    try {
      const { trustedRoot } = await sandbox.sigstoreServices(running.url);
      const attestations = Object.fromEntries(
        await Promise.all(files.map(async (filename) => {
          const path = join(folder, filename);
          const blob = new Blob([await Deno.readFile(path)]);
          const text = await Deno.readTextFile(`${path}.publish.attestation`);
          const { signer } = await verifyAttestation(text, {
            filename,
            sha256: await sha256(blob),
            publisher: PUBLISHER,
            trustedRoot,
          });
          assertEquals(signer.repository, "https://github.com/example/demo");
          return [filename, [JSON.parse(text)]];
        })),
      );

      const root = join(folder, "trusted_root.json");
      await Deno.writeTextFile(
        root,
        JSON.stringify(await sandbox.trustedRootJson()),
      );
      const verified = await runCli(
        ["verify", join(folder, files[0]!), "--trusted-root", root],
      );
      assertEquals(verified.code, 0, verified.stderr);

      sandbox.state.requests.length = 0;
      const report = await publishTo(running, {
        path: folder,
        policy: "required",
        wait: true,
      });
      assertEquals(report.error, null);
      assertEquals(report.findings, []);
      assertEquals(shown(sandbox), attestations);
      const signed = sandbox.state.requests
        .filter(({ path }) => path.startsWith("/api/"));
      assertEquals(signed, []);

      sandbox.state.projects.get("releasio-demo")!.files.length = 0;
      await using testpypi = await poseAsTestPypi(sandbox);
      const twine = CLIENTS.find(({ name }) => name === "twine")!;
      const uploaded = await twine.publish(
        python,
        {
          folder,
          files: files.flatMap((name) => [name, `${name}.publish.attestation`]),
        },
        { url: TESTPYPI, token: null },
        {
          args: ["--attestations"],
          env: { ...running.githubEnv(), ...testpypi.env },
        },
      );
      assertEquals(uploaded.code, 0, uploaded.output);
      assertEquals(shown(sandbox), attestations);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
