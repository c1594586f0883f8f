import { assertEquals } from "@std/assert";
import { isLoopback, isSecure } from "../lib/origin.ts";

Deno.test("isLoopback() knows this machine by its names and addresses", () => {
  for (
    const host of [
      "localhost",
      "a.localhost",
      "127.0.0.1",
      "127.8.9.1",
      "[::1]",
    ]
  ) {
    assertEquals(isLoopback(new URL(`http://${host}:8080/`)), true);
  }
  for (
    const host of [
      "localhost.example",
      "127.0.0.1.example",
      "128.0.0.1",
      "0.0.0.0",
      "[::2]",
      "notlocalhost",
    ]
  ) {
    assertEquals(isLoopback(new URL(`http://${host}:8080/`)), false);
  }
});

Deno.test("isSecure() lets a secret go over https, or over http to this machine", () => {
  assertEquals(isSecure(new URL("https://pypi.org/")), true);
  assertEquals(isSecure(new URL("http://127.0.0.1:1/")), true);
  assertEquals(isSecure(new URL("http://pypi.org/")), false);
  assertEquals(isSecure(new URL("ftp://localhost/")), false);
});
