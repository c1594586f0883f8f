/**
 * What an index is shown that not everyone may read.
 *
 * @module
 */

import { basicForm } from "../config/credentials.ts";
import { isSameOrigin, type Registry } from "../config/registry.ts";
import { isSecure } from "../origin.ts";

/** Whether credentials go to an index's Simple API. */
export type ReadAccess =
  | {
    readonly kind: "granted";
    /** The value of the header `Authorization`. */
    readonly authorization: string;
  }
  | {
    readonly kind: "withheld";
    /** Why, as a sentence. */
    readonly reason: string;
  };

/**
 * Decides whether credentials go to a page of an index's Simple API. They were
 * made for uploads, so they go nowhere else: to no other origin than that of the
 * upload URL, and to PyPI, which everyone may read, not at all.
 *
 * @param registry The index
 * @param url The page's address
 * @returns What to send, or why nothing is sent
 * @throws {ReleasioError} as {@linkcode Registry.reader} does
 */
export async function readAccess(
  { name, kind, uploadUrl, reader }: Registry,
  url: string,
): Promise<ReadAccess> {
  if (kind !== "other") return withheld(`${name}'s tokens are for uploads.`);
  const page = new URL(url);
  if (!isSameOrigin(page, uploadUrl) || !isSecure(page)) {
    return withheld(
      `None are sent to ${page.host}, since files are uploaded elsewhere.`,
    );
  }
  const found = await reader?.();
  if (found === undefined) return withheld("None were sent.");
  if (found.kind === "nobody") return withheld(found.reason);
  return {
    kind: "granted",
    authorization: `Basic ${
      basicForm(found.username, found.password.reveal())
    }`,
  };
}

function withheld(reason: string): ReadAccess {
  return { kind: "withheld", reason };
}
