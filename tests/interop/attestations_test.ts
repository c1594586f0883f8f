/**
 * Our attestations, judged by the very libraries that PyPI judges them with.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { gitlabClaims, googleClaims } from "../../lib/sandbox/mod.ts";
import {
  openHouse,
  PUBLISHER,
  signerOf,
  signStatement,
  statement,
  WHEEL,
} from "../attest/signing.ts";
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
