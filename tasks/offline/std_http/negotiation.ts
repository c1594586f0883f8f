/**
 * Stand-in for `@std/http/negotiation`, over `negotiator`.
 *
 * @module
 */

import Negotiator from "negotiator";

/** The media types that the request accepts, best first. */
export function accepts(request: Pick<Request, "headers">): string[];
/** The one of `types` that the request likes best. */
export function accepts<T extends string = string>(
  request: Pick<Request, "headers">,
  ...types: T[]
): T | undefined;
export function accepts(
  request: Pick<Request, "headers">,
  ...types: string[]
): string | string[] | undefined {
  const accept = request.headers.get("accept") ?? undefined;
  const negotiator = new Negotiator({ headers: { accept } });
  return types.length === 0
    ? negotiator.mediaTypes()
    : negotiator.mediaType(types);
}
