import { assertEquals, assertThrows } from "@std/assert";
import {
  isDescriptionType,
  parseContentType,
} from "../../lib/check/content_type.ts";
import { findEmailProblem } from "../../lib/check/email_address.ts";
import { findEntryPointProblem } from "../../lib/check/entry_points.ts";
import { findLicenseProblem } from "../../lib/check/license_expression.ts";
import { isAllowedPlatform } from "../../lib/check/platform_tag.ts";
import { parseRecord } from "../../lib/check/record_file.ts";
import {
  parseRequirement,
  RequirementError,
} from "../../lib/check/requirement.ts";
import { findUriProblem } from "../../lib/check/uri.ts";

// What is taken here is taken by the packages that PyPI uses (packaging 26.2,
// email-validator 2.3, rfc3986 2.0), and what is refused is refused by them.

const bytes = (text: string) => new TextEncoder().encode(text);

for (
  const [text, name, extras, specifier, marker] of [
    ["a", "a", [], "", null],
    [" A.b-C_d ", "A.b-C_d", [], "", null],
    ["a[x , y]>=1 , <2", "a", ["x", "y"], ">=1,<2", null],
    ["a[] ( ==1.* )", "a", [], "==1.*", null],
    ["a===any/thing", "a", [], "===any/thing", null],
    ["a;os.name=='nt'", "a", [], "", 'os_name == "nt"'],
    [
      "a; python_implementation not  in 'x' or ((extra=='y'))",
      "a",
      [],
      "",
      'platform_python_implementation not in "x" or extra == "y"',
    ],
    [
      "a>1;(os_name=='a' and (extra=='b' or extra=='c'))",
      "a",
      [],
      ">1",
      'os_name == "a" and (extra == "b" or extra == "c")',
    ],
  ] as const
) {
  Deno.test(`parseRequirement() reads ${JSON.stringify(text)}`, () => {
    assertEquals(parseRequirement(text), {
      name,
      extras: [...extras],
      specifier,
      url: null,
      marker,
    });
  });
}

