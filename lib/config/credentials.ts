/**
 * API tokens: where one is found, and which never leave.
 *
 * @module
 */

import { join } from "node:path";
import type { Context } from "../context.ts";
import { ReleasioError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { macaroonLocation } from "./macaroon.ts";
import { optional } from "./optional.ts";
import { findPypircSection } from "./pypirc.ts";
import { PYPI, type Registry, TESTPYPI } from "./registry.ts";

/** An API token, and where it was found. */
export interface ApiToken {
  /** `__token__`, or another name for an index that is not PyPI. */
  readonly username: string;
  /** The token, or a password on an index that is not PyPI. */
  readonly password: Secret;
  /** The variable, or the file and its section. */
  readonly source: string;
}

/** The variables that may hold a token, the first that does wins. */
const TOKEN_VARIABLES = [
  "RELEASIO_PYPI_TOKEN",
  "PYPI_TOKEN",
  "UV_PUBLISH_TOKEN",
  "TWINE_PASSWORD",
];
const USERNAME_VARIABLES = ["RELEASIO_PUBLISH_USERNAME", "TWINE_USERNAME"];
/** The user name that goes with every token of PyPI. */
export const TOKEN_USERNAME = "__token__";
const MAX_PYPIRC_BYTES = 64 * 1024;

/**
 * Finds the API token for a registry: in a variable, else in the section of
 * `~/.pypirc` whose `repository` is the registry. It is masked in the CI's
 * log before anything is done with it.
 *
 * @param context The outside world
 * @param registry The registry that it is for
 * @param onNote Told what was passed over
 * @returns The token, or `null` when there is none
 */
export async function findApiToken(
  context: Context,
  registry: Registry,
  onNote: (note: string) => void = () => {},
): Promise<ApiToken | null> {
  const found = fromEnvironment(context) ??
    await fromPypirc(context, registry, onNote);
  if (found === null) return null;
  mask(context, found.password);
  const username = registry.kind !== "other"
    ? TOKEN_USERNAME
    : USERNAME_VARIABLES.map((name) => read(context, name))
      .find((name) => name !== "") ?? found.username ?? TOKEN_USERNAME;
  mask(context, basicForm(username, found.password));
  return {
    username,
    password: new Secret(found.password),
    source: found.source,
  };
}

/**
 * Refuses a token that is for another site, before it is sent anywhere.
 *
 * @param token The token
 * @param registry Where it is about to go
 * @throws {ReleasioError} `token-invalid` for one that PyPI can't have made,
 * or that another site made
 */
export function checkApiToken(token: ApiToken, registry: Registry): void {
  const value = token.password.reveal();
  const site = registry.kind === "pypi"
    ? "pypi.org"
    : registry.kind === "testpypi"
    ? "test.pypi.org"
    : null;
  if (site !== null && !value.startsWith("pypi-")) {
    throw new ReleasioError(
      "token-invalid",
      `Cannot use the token in ${token.source}: ${registry.name} takes only API tokens, which start with "pypi-"`,
      { hint: `Create one at https://${site}/manage/account/token/.` },
    );
  }
  const location = macaroonLocation(value);
  if (location === null || isMadeFor(location, registry, site)) return;
  throw new ReleasioError(
    "token-invalid",
    `Cannot use the token in ${token.source}: it is for another site than ${registry.name}`,
    {
      hint: "It was not sent. " + (
        location === "pypi.org" || location === "test.pypi.org"
          ? `It was made at ${location}: publish to "${
            location === "pypi.org" ? PYPI.kind : TESTPYPI.kind
          }", or use a token that ${registry.name} made.`
          : `Use a token that ${registry.name} made.`
      ),
    },
  );
}

function isMadeFor(
  location: string,
  registry: Registry,
  site: string | null,
): boolean {
  if (site !== null) return location === site;
  // Another index names itself, with its port or without, or, as PyPI does
  // for its upload host, the domain that it is in.
  const { host, hostname } = new URL(registry.uploadUrl);
  return location === host || location === hostname ||
    location.includes(".") && !isAddress(hostname) &&
      hostname.endsWith(`.${location}`);
}

function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || /^[\d.]+$/.test(hostname);
}

interface Found {
  readonly username: string | null;
  readonly password: string;
  readonly source: string;
}

function fromEnvironment(context: Context): Found | null {
  for (const source of TOKEN_VARIABLES) {
    const password = read(context, source);
    if (password !== "") return { username: null, password, source };
  }
  return null;
}

async function fromPypirc(
  context: Context,
  registry: Registry,
  onNote: (note: string) => void,
): Promise<Found | null> {
  const home = read(context, "HOME") || read(context, "USERPROFILE");
  if (home === "") return null;
  const text = await optional(
    readPypirc(context, join(home, ".pypirc")),
    () => onNote("~/.pypirc was passed over: reading it is not permitted"),
  );
  if (text === null) return null;
  const section = findPypircSection(text, registry);
  return section === null ? null : {
    username: section.username,
    password: section.password,
    source: `~/.pypirc [${section.name}]`,
  };
}

async function readPypirc(context: Context, path: string): Promise<string> {
  const file = await context.openFile(path);
  return await file.slice(0, MAX_PYPIRC_BYTES).text();
}

// A secret pasted with its line end would make a broken header.
function read(context: Context, name: string): string {
  return context.env(name)?.trim() ?? "";
}

/** A log's masks are one line each. */
function mask(context: Context, secret: string): void {
  for (const line of secret.split(/[\r\n]+/)) {
    if (line !== "") context.mask(line);
  }
}

/**
 * A user name and a password as HTTP Basic authentication has them.
 *
 * @param username The user name
 * @param password The password
 * @returns What follows `Basic `
 */
export function basicForm(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return bytes.toBase64();
}
