import { afterEach, expect, it, vi } from "vitest";
import { ApiError, api, page, urlOf } from "./client";

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue(new Response(JSON.stringify(body), { status, headers })));

afterEach(() => vi.unstubAllGlobals());

it("fills in the path and leaves out what is not asked for", () => {
  expect(urlOf("/api/accounts/{account}/pause", { path: { account: "a/b c" } })).toBe("/api/accounts/a%2Fb%20c/pause");
  expect(urlOf("/api/requests", { query: { account: "work", model: undefined, status: "", limit: 5 } })).toBe(
    "/api/requests?account=work&limit=5",
  );
});

it("gives the answer", async () => {
  answer(200, [{ id: "1" }]);
  expect(await api.get("/api/accounts")).toEqual([{ id: "1" }]);
});

it("gives a page with its cursor", async () => {
  answer(200, [], { "x-next-cursor": "abc" });
  expect(await page("/api/requests")).toMatchObject({ items: [], next: "abc" });
});

it("raises the server's error with its code", async () => {
  answer(409, { error: "There is one already.", code: "conflict", details: { name: "work" } });
  const error = await api.post("/api/stats/reset").catch((raised: unknown) => raised);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 409, code: "conflict", message: "There is one already." });
});

it("says so when an error has no reason, and when nothing answers", async () => {
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue(new Response("<html>", { status: 502 })));
  await expect(api.get("/api/accounts")).rejects.toMatchObject({ status: 502, code: "http_error" });
  vi.stubGlobal("fetch", vi.fn().mockRejectedValue(new TypeError("Failed to fetch")));
  await expect(api.get("/api/accounts")).rejects.toMatchObject({ status: 0, code: "unreachable" });
});
