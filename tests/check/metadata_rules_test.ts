import { assert, assertEquals } from "@std/assert";
import { METADATA_RULES } from "../../lib/check/metadata_rules.ts";
import { judgeMetadata } from "../../lib/check/judge.ts";
import { METADATA_FIELDS } from "../../lib/dist/metadata_fields.ts";
import { parseCoreMetadata } from "../../lib/dist/core_metadata.ts";
import { buildWheel } from "../helpers/archives.ts";
import { check, codesOf, file } from "./helpers.ts";

/** Metadata that a rule strikes at, and metadata that it just passes. */
interface Case {
  readonly code: string;
  readonly severity?: "warning";
  readonly bad: string;
  readonly good: string;
  /** PyPI's words for the bad one, up to the link; `null` if it takes it. */
  readonly pypi: string | null;
}

const MINIMAL = "Metadata-Version: 2.5\nName: demo\nVersion: 1.0\n";
const SUMMARY_512 = "é".repeat(512);
const LABEL_32 = "l".repeat(32);

const CASES: readonly Case[] = [
  {
    code: "metadata-version-invalid",
    bad: "Metadata-Version: 2.0\nName: demo\nVersion: 1.0\n",
    good: "Metadata-Version: 1.0\nName: demo\nVersion: 1.0\n",
    pypi: "'2.0' is not a valid metadata version.",
  },
  {
    code: "metadata-version-invalid",
    bad: "Name: demo\nVersion: 1.0\n",
    good: MINIMAL,
    pypi: "None is not a valid metadata version.",
  },
  {
    code: "metadata-version-newer",
    severity: "warning",
    bad: "Metadata-Version: 2.6\nName: demo\nVersion: 1.0\n",
    good: MINIMAL,
    pypi: "'2.6' is not a valid metadata version.",
  },
  {
    code: "name-invalid",
    bad: "Metadata-Version: 2.1\nName: demo-\nVersion: 1.0\n",
    good: "Metadata-Version: 2.1\nName: d\nVersion: 1.0\n",
    pypi:
      "'demo-' is an invalid value for Name. Error: Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'.",
  },
  {
    code: "name-invalid",
    bad: "Metadata-Version: 2.1\nVersion: 1.0\n",
    good: MINIMAL,
    pypi: "'' is an invalid value for Name. Error: This field is required.",
  },
  {
    code: "name-of-standard-library",
    severity: "warning",
    bad: "Metadata-Version: 2.1\nName: XML.dom\nVersion: 1.0\n",
    good: "Metadata-Version: 2.1\nName: xml-doms\nVersion: 1.0\n",
    pypi: null,
  },
  {
    code: "version-invalid",
    bad: "Metadata-Version: 2.1\nName: demo\nVersion: dog\n",
    good: "Metadata-Version: 2.1\nName: demo\nVersion: v1.0-1\n",
    pypi: "'dog' is invalid for 'version'.",
  },
  {
    code: "version-invalid",
    bad: "Metadata-Version: 2.1\nName: demo\n",
    good: MINIMAL,
    pypi: "'version' is a required field.",
  },
  {
    code: "version-local",
    bad: "Metadata-Version: 2.1\nName: demo\nVersion: 1.0+CPU\n",
    good: "Metadata-Version: 2.1\nName: demo\nVersion: 1.0.post1\n",
    pypi: "The use of local versions in '1.0+cpu' is not allowed.",
  },
  {
    code: "metadata-field-repeated",
    bad: `${MINIMAL}Summary: a\nSummary: b\n`,
    good: `${MINIMAL}Platform: a\nPlatform: b\n`,
    pypi: "'summary' has invalid data.",
  },
  {
    code: "metadata-field-repeated",
    bad:
      `${MINIMAL}Project-URL: A, https://a.org\nProject-URL: A ,https://b.org\n`,
    good:
      `${MINIMAL}Project-URL: A, https://a.org\nProject-URL: a, https://b.org\n`,
    pypi: "'project_urls' has invalid data.",
  },
  {
    code: "metadata-field-too-new",
    bad:
      "Metadata-Version: 2.3\nName: demo\nVersion: 1.0\nLicense-Expression: MIT\n",
    good:
      "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nLicense-File: LICENSE\n",
    pypi: "license-expression introduced in metadata version 2.4, not 2.3.",
  },
  {
    code: "summary-multiline",
    bad: `${MINIMAL}Summary: one\n        two\n`,
    good: `${MINIMAL}Summary: one two\n`,
    pypi: "'summary' must be a single line.",
  },
  {
    code: "summary-too-long",
    bad: `${MINIMAL}Summary: ${SUMMARY_512}!\n`,
    good: `${MINIMAL}Summary: ${SUMMARY_512}\n`,
    pypi: "'summary' field must be 512 characters or less.",
  },
  {
    code: "description-content-type-unknown",
    bad: `${MINIMAL}Description-Content-Type: text/html\n`,
    good: `${MINIMAL}Description-Content-Type: TEXT/x-rst\n`,
    pypi:
      "'description-content-type' must be one of ['text/markdown', 'text/plain', 'text/x-rst'], not 'text/html'.",
  },
  {
    code: "description-charset-unknown",
    bad: `${MINIMAL}Description-Content-Type: text/markdown; charset=utf-8\n`,
    good:
      `${MINIMAL}Description-Content-Type: text/markdown; charset="UTF-8"\n`,
    pypi:
      "'description-content-type' can only specify the UTF-8 charset, not 'utf-8'.",
  },
  {
    code: "description-variant-unknown",
    bad: `${MINIMAL}Description-Content-Type: text/markdown; variant=gfm\n`,
    good: `${MINIMAL}Description-Content-Type: text/x-rst; variant=gfm\n`,
    pypi:
      "valid Markdown variants for 'description-content-type' are ['GFM', 'CommonMark'], not 'gfm'.",
  },
  {
    code: "description-blank",
    bad: `${MINIMAL}Description-Content-Type: text/markdown\n\n \n`,
    good: `${MINIMAL}Description-Content-Type: text/plain\n\n \n`,
    pypi: "The description failed to render for 'text/markdown'.",
  },
  {
    code: "email-invalid",
    bad: `${MINIMAL}Author-email: Jo Doe <jo@localhost>\n`,
    good: `${MINIMAL}Author-email: Jo <jo@localhost>, Al <al@localhost>\n`,
    pypi:
      "'jo@localhost' is not a valid email address: The part after the @-sign is not valid. It should have a period.",
  },
  {
    code: "email-invalid",
    bad: `${MINIMAL}Maintainer-email: Jo Doe\n`,
    good: `${MINIMAL}Maintainer-email: Jo Doe (at home) <jo@example.org>\n`,
    pypi:
      "'Jo' is not a valid email address: An email address must have an @-sign.",
  },
  {
    code: "url-invalid",
    bad: `${MINIMAL}Home-page: example.org\n`,
    good: `${MINIMAL}Home-page: https://exämple.org/a b\n`,
    pypi: "'example.org' is not a valid url.",
  },
  {
    code: "url-invalid",
    bad: `${MINIMAL}Download-URL: https://example.org/?a[]=1\n`,
    good: `${MINIMAL}Download-URL: https://example.org/#a[]=1\n`,
    pypi: "'https://example.org/?a[]=1' is not a valid url.",
  },
  {
    code: "project-url-label-missing",
    bad: `${MINIMAL}Project-URL: , https://example.org\n`,
    good: `${MINIMAL}Project-URL: a, https://example.org\n`,
    pypi: "Must have a label.",
  },
  {
    code: "project-url-label-too-long",
    bad: `${MINIMAL}Project-URL: ${LABEL_32}l, https://example.org\n`,
    good: `${MINIMAL}Project-URL: ${LABEL_32}, https://example.org\n`,
    pypi: `'${LABEL_32}l' must be 32 characters or less.`,
  },
  {
    code: "project-url-missing",
    bad: `${MINIMAL}Project-URL: docs\n`,
    good: `${MINIMAL}Project-URL: docs,https://example.org\n`,
    pypi: "Must have a URL.",
  },
  {
    code: "project-url-invalid",
    bad: `${MINIMAL}Project-URL: docs, ftp://example.org\n`,
    good: `${MINIMAL}Project-URL: docs, HTTP://example.org\n`,
    pypi: "'ftp://example.org' is not a valid url.",
  },
  {
    code: "classifier-private",
    bad: `${MINIMAL}Classifier: Private :: Do Not Upload\n`,
    good: `${MINIMAL}Classifier: Typing :: Typed\n`,
    pypi: "'Private :: Do Not Upload' is not a valid classifier.",
  },
  {
    code: "classifier-unknown",
    severity: "warning",
    bad: `${MINIMAL}Classifier: Programming Language :: Python :: 3.1O\n`,
    good: `${MINIMAL}Classifier: Programming Language :: Python :: 3.10\n`,
    pypi: "'Programming Language :: Python :: 3.1O' is not a valid classifier.",
  },
  {
    code: "classifier-deprecated",
    bad: `${MINIMAL}Classifier: Natural Language :: Ukranian\n`,
    good: `${MINIMAL}Classifier: Natural Language :: Ukrainian\n`,
    pypi:
      "The classifier 'Natural Language :: Ukranian' has been deprecated, use one of ['Natural Language :: Ukrainian'] instead.",
  },
  {
    code: "license-expression-invalid",
    bad: `${MINIMAL}License-Expression: Apache 2.0\n`,
    good:
      `${MINIMAL}License-Expression: mit OR (GPL-2.0-only WITH Classpath-exception-2.0) AND LicenseRef-X.y\n`,
    pypi: "'Apache 2.0' is invalid for 'license-expression'.",
  },
  {
    code: "license-file-path-invalid",
    bad: `${MINIMAL}License-File: ../LICENSE\n`,
    good: `${MINIMAL}License-File: licenses/LICENSE.txt\n`,
    pypi:
      "'../LICENSE' is invalid for 'license-file', parent directory indicators are not allowed.",
  },
  {
    code: "license-file-path-invalid",
    bad: `${MINIMAL}License-File: licenses\\MIT\n`,
    good: `${MINIMAL}License-File: .\n`,
    pypi:
      "'licenses\\\\MIT' is invalid for 'license-file', paths must use '/' delimiter.",
  },
  {
    code: "license-file-path-invalid",
    bad: `${MINIMAL}License-File: C:\\LICENSE\n`,
    good: `${MINIMAL}License-File: C:LICENSE\n`,
    pypi:
      "'C:\\\\LICENSE' is invalid for 'license-file', paths must be relative.",
  },
  {
    code: "license-file-path-invalid",
    bad: `${MINIMAL}License-File: LICEN[CS]E*\n`,
    good: `${MINIMAL}License-File: LICEN[CS]E\n`,
    pypi:
      "'LICEN[CS]E*' is invalid for 'license-file', paths must be resolved.",
  },
  {
    code: "license-and-license-expression",
    bad: `${MINIMAL}License: MIT\nLicense-Expression: MIT\n`,
    good: `${MINIMAL}License: UNKNOWN\nLicense-Expression: MIT\n`,
    pypi:
      "License is deprecated when License-Expression is present. Only License-Expression should be present.",
  },
  {
    code: "requires-python-invalid",
    bad: `${MINIMAL}Requires-Python: 3.x\n`,
    good: `${MINIMAL}Requires-Python: >=3.8, !=3.9.*, <4\n`,
    pypi: "'3.x' is invalid for 'requires-python'.",
  },
  {
    code: "requirement-invalid",
    bad: `${MINIMAL}Requires-Dist: a b\n`,
    good: `${MINIMAL}Requires-Dist: a[b] (>=1) ; python_version < "3"\n`,
    pypi: "'a b' is invalid for 'requires-dist'.",
  },
  {
    code: "requirement-direct",
    bad:
      `${MINIMAL}Requires-Dist: a[y,x]@ https://example.org/a.zip ; (os.name=='nt')\n`,
    good: `${MINIMAL}Requires-Dist: a[y,x]; os.name=='nt'\n`,
    pypi:
      'Can\'t have direct dependency: a[x,y] @ https://example.org/a.zip ; os_name == "nt".',
  },
  {
    code: "provides-or-obsoletes-invalid",
    bad: `${MINIMAL}Provides-Dist: >1\n`,
    good: `${MINIMAL}Provides-Dist: a>1\n`,
    pypi:
      "'>1' is invalid: Expected package name at the start of dependency specifier\n    >1\n    ^.",
  },
  {
    code: "provides-or-obsoletes-direct",
    bad: `${MINIMAL}Obsoletes-Dist: a @ https://example.org/a.zip\n`,
    good: `${MINIMAL}Obsoletes-Dist: a\n`,
    pypi: "Can't have direct dependency: 'a @ https://example.org/a.zip'.",
  },
  {
    code: "extra-name-invalid",
    bad: `${MINIMAL}Provides-Extra: -x\n`,
    good: `${MINIMAL}Provides-Extra: x_y.Z\n`,
    pypi: "'-x' is invalid for 'provides-extra'.",
  },
  {
    code: "dynamic-forbidden",
    bad: `${MINIMAL}Dynamic: Version\n`,
    good: `${MINIMAL}Dynamic: Summary\n`,
    pypi: "'version' is not allowed as a dynamic field.",
  },
  {
    code: "dynamic-unknown",
    bad: `${MINIMAL}Dynamic: foo\n`,
    good: `${MINIMAL}Dynamic: home-PAGE\n`,
    pypi: "'foo' is not a valid dynamic field.",
  },
  {
    code: "dynamic-itself",
    bad: `${MINIMAL}Dynamic: Dynamic\n`,
    good: `${MINIMAL}Dynamic: Description\n`,
    pypi: "Dynamic field 'dynamic' is not a valid dynamic field.",
  },
  {
    code: "import-name-invalid",
    bad: `${MINIMAL}Import-Name: a..b\n`,
    good: `${MINIMAL}Import-Name: a.β\n`,
    pypi: "'a..b' is invalid for 'import-name'; '' is not a valid identifier.",
  },
  {
    code: "import-name-keyword",
    bad: `${MINIMAL}Import-Namespace: a.class\n`,
    good: `${MINIMAL}Import-Namespace: a.match\n`,
    pypi: "'a.class' is invalid for 'import-namespace'; 'class' is a keyword.",
  },
  {
    code: "import-name-option",
    bad: `${MINIMAL}Import-Name: a; public\n`,
    good: `${MINIMAL}Import-Name: a ; private\n`,
    pypi:
      "'a; public' is invalid for 'import-name'; the only valid option is 'private'.",
  },
];

