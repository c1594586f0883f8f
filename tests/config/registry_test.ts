import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  isSameOrigin,
  parseRegistry,
  parseSimpleUrl,
  PYPI,
  TESTPYPI,
} from "../../lib/config/registry.ts";
import { ReleasioError } from "../../lib/errors.ts";

function refusal(text: string): ReleasioError {
  const error = assertThrows(() => parseRegistry(text), ReleasioError);
  assertEquals(error.code, "registry-invalid");
  return error;
}

Deno.test("parseRegistry() knows pypi and testpypi in any case", () => {
  assertEquals(parseRegistry("pypi"), PYPI);
  assertEquals(parseRegistry("PyPI"), PYPI);
  assertEquals(parseRegistry(" TestPyPI "), TESTPYPI);
});

Deno.test("parseRegistry() recognizes the upload URLs of PyPI and TestPyPI", () => {
  assertEquals(parseRegistry("https://upload.pypi.org/legacy/"), PYPI);
  assertEquals(parseRegistry("HTTPS://UPLOAD.PYPI.ORG:443/legacy/"), PYPI);
  assertEquals(parseRegistry("https://test.pypi.org/legacy/"), TESTPYPI);
});

Deno.test("parseRegistry() adds the slash that an upload URL lacks", () => {
  assertEquals(parseRegistry("https://upload.pypi.org/legacy"), PYPI);
  assertEquals(parseRegistry("https://test.pypi.org/legacy"), TESTPYPI);
  assertEquals(
    parseRegistry("http://127.0.0.1:8000/legacy").uploadUrl,
    "http://127.0.0.1:8000/legacy/",
  );
});

Deno.test("parseRegistry() tells the right value for what people write for PyPI", () => {
  for (
    const text of [
      "pypi.org",
      "upload.pypi.org/legacy",
      "upload.pypi.org/legacy/",
      "https://pypi.org",
      "https://pypi.org/",
      "https://pypi.org/simple/",
      "https://pypi.org/simple",
      "https://pypi.org/legacy/",
      "https://pypi.org/pypi",
      "https://upload.pypi.org/",
      "https://upload.pypi.org/simple/",
      "https://pypi.org./legacy/",
      "https://pypi.python.org/pypi",
      "http://upload.pypi.org/legacy/",
      "https://upload.pypi.org:8443/legacy/",
    ]
  ) {
    assertEquals(
      refusal(text).hint,
      'Use "pypi" or "https://upload.pypi.org/legacy/".',
      text,
    );
  }
  for (
    const text of [
      "test.pypi.org",
      "https://test.pypi.org/",
      "https://test.pypi.org/simple/",
      "https://testpypi.python.org/pypi",
    ]
  ) {
    assertEquals(
      refusal(text).hint,
      'Use "testpypi" or "https://test.pypi.org/legacy/".',
      text,
    );
  }
});

Deno.test("parseRegistry() suggests the name behind a typo", () => {
  assertEquals(refusal("testpipy").hint, 'Did you mean "testpypi"?');
  assertEquals(refusal("pipy").hint, 'Did you mean "pypi"?');
  assertStringIncludes(refusal("warehouse").hint!, '"testpypi"');
  assertStringIncludes(refusal("").message, '""');
  assertStringIncludes(refusal("ftp://example.org/").message, "neither");
});

Deno.test("parseRegistry() refuses an index to install from", () => {
  for (
    const text of [
      "https://nexus.example/repository/python/simple/",
      "https://nexus.example/repository/python/simple",
      "https://devpi.example/user/index/+simple/",
    ]
  ) {
    const error = refusal(text);
    assertStringIncludes(error.message, "install from");
    assertStringIncludes(error.hint!, "check_url");
  }
});

