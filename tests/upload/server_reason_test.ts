import { assertEquals } from "@std/assert";
import { serverReason } from "../../lib/upload/server_reason.ts";

function reasonIn(
  body: string,
  contentType: string,
  statusText = "Bad Request",
) {
  return serverReason({ status: 400, statusText, contentType, body });
}

Deno.test("serverReason() takes PyPI's code without its number", () => {
  const body = JSON.stringify({
    message: "The server could not comply with the request since it is " +
      "either malformed or otherwise incorrect.\n\n\nFile already exists " +
      "('x.whl').\n\n",
    code: "400 File already exists ('x.whl').",
    title: "Bad Request",
  });
  assertEquals(
    reasonIn(body, "application/json"),
    "File already exists ('x.whl').",
  );
});

Deno.test("serverReason() takes PyPI's code when the message holds no reason", () => {
  const body = JSON.stringify({
    message: "Access was denied to this resource.\n\n\n\n\n",
    code: "400 Username/Password authentication is no longer supported.",
  });
  assertEquals(
    reasonIn(body, "application/json"),
    "Username/Password authentication is no longer supported.",
  );
});

Deno.test("serverReason() keeps the letters that a status line loses", () => {
  const body = JSON.stringify({
    message: "Generic.\n\n\n'Zoë ☃' is not a valid name\n\n",
    code: "400 'Zo? ?' is not a valid name",
  });
  assertEquals(
    reasonIn(body, "application/json"),
    "'Zoë ☃' is not a valid name",
  );
});

Deno.test("serverReason() reads problem details and other registries' JSON", () => {
  assertEquals(
    reasonIn('{"title":"Nope","detail":"too big"}', "application/problem+json"),
    "Nope: too big",
  );
  assertEquals(
    reasonIn(
      '{"errors":[{"status":403,"message":"Not enough permissions to overwrite artifact \'x\'"}]}',
      "application/json;charset=UTF-8",
    ),
    "Not enough permissions to overwrite artifact 'x'",
  );
  assertEquals(
    reasonIn(
      '{"message":{"base":["Validation failed: File name has already been taken"]}}',
      "application/json",
    ),
    "Validation failed: File name has already been taken",
  );
  assertEquals(reasonIn('{"error":"denied"}', ""), "denied");
});

Deno.test("serverReason() finds the reason in a framework's page", () => {
  const html = `<html><head><title>400 File already exists</title></head>
    <body><h1>400 File already exists</h1>
    The server could not comply.<br/><br/>\n&#39;x.whl&#39; &amp; more</body></html>`;
  assertEquals(
    reasonIn(html, "text/html; charset=UTF-8"),
    "File already exists The server could not comply. 'x.whl' & more",
  );
});

Deno.test("serverReason() takes the title of a designed page", () => {
  const html = `<!doctype html><title>503 Backend is unhealthy</title><body>${
    "<p>blah blah</p>".repeat(500)
  }<script>evil()</script>`;
  assertEquals(
    serverReason({
      status: 503,
      statusText: "",
      contentType: "text/html",
      body: html,
    }),
    "Backend is unhealthy",
  );
});

Deno.test("serverReason() takes plain text, else the reason phrase", () => {
  assertEquals(reasonIn(" too\n large \n", "text/plain"), "too large");
  assertEquals(reasonIn("", "text/plain", "400 Gone wrong"), "400 Gone wrong");
  assertEquals(reasonIn("\x89PNG", "image/png", "No"), "No");
  assertEquals(reasonIn("{broken", "application/json", "No"), "No");
});

Deno.test("serverReason() is one line of bounded length, whatever comes", () => {
  const reason = reasonIn("a\n".repeat(500_000), "text/plain");
  assertEquals(reason.length <= 1000, true);
  assertEquals(reason.includes("\n"), false);
});
