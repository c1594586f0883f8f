/**
 * A stand-in for the part of GitHub's REST API that releases use, on a
 * loopback port.
 */

/** A file of a release. */
export interface StoredAsset {
  readonly id: number;
  readonly name: string;
  readonly label: string;
  state: "uploaded" | "starter";
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the upload announced. */
  readonly contentLength: string | null;
}

/** A release. */
export interface StoredRelease {
  readonly id: number;
  tag_name: string;
  target_commitish: string;
  name: string;
  body: string;
  draft: boolean;
  prerelease: boolean;
  make_latest?: string;
  assets: StoredAsset[];
}

/** A request that came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
}

/** A running stand-in. */
export interface GitHubApi extends AsyncDisposable {
  /** What `GITHUB_API_URL` is in a job. */
  readonly url: string;
  /** Its releases, drafts included. */
  readonly releases: StoredRelease[];
  /** Every request. */
  readonly requests: SeenRequest[];
  /** Answers in its place, where it returns a response. */
  intercept: (request: Request) => Response | null;
}

const REPOSITORY = "/repos/example/demo";

/** Starts a stand-in that knows `example/demo` and one token. */
export function startGitHubApi(token: string): GitHubApi {
  const releases: StoredRelease[] = [];
  const requests: SeenRequest[] = [];
  let ids = 0;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const authorization = request.headers.get("authorization");
      requests.push({
        method: request.method,
        path: pathname + search,
        authorization,
      });
      const response = api.intercept(request) ??
        await answer(request, authorization);
      if (!request.bodyUsed) {
        // A client that was killed sends no more.
        await request.body?.pipeTo(new WritableStream()).catch(() => {});
      }
      return response;
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;

  async function answer(
    request: Request,
    authorization: string | null,
  ): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    // Storage takes no token: one that comes along is a leak.
    const stored = /^\/storage\/(\d+)$/.exec(pathname)?.[1];
    if (stored !== undefined) {
      const asset = findAsset(Number(stored));
      return authorization !== null || asset === undefined
        ? refuse(400, "Only one auth mechanism allowed")
        : new Response(asset.bytes);
    }
    if (authorization !== `Bearer ${token}`) {
      return refuse(401, "Bad credentials");
    }
    const [, path] = new RegExp(`^${REPOSITORY}(/.*)$`).exec(pathname) ?? [];
    switch (path && `${request.method} ${path}`) {
      case "GET /releases": {
        const page = Number(searchParams.get("page") ?? 1);
        const size = Number(searchParams.get("per_page") ?? 30);
        const from = (page - 1) * size;
        return Response.json(
          releases.toReversed().slice(from, from + size).map(show),
        );
      }
      case "POST /releases": {
        const release: StoredRelease = {
          ...await request.json(),
          id: ++ids,
          assets: [],
        };
        releases.push(release);
        return Response.json(show(release), { status: 201 });
      }
      case "POST /releases/generate-notes": {
        const { tag_name } = await request.json();
        return Response.json({
          name: tag_name,
          body:
            `**Full Changelog**: https://github.com/example/demo/commits/${tag_name}`,
        });
      }
    }
    const tag = /^\/releases\/tags\/(.+)$/.exec(path ?? "")?.[1];
    if (tag !== undefined && request.method === "GET") {
      const release = releases.find(({ draft, tag_name }) =>
        !draft && tag_name === decodeURIComponent(tag)
      );
      return release === undefined
        ? refuse(404, "Not Found")
        : Response.json(show(release));
    }
    const assetId = /^\/releases\/assets\/(\d+)$/.exec(path ?? "")?.[1];
    if (assetId !== undefined && request.method === "GET") {
      const location = `${
        url.replace("127.0.0.1", "localhost")
      }/storage/${assetId}`;
      return new Response(null, { status: 302, headers: { location } });
    }
    const [, id, rest] = /^\/releases\/(\d+)(\/assets)?$/.exec(path ?? "") ??
      [];
    const release = releases.find((one) => one.id === Number(id));
    if (release === undefined) return refuse(404, "Not Found");
    if (rest !== undefined && request.method === "POST") {
      return await addAsset(release, request, searchParams);
    }
    if (request.method === "PATCH") {
      Object.assign(release, await request.json());
      return Response.json(show(release));
    }
    if (request.method === "DELETE") {
      releases.splice(releases.indexOf(release), 1);
      return new Response(null, { status: 204 });
    }
    return refuse(404, "Not Found");
  }

  async function addAsset(
    release: StoredRelease,
    request: Request,
    params: URLSearchParams,
  ): Promise<Response> {
    const name = (params.get("name") ?? "").replaceAll(/[^\w.+-]/g, ".");
    if (release.assets.some((asset) => asset.name === name)) {
      return refuse(422, "Validation Failed");
    }
    const asset: StoredAsset = {
      id: ++ids,
      name,
      label: params.get("label") ?? "",
      state: "uploaded",
      bytes: new Uint8Array(await request.arrayBuffer()),
      contentLength: request.headers.get("content-length"),
    };
    release.assets.push(asset);
    return Response.json(showAsset(asset), { status: 201 });
  }

  function findAsset(id: number): StoredAsset | undefined {
    return releases.flatMap(({ assets }) => assets)
      .find((asset) => asset.id === id);
  }

  function show(release: StoredRelease) {
    const page = release.draft ? `untagged-${release.id}` : release.tag_name;
    return {
      ...release,
      html_url: `https://github.com/example/demo/releases/tag/${page}`,
      upload_url:
        `${url}${REPOSITORY}/releases/${release.id}/assets{?name,label}`,
      assets: release.assets.map(showAsset),
    };
  }

  const api: GitHubApi = {
    url,
    releases,
    requests,
    intercept: () => null,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return api;
}

function showAsset({ id, name, label, state, bytes }: StoredAsset) {
  return { id, name, label, state, size: bytes.length };
}

function refuse(status: number, message: string): Response {
  return Response.json({ message, status: String(status) }, { status });
}