for (const { code, severity, bad, good, pypi } of CASES) {
  const [, line = ""] =
    /^((?!Metadata-Version: 2.5|Name: demo$|Version: 1.0$).*)$/m
      .exec(bad) ?? [];
  const what = line.slice(0, 60) || "nothing but blanks";

  Deno.test(`${code} strikes at ${JSON.stringify(what)}`, async () => {
    const findings = await findingsOf(bad);
    const finding = findings.find((finding) => finding.code === code);
    assert(finding, `found only: ${codesOf(findings)}`);
    assertEquals(finding.severity, severity ?? "error");
    assertEquals(finding.file, "demo-1.0-py3-none-any.whl");
  });

  Deno.test(`${code} passes the near miss of ${JSON.stringify(what)}`, async () => {
    const codes = codesOf(await findingsOf(good));
    assert(!codes.includes(code), `found: ${codes}`);
  });

  Deno.test(`PyPI's words for ${code} of ${JSON.stringify(what)}`, () => {
    const answer = judgeMetadata(formOf(bad));
    assertEquals(answer?.split(" See https://")[0] ?? null, pypi);
    if (pypi !== null) assert(answer!.includes(" See https://"));
  });
}

Deno.test("every rule about metadata has a case", () => {
  const tested = new Set(CASES.map(({ code }) => code));
  assertEquals(
    METADATA_RULES.map(({ code }) => code).filter((code) => !tested.has(code)),
    [],
  );
});

