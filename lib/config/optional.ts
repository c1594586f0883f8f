/**
 * Reading what need not be there.
 *
 * @module
 */

import { isAbsent } from "../context.ts";

/**
 * What a read brings, or `null` when there is nothing to read or reading is
 * not permitted.
 *
 * @typeParam T What the read brings
 * @param reading The read
 * @param onForbidden Called when it is not permitted
 * @returns What the read brought, or `null`
 * @throws Every other error of the read
 */
export async function optional<T>(
  reading: Promise<T>,
  onForbidden: () => void,
): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (!isAbsent(error)) throw error;
    const { name } = error as Error;
    if (name === "NotCapable" || name === "PermissionDenied") onForbidden();
    return null;
  }
}
