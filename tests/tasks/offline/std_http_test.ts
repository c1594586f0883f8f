/** What the sandbox asks of `@std/http`. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { eTag, ifNoneMatch } from "@std/http/etag";
import { accepts } from "@std/http/negotiation";
import { STATUS_CODE, STATUS_TEXT } from "@std/http/status";

const JSON_TYPE = "application/vnd.pypi.simple.v1+json";
const HTML_TYPE = "application/vnd.pypi.simple.v1+html";

function accepting(accept?: string): { headers: Headers } {
  return { headers: new Headers(accept === undefined ? {} : { accept }) };
}

Deno.test("accepts() picks the type that the client likes best", () => {
  const pip = `${JSON_TYPE}, ${HTML_TYPE}; q=0.1, text/html; q=0.01`;
  const offered = [JSON_TYPE, HTML_TYPE, "text/html"];
  assertEquals(accepts(accepting(pip), ...offered), JSON_TYPE);
  assertEquals(accepts(accepting(pip), "text/html"), "text/html");
  assertEquals(accepts(accepting("text/html"), ...offered), "text/html");
  assertEquals(accepts(accepting("text/*"), ...offered), "text/html");
  assertEquals(accepts(accepting("*/*"), ...offered), JSON_TYPE);
  assertEquals(accepts(accepting(), ...offered), JSON_TYPE);
  assertEquals(accepts(accepting("image/png"), ...offered), undefined);
  assertEquals(
    accepts(accepting(`${JSON_TYPE};q=0, text/html`), ...offered),
    "text/html",
  );
});

Deno.test("accepts() lists what the client takes, best first", () => {
  const types = accepts(accepting("text/html;q=0.5, a/b, */*;q=0.1"));
  assertEquals(types, ["a/b", "text/html", "*/*"]);
  assertEquals(accepts(accepting()), ["*/*"]);
});

Deno.test("eTag() is strong, and differs where the bytes differ", async () => {
  const tag = await eTag("hello");
  assertMatch(tag, /^"5-[A-Za-z0-9+/]{27}"$/);
  assertEquals(await eTag(new TextEncoder().encode("hello")), tag);
  assert(await eTag("hellO") !== tag);
});

Deno.test("ifNoneMatch() is false only when the client has the tag", () => {
  assertEquals(ifNoneMatch('"a"', '"a"'), false);
  assertEquals(ifNoneMatch('"b", W/"a"', '"a"'), false);
  assertEquals(ifNoneMatch("*", '"a"'), false);
  assertEquals(ifNoneMatch('"b"', '"a"'), true);
  assertEquals(ifNoneMatch(null, '"a"'), true);
  assertEquals(ifNoneMatch('"a"', undefined), true);
});

Deno.test("STATUS_CODE and STATUS_TEXT know the codes of PyPI", () => {
  assertEquals(STATUS_TEXT[STATUS_CODE.OK], "OK");
  assertEquals(STATUS_TEXT[STATUS_CODE.Accepted], "Accepted");
  assertEquals(STATUS_TEXT[STATUS_CODE.BadRequest], "Bad Request");
  assertEquals(STATUS_TEXT[STATUS_CODE.ContentTooLarge], "Content Too Large");
  assertEquals(
    STATUS_TEXT[STATUS_CODE.UnprocessableEntity],
    "Unprocessable Entity",
  );
  assertEquals(STATUS_TEXT[STATUS_CODE.URITooLong], "URI Too Long");
  assertEquals(STATUS_CODE.TooManyRequests, 429);
  assertEquals(STATUS_CODE.ServiceUnavailable, 503);
  const names = [
    ...["OK", "Created", "Accepted", "NoContent", "PartialContent"],
    ...["MovedPermanently", "Found", "SeeOther", "NotModified"],
    ...["TemporaryRedirect", "PermanentRedirect", "BadRequest"],
    ...["Unauthorized", "PaymentRequired", "Forbidden", "NotFound"],
    ...["MethodNotAllowed", "NotAcceptable", "RequestTimeout", "Conflict"],
    ...["Gone", "LengthRequired", "PreconditionFailed", "ContentTooLarge"],
    ...["URITooLong", "UnsupportedMediaType", "RangeNotSatisfiable"],
    ...["UnprocessableEntity", "Locked", "TooEarly", "TooManyRequests"],
    ...["RequestHeaderFieldsTooLarge", "InternalServerError"],
    ...["NotImplemented", "BadGateway", "ServiceUnavailable"],
    ...["GatewayTimeout", "InsufficientStorage"],
  ];
  for (const name of names) assert(name in STATUS_CODE, name);
});
