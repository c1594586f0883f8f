// A file of its own: it takes its time, and others may run beside it.
import { assertSigstoreAccepts } from "./oracle.ts";
import { openHouse, signerOf, WHEEL } from "./signing.ts";

Deno.test("openSigner() encodes 500 fresh pairs as everyone does", async () => {
  const house = await openHouse();
  const root = await house.sandbox.trustedRootJson();
  for (let i = 0; i < 500; i++) {
    assertSigstoreAccepts(await signerOf(house).sign(WHEEL), root);
  }
});
