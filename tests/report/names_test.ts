import { assertEquals } from "@std/assert";
import {
  describeAuthentication,
  describeIdentity,
  indexName,
} from "../../lib/report/names.ts";
import { assertInert, HOSTILE, PUBLISHER } from "./samples.ts";

Deno.test("indexName() is the name that people use", () => {
  assertEquals(
    [
      "https://upload.pypi.org/legacy/",
      "https://test.pypi.org/legacy/",
      "http://127.0.0.1:8080/legacy/",
    ].map(indexName),
    ["PyPI", "TestPyPI", "127.0.0.1:8080"],
  );
});

Deno.test("describeIdentity() names each provider's publisher", () => {
  assertEquals(
    [
      PUBLISHER,
      { ...PUBLISHER, environment: null },
      {
        provider: "gitlab",
        namespace: "octo/tools",
        project: "demo",
        workflow: ".gitlab-ci.yml",
        environment: null,
        issuer: "https://gitlab.com",
      },
      { provider: "google", email: "ci@demo.iam.example", sub: "12" },
      {
        provider: "activestate",
        organization: "octo",
        project: "demo",
        actor: "me",
      },
    ].map(describeIdentity),
    [
      "GitHub octo/demo release.yml, environment release",
      "GitHub octo/demo release.yml",
      "GitLab octo/tools/demo .gitlab-ci.yml",
      "Google ci@demo.iam.example",
      "ActiveState octo/demo me",
    ],
  );
});

Deno.test("describeAuthentication() says where an API token was found", () => {
  const publisher = null;
  assertEquals(
    [
      describeAuthentication({
        auth: "api-token",
        publisher,
        source: "PYPI_TOKEN",
      }),
      describeAuthentication({ auth: "api-token", publisher }),
      describeAuthentication({ auth: "trusted-publishing", publisher }),
    ],
    ["API token from PYPI_TOKEN", "API token", "trusted publishing"],
  );
});

Deno.test("names stay inert whatever claims say", () => {
  for (const text of HOSTILE) {
    assertInert(
      describeIdentity({
        provider: "github",
        repository: text,
        workflow: text,
        environment: text,
      }),
    );
    assertInert(indexName(text));
  }
});