Deno.test("parseRegistry() refuses user info, query and fragment, and shows none of them", () => {
  for (
    const text of [
      "https://__token__:hunter2@upload.pypi.org/legacy/",
      "https://hunter2@nexus.example/",
      "https://nexus.example/?token=hunter2",
      "https://nexus.example/#hunter2",
      "__token__:hunter2@nexus.example/",
      "ftp://me:hunter2@nexus.example/",
    ]
  ) {
    const error = refusal(text);
    assertEquals(`${error.message}${error.hint}`.includes("hunter2"), false);
  }
});

Deno.test("parseRegistry() takes plain http to this machine alone", () => {
  assertEquals(parseRegistry("http://localhost:3141/").kind, "other");
  assertEquals(parseRegistry("http://[::1]:80/").uploadUrl, "http://[::1]/");
  for (
    const text of [
      "http://nexus.example/",
      "http://127.0.0.1.example/",
      "http://localhost.example/",
      "http://10.0.0.1/",
    ]
  ) {
    assertStringIncludes(refusal(text).message, "unencrypted");
  }
});

Deno.test("parseRegistry() names another index by its host and port", () => {
  const registry = parseRegistry("https://Nexus.Example:8443/Repo/py/?");
  assertEquals(registry.name, "nexus.example:8443");
  assertEquals(registry.uploadUrl, "https://nexus.example:8443/Repo/py/");
});

Deno.test("parseRegistry() derives the Simple API of known kinds of indexes", () => {
  const cases: Record<string, string | null> = {
    "https://host.example/legacy/": "https://host.example/simple/",
    "https://host.example/a/legacy/": "https://host.example/a/simple/",
    "https://devpi.example/user/index/":
      "https://devpi.example/user/index/+simple/",
    "https://pypiserver.example/": "https://pypiserver.example/simple/",
    "https://x.jfrog.io/artifactory/api/pypi/local":
      "https://x.jfrog.io/artifactory/api/pypi/local/simple/",
    "https://nexus.example/repository/python/":
      "https://nexus.example/repository/python/simple/",
    "https://gitlab.com/api/v4/projects/1234/packages/pypi":
      "https://gitlab.com/api/v4/projects/1234/packages/pypi/simple/",
    "https://gitlab.com/api/v4/projects/a%2Fb/packages/pypi":
      "https://gitlab.com/api/v4/projects/a%2Fb/packages/pypi/simple/",
    "https://europe-west1-python.pkg.dev/project/repo/":
      "https://europe-west1-python.pkg.dev/project/repo/simple/",
    "https://d-123.d.codeartifact.eu-west-1.amazonaws.com/pypi/repo/":
      "https://d-123.d.codeartifact.eu-west-1.amazonaws.com/pypi/repo/simple/",
    "https://d-1.d.codeartifact.cn-north-1.amazonaws.com.cn/pypi/repo/":
      "https://d-1.d.codeartifact.cn-north-1.amazonaws.com.cn/pypi/repo/simple/",
    "https://d-1.d.codeartifact.us-west-2.on.aws/pypi/repo":
      "https://d-1.d.codeartifact.us-west-2.on.aws/pypi/repo/simple/",
    "https://host.example/upload": null,
    "https://host.example/a/b/c/": null,
  };
  for (const [url, simpleUrl] of Object.entries(cases)) {
    assertEquals(parseRegistry(url).simpleUrl, simpleUrl, url);
  }
});

Deno.test("parseSimpleUrl() ends in a slash and is as strict as parseRegistry()", () => {
  assertEquals(
    parseSimpleUrl("https://nexus.example/simple"),
    "https://nexus.example/simple/",
  );
  for (const text of ["pypi", "http://nexus.example/", "https://a:b@c.d/"]) {
    assertThrows(() => parseSimpleUrl(text), ReleasioError);
  }
});

Deno.test("isSameOrigin() compares scheme, host and port", () => {
  assertEquals(isSameOrigin("https://a.b/x", "https://A.b:443/y"), true);
  assertEquals(isSameOrigin("https://a.b/", "http://a.b/"), false);
  assertEquals(isSameOrigin("https://a.b/", "https://a.b:8443/"), false);
  assertEquals(isSameOrigin("data:,a", "data:,a"), false);
});
