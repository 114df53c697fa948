// Calls the REST API; its paths, queries, bodies and answers are typed by the server's own description.
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

type Method = "get" | "post" | "patch" | "put" | "delete";
/** Paths that take a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Operation<P extends PathOf<M>, M extends Method> = paths[P] extends Record<M, infer Found> ? Found : never;
type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : undefined;
/** What a call answers when it succeeds. */
export type Answer<P extends PathOf<M>, M extends Method = "get"> =
  Operation<P, M> extends { responses: infer Responses }
    ? { [S in keyof Responses & (200 | 201 | 202)]: Json<Responses[S]> }[keyof Responses & (200 | 201 | 202)]
    : never;
type Parameter<Op, Kind extends string> = Op extends { parameters: Record<Kind, infer Given> } ? Given : never;
type OptionalParameter<Op, Kind extends string> = Op extends { parameters: { [K in Kind]?: infer Given } }
  ? Given
  : never;

export interface Options<P extends PathOf<M>, M extends Method> {
  path?: Parameter<Operation<P, M>, "path">;
  query?: OptionalParameter<Operation<P, M>, "query">;
  body?: Operation<P, M> extends { requestBody?: infer Body } ? Json<NonNullable<Body>> : never;
  signal?: AbortSignal;
}

/** An answer that is an error; `message` says what to do. Status 0: nothing answered. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly status: number;
  /** A word that programs can tell errors apart by. */
  readonly code: string;
  readonly details: unknown;

  constructor(status: number, code: string, message: string, details: unknown = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** The URL of a call, its parameters filled in. */
export function urlOf(path: string, options: { path?: unknown; query?: unknown } = {}): string {
  const given = (options.path ?? {}) as Record<string, unknown>;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries((options.query ?? {}) as Record<string, unknown>)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== "") query.append(name, String(each));
    }
  }
  const text = query.toString();
  return text ? `${filled}?${text}` : filled;
}

interface Given {
  path?: unknown;
  query?: unknown;
  body?: unknown;
  signal?: AbortSignal;
  accept?: string;
}

async function send(method: Method, path: string, options: Given): Promise<Response> {
  const headers: Record<string, string> = { accept: options.accept ?? "application/json" };
  const init: RequestInit = { method: method.toUpperCase(), headers, credentials: "same-origin" };
  if (options.signal) init.signal = options.signal;
  if (options.body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(urlOf(path, options), init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", "The server does not answer. Is it running? Start it with: claudeflare serve");
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as Partial<
    Record<"error" | "code" | "details", unknown>
  > | null;
  if (typeof body?.error === "string" && typeof body.code === "string") {
    return new ApiError(response.status, body.code, body.error, body.details);
  }
  return new ApiError(response.status, "http_error", `The server answered ${response.status} without a reason.`);
}

async function request(method: Method, path: string, options: Given = {}): Promise<unknown> {
  const response = await send(method, path, options);
  return response.status === 204 ? undefined : response.json();
}

type Caller<M extends Method> = <P extends PathOf<M>>(path: P, options?: Options<P, M>) => Promise<Answer<P, M>>;

export const api = {
  get: ((path, options) => request("get", path, options)) as Caller<"get">,
  post: ((path, options) => request("post", path, options)) as Caller<"post">,
  patch: ((path, options) => request("patch", path, options)) as Caller<"patch">,
  put: ((path, options) => request("put", path, options)) as Caller<"put">,
  delete: ((path, options) => request("delete", path, options)) as Caller<"delete">,
};

/** One page of a list with the cursor that leads to the next; null on the last. */
export interface Page<T> {
  items: T[];
  next: string | null;
  headers: Headers;
}

/** A page of a list whose cursor travels in the header `x-next-cursor`. */
export async function page<P extends PathOf<"get">>(
  path: P,
  options: Options<P, "get"> = {},
): Promise<Page<Answer<P> extends (infer Item)[] ? Item : never>> {
  const response = await send("get", path, options);
  return { items: await response.json(), next: response.headers.get("x-next-cursor"), headers: response.headers };
}

/** Posts, and gives each line of the answer as it comes (`application/x-ndjson`). */
export async function* postForLines<Line>(
  path: PathOf<"post">,
  body: unknown,
  signal: AbortSignal,
): AsyncGenerator<Line> {
  const response = await send("post", path, { body, signal, accept: "application/x-ndjson" });
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let begun = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = (begun + read.value).split("\n");
    begun = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as Line;
  }
}
