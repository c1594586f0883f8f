/**
 * The wire, as a worker: the index has a thread of its own, as it would have
 * far away.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { startFaultProxy } from "../../tests/helpers/fault_proxy.ts";

self.onmessage = ({ data: { port, roundTrip } }) => {
  self.postMessage(startFaultProxy(port, { roundTrip }).port);
};