Deno.test("runChecks() reports all problems of the metadata at once, with their lines", async () => {
  const findings = await findingsOf(
    `${MINIMAL}Requires-Python: 3\nClassifier: Private :: x\nRequires-Dist: a b\n` +
      "Requires-Dist: c d\n",
  );
  assertEquals(
    findings.filter(({ severity }) => severity === "error")
      .map(({ code, line }) => [code, line]),
    [
      ["classifier-private", 5],
      ["requires-python-invalid", 4],
      ["requirement-invalid", 6],
      ["requirement-invalid", 7],
    ],
  );
});

Deno.test("judgeMetadata() tells version before what comes first by name", () => {
  assertEquals(
    judgeMetadata(formOf(
      "Metadata-Version: 2.1\nName: demo\nVersion: dog\nRequires-Python: x\n",
    )),
    "'dog' is invalid for 'version'. See https://packaging.python.org/specifications/core-metadata for more information.",
  );
});

Deno.test("judgeMetadata() points from a local version to the chapter about them", () => {
  assertEquals(
    judgeMetadata(formOf("Metadata-Version: 2.1\nName: demo\nVersion: 1+x\n")),
    "The use of local versions in '1+x' is not allowed. See https://packaging.python.org/en/latest/specifications/version-specifiers/#local-version-identifiers for more information.",
  );
});

function findingsOf(metadata: string) {
  return check([
    file("demo-1.0-py3-none-any.whl", buildWheel({ metadata })),
  ]);
}

function formOf(metadata: string): Map<string, string[]> {
  const { fields, description } = parseCoreMetadata(metadata);
  const form = new Map<string, string[]>();
  for (const { name, value } of fields) {
    const { formKey } = METADATA_FIELDS.get(name)!;
    form.set(formKey, [...form.get(formKey) ?? [], value]);
  }
  if (description !== null) form.set("description", [description]);
  return form;
}