for (
  const [text, reason] of [
    ["", "Expected package name at the start of dependency specifier"],
    ["a[x y]", "Expected comma between extra names"],
    ["a[x,]", "Expected extra name after comma"],
    [
      "a[x",
      "Expected matching RIGHT_BRACKET for LEFT_BRACKET, after extras",
    ],
    [
      "a (>1",
      "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, after version specifier",
    ],
    ["a>1.*", ".* suffix can only be used with `==` or `!=` operators"],
    [
      "a>=1+x",
      "Local version label can only be used with `==` or `!=` operators",
    ],
    [
      "a>1 b",
      "Expected comma (within version specifier), semicolon (after version specifier) or end",
    ],
    ["a @ ", "Expected URL after @"],
    ["a @ b c", "Expected semicolon (after URL and whitespace) or end"],
    ["a;", "Expected a marker variable or quoted string"],
    [
      "a;os_name",
      "Expected marker operator, one of <=, <, !=, ==, >=, >, ~=, ===, in, not in",
    ],
    ["a;os_name not'x'", "Expected whitespace after 'not'"],
    ["a;os_name=='x' os_name", "Expected end of dependency specifier"],
    [`a;${"(".repeat(101)}`, "Too many nested parentheses"],
    ["a;'\\x'==os_name", "Expected a Python string"],
  ] as const
) {
  Deno.test(`parseRequirement() refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
    const error = assertThrows(() => parseRequirement(text), RequirementError);
    assertEquals(error.reason, reason);
  });
}

for (
  const expression of [
    "MIT",
    "mit and (apache-2.0 OR BSD-3-Clause)",
    "GPL-2.0+",
    "GPL-2.0-only with classpath-exception-2.0",
    "LicenseRef-My.Own-1",
    "(MIT) WITH Classpath-exception-2.0",
  ]
) {
  Deno.test(`findLicenseProblem() passes ${expression}`, () => {
    assertEquals(findLicenseProblem(expression), null);
  });
}

for (
  const [expression, reason, nearest] of [
    ["Apache-2", '"Apache-2" is no known license', "Apache-2.0"],
    ["MIT OR", "it ends where a license is expected", null],
    ["MIT GPL-3.0-only", '"GPL-3.0-only" is not expected there', null],
    ["(MIT", 'a "(" is not closed', null],
    ["MIT)", 'a ")" closes nothing', null],
    ["()", '")" is not expected there', null],
    [
      "LicenseRef-a_b",
      '"LicenseRef-a_b" may have only letters, digits, "." and "-"',
      null,
    ],
    [
      "MIT WITH Classpath-exception",
      '"Classpath-exception" is no known license exception',
      "Classpath-exception-2.0",
    ],
    ["(".repeat(201), "it is nested too deeply", null],
  ] as const
) {
  Deno.test(`findLicenseProblem() refuses ${expression.slice(0, 40)}`, () => {
    assertEquals(findLicenseProblem(expression), { reason, nearest });
  });
}

for (
  const value of [
    "jo@example.org",
    "Jo Doe <jo@bücher.example>",
    '"Doe, Jo" <jo@example.org>',
    "jo@example.org, al@localhost",
    "Doe, Jo <jo@localhost>",
    "jo@a@b",
    "jo@[127.0.0.1]",
    "(nobody)",
  ]
) {
  Deno.test(`findEmailProblem() passes ${value}`, () => {
    assertEquals(findEmailProblem(value), null);
  });
}

for (
  const [value, address, reason] of [
    ["jo at example.org", "jo", "An email address must have an @-sign."],
    [
      "Jo <jo@example.test>",
      "jo@example.test",
      "The part after the @-sign is a special-use or reserved name that cannot be used with email.",
    ],
    [
      "jo doe@example.org",
      "jo doe@example.org",
      "The email address contains invalid characters before the @-sign: SPACE.",
    ],
    [
      "jo@ex_ample.org",
      "jo@ex_ample.org",
      "The part after the @-sign contains invalid characters: '_'.",
    ],
    [
      "jo..d@example.org",
      "jo..d@example.org",
      "An email address cannot have two periods in a row.",
    ],
    [
      "jo@example.org1",
      "jo@example.org1",
      "The part after the @-sign is not valid. It is not within a valid top-level domain.",
    ],
    [
      "jo@-example.org",
      "jo@-example.org",
      "An email address cannot have a hyphen immediately after the @-sign.",
    ],
    [
      `jo@${"x".repeat(64)}.org`,
      `jo@${"x".repeat(64)}.org`,
      "After the @-sign, periods cannot be separated by so many characters (1 character too many).",
    ],
  ] as const
) {
  Deno.test(`findEmailProblem() refuses ${value.slice(0, 40)}`, () => {
    assertEquals(findEmailProblem(value), { address, reason });
  });
}

for (
  const [url, problem] of [
    ["https://example.org", null],
    ["HTTPS://", null],
    ["http://user@host:65535/a b?c#[d]", null],
    ["https://example.org:123456/", null],
    ["example.org", "it has no scheme such as https://"],
    ["ftp://example.org", "its scheme is ftp, not http or https"],
    ["https://example.org/[x]", "its path has a square bracket"],
    ["https://example.org/?x[]", "its query has a square bracket"],
    ["https://example.org:65536/", "its port is above 65535"],
  ] as const
) {
  Deno.test(`findUriProblem() says of ${url}: ${problem ?? "nothing"}`, () => {
    assertEquals(findUriProblem(url), problem);
  });
}

Deno.test("parseContentType() reads quoted parameters, and the first of two with one name", () => {
  const { type, parameters } = parseContentType(
    'Text/Markdown ; Charset="UTF\\-8"; variant=GFM; variant=x; broken',
  );
  assertEquals(type, "text/markdown");
  assertEquals([...parameters], [["charset", "UTF-8"], ["variant", "GFM"]]);
});

Deno.test("isDescriptionType() refuses what only counts as plain text", () => {
  assertEquals(isDescriptionType("markdown"), false);
  assertEquals(isDescriptionType("text/plain"), true);
});

for (
  const tag of [
    "any",
    "win32",
    "linux_armv7l",
    "manylinux2014_ppc64",
    "manylinux_2_17_riscv64",
    "musllinux_1_2_s390x",
    "macosx_10_9_universal2",
    "macosx_26_0_arm64",
    "ios_13_0_arm64_iphonesimulator",
    "android_21_arm64_v8a",
    "pyemscripten_2025_0_wasm32",
  ]
) {
  Deno.test(`isAllowedPlatform() takes ${tag}`, () => {
    assertEquals(isAllowedPlatform(tag), true);
  });
}

for (
  const tag of [
    "linux_x86_64",
    "manylinux2010_aarch64",
    "manylinux_2_17_loongarch64",
    "musllinux_1_2_ppc64",
    "macosx_11_2_arm64",
    "macosx_16_0_arm64",
    "ios_13_0_i386_iphonesimulator",
    "android_21_mips",
    "emscripten_3_1_58_wasm32",
    "win_any",
  ]
) {
  Deno.test(`isAllowedPlatform() refuses ${tag}`, () => {
    assertEquals(isAllowedPlatform(tag), false);
  });
}

Deno.test("parseRecord() reads quoted paths, over several lines too", () => {
  const record = parseRecord(
    bytes('a\\b.py,sha256=x,1\r\n"c,""d"".py",,\n"e\nf",,\ng,"h\ni",\n'),
  );
  assertEquals(record && [...record], ["a/b.py", 'c,"d".py', "ef", "g"]);
});

Deno.test("parseRecord() refuses blank lines and what is not UTF-8", () => {
  assertEquals(parseRecord(bytes("a,,\n\nb,,\n")), null);
  assertEquals(parseRecord(new Uint8Array([0xff])), null);
});

for (
  const [text, reason] of [
    ["", null],
    [
      "# none\n[console_scripts]\na-b.c = d:e\n  [extra]\n\n[gui_scripts]\n",
      null,
    ],
    ["[x]\na: b = c\n", null],
    ["[console_scripts]\nA = b:c\na = b:c\n", null],
    ["a = b\n", "an entry stands before any [section]"],
    ["[x]\na\n", '"a" is no "name = value"'],
    ["[x]\na = b\na=c\n", '"a" is there twice in [x]'],
    ["[x]\n[x]\n", "section [x] is there twice"],
    ["[console_scripts]\na b = c:d\n", '"a b" can\'t be the name of a script'],
    [
      "[DEFAULT]\na b = c\n[gui_scripts]\n",
      '"a b" can\'t be the name of a script',
    ],
  ] as const
) {
  Deno.test(`findEntryPointProblem() says of ${JSON.stringify(text)}: ${reason ?? "nothing"}`, () => {
    assertEquals(findEntryPointProblem(bytes(text))?.reason ?? null, reason);
  });
}
