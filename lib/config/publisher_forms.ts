/**
 * The forms that an index registers trusted publishers with, as rules.
 *
 * @see {@link https://github.com/pypi/warehouse/tree/main/warehouse/oidc/forms}
 * @module
 */

import { isSecure } from "../origin.ts";
import type { Publisher } from "./settings.ts";

/** One field of a form. */
export interface FormField {
  /** Whether the form wants it. */
  readonly isRequired: boolean;
  /** Why the form would not take a value, or `null`. */
  readonly problem: (value: string) => Problem | null;
}

/** Why a form would not take a value. */
export interface Problem {
  /** The end of a sentence that starts with the value. */
  readonly reason: string;
  /** What to write. */
  readonly hint: string;
}

/** An identity provider that publishers are registered for. */
export type Provider = Publisher["provider"];

/** The instance that PyPI means unless an issuer says otherwise. */
export const GITLAB_COM = "https://gitlab.com";

/** The fields of each provider's form. */
export const PUBLISHER_FORMS: Readonly<
  Record<Provider, Readonly<Record<string, FormField>>>
> = {
  github: {
    owner: required(ownerProblem),
    repository: required(repositoryProblem),
    workflow: required(workflowNameProblem),
    environment: optional(githubEnvironmentProblem),
  },
  gitlab: {
    namespace: required(pathProblem("the group or user")),
    project: required(gitlabProjectProblem),
    workflow: required(workflowPathProblem),
    environment: optional(gitlabEnvironmentProblem),
    issuer: optional(issuerProblem),
  },
  google: {
    email: required(emailProblem),
    sub: optional(() => null),
  },
  activestate: {
    organization: required(() => null),
    project: required(activestateProjectProblem),
    actor: required(() => null),
  },
};

function required(problem: FormField["problem"]): FormField {
  return { isRequired: true, problem };
}

function optional(problem: FormField["problem"]): FormField {
  return { isRequired: false, problem };
}

function ownerProblem(value: string): Problem | null {
  if (/^[a-z0-9][a-z0-9-]*$/i.test(value)) return null;
  return {
    reason: "is not the name of a GitHub user or organization",
    hint: splitHint(value) ?? `Write the name alone, such as owner = "octo".`,
  };
}

function repositoryProblem(value: string): Problem | null {
  if (/^[a-z0-9-_.]+$/i.test(value)) return null;
  return {
    reason: "is not the name of a GitHub repository",
    hint: splitHint(value) ??
      `Write the name alone, such as repository = "demo".`,
  };
}

function splitHint(value: string): string | null {
  const match = /([\w-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(value);
  return match &&
    `Write owner = "${match[1]}" and repository = "${match[2]}".`;
}

function workflowNameProblem(value: string): Problem | null {
  if (value.includes("/")) {
    const name = value.slice(value.lastIndexOf("/") + 1);
    return {
      reason: "is a path",
      hint: "The index wants the file's name alone: " +
        `write workflow = "${name}".`,
    };
  }
  return yamlProblem(value);
}

function workflowPathProblem(value: string): Problem | null {
  if (/^\/|\/$/.test(value)) {
    const path = value.replace(/^\/+|\/+$/g, "");
    return {
      reason: "starts or ends with a slash",
      hint: `Write the path from the repository's root: workflow = "${path}".`,
    };
  }
  return yamlProblem(value);
}

function yamlProblem(value: string): Problem | null {
  if (/\.ya?ml$/.test(value)) return null;
  return {
    reason: "does not end in .yml or .yaml",
    hint: "Write the name of the workflow's file, not the name in its " +
      `first line, such as workflow = "release.yml".`,
  };
}

function githubEnvironmentProblem(value: string): Problem | null {
  // deno-lint-ignore no-control-regex
  const isFine = value.length <= 255 && !/[\0-\x1F\x7F'"`,;\\]/.test(value);
  return isFine ? null : environmentProblem();
}

function gitlabEnvironmentProblem(value: string): Problem | null {
  return /^[a-z0-9\-_/${} ]+$/i.test(value) ? null : environmentProblem();
}

function environmentProblem(): Problem {
  return {
    reason: "is no name that the index takes for an environment",
    hint: "Write the environment's name as it is in the CI's settings, or " +
      "leave it out when none is registered.",
  };
}

function pathProblem(what: string): (value: string) => Problem | null {
  return (value) => {
    const isFine = /^[a-z0-9][a-z0-9\-_./+]*[a-z0-9]$/i.test(value) &&
      !/[._-]{2}|\.(git|atom)$/.test(value);
    return isFine ? null : {
      reason: `is not ${what} in GitLab's spelling`,
      hint: "Write it as it is in the project's address, after the host.",
    };
  };
}

function gitlabProjectProblem(value: string): Problem | null {
  const slash = value.lastIndexOf("/");
  if (slash === -1) return pathProblem("a project")(value);
  return {
    reason: "has its namespace in it",
    hint: `Write namespace = "${value.slice(0, slash)}" and ` +
      `project = "${value.slice(slash + 1)}".`,
  };
}

function issuerProblem(value: string): Problem | null {
  const url = URL.parse(value);
  return url !== null && isSecure(url) ? null : {
    reason: "is not the https address of a GitLab instance",
    hint: `Write such as issuer = "${GITLAB_COM}".`,
  };
}

function emailProblem(value: string): Problem | null {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? null : {
    reason: "is not an e-mail address",
    hint: "Write the service account's address, such as " +
      "name@project.iam.gserviceaccount.com.",
  };
}

function activestateProjectProblem(value: string): Problem | null {
  const isFine = /^[.a-z0-9-]{3,40}$/i.test(value) && !/--|^-|-$/.test(value);
  return isFine ? null : {
    reason: "is not the name of an ActiveState project",
    hint: "Write the project's name alone, without its organization.",
  };
}
