import { assertEquals } from "@std/assert";
import { releaseUrl } from "../../lib/report/release_url.ts";

function registry(kind: "pypi" | "testpypi" | "other", uploadUrl: string) {
  return { name: "x", kind, uploadUrl, simpleUrl: null };
}

Deno.test("releaseUrl() is the project's page on PyPI and TestPyPI", () => {
  assertEquals(
    releaseUrl(
      registry("pypi", "https://upload.pypi.org/legacy/"),
      "demo",
      "1!2.0+local",
    ),
    "https://pypi.org/project/demo/1!2.0%2Blocal/",
  );
  assertEquals(
    releaseUrl(
      registry("testpypi", "https://test.pypi.org/legacy/"),
      "demo",
      "1.0",
    ),
    "https://test.pypi.org/project/demo/1.0/",
  );
});

Deno.test("releaseUrl() is the Simple API's page on this machine", () => {
  for (const host of ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"]) {
    assertEquals(
      releaseUrl(registry("other", `http://${host}/legacy/`), "demo", "1.0"),
      `http://${host}/simple/demo/`,
    );
  }
});

Deno.test("releaseUrl() is null for an index whose pages are not known", () => {
  assertEquals(
    releaseUrl(
      registry("other", "https://pypi.example.com/legacy/"),
      "demo",
      "1.0",
    ),
    null,
  );
});
