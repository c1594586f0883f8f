import { assertEquals } from "@std/assert";
import { parseRegistry, PYPI, TESTPYPI } from "../../lib/config/registry.ts";
import { releaseUrl } from "../../lib/report/release_url.ts";

Deno.test("releaseUrl() is the project's page on PyPI and TestPyPI", () => {
  assertEquals(
    releaseUrl(PYPI, "demo", "1!2.0+local"),
    "https://pypi.org/project/demo/1!2.0%2Blocal/",
  );
  assertEquals(
    releaseUrl(TESTPYPI, "demo", "1.0"),
    "https://test.pypi.org/project/demo/1.0/",
  );
});

Deno.test("releaseUrl() is the Simple API's page on this machine", () => {
  for (const host of ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"]) {
    for (
      const [upload, simple] of [
        ["legacy/", "simple/"],
        ["", "simple/"],
        ["me/prod/", "me/prod/+simple/"],
      ]
    ) {
      assertEquals(
        releaseUrl(parseRegistry(`http://${host}/${upload}`), "demo", "1.0"),
        `http://${host}/${simple}demo/`,
      );
    }
  }
});

Deno.test("releaseUrl() is null for an index whose pages are not known", () => {
  for (
    const url of ["https://pypi.example.com/legacy/", "http://localhost/upload"]
  ) {
    assertEquals(releaseUrl(parseRegistry(url), "demo", "1.0"), null);
  }
});
