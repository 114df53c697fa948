import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import type { Schemas } from "./client";
import { merge, withAccounts, withCounts, withGauges, withNewest } from "./live-merge";
import { keys } from "./queries";

type Account = Schemas["AccountResource"];
type Request = Schemas["RequestResource"];

const request = (id: string, statusCode = 200) => ({ id, statusCode }) as Request;
const account = (id: string, inFlight = 0) => ({ id, name: id, inFlight, gauges: [] as Account["gauges"] }) as Account;
const activity = (opened: number, finished: Request[] = []) => ({
  openedCount: opened,
  finishedCount: finished.length,
  failedCount: 0,
  opened: [],
  finished,
});

it("puts new requests first and replaces those it knows", () => {
  const known = [request("b"), request("a")];
  const merged = withNewest(known, [request("d"), request("c"), request("a", 529)], 3);
  expect(merged.map((each) => each.id)).toEqual(["d", "c", "b"]);
  expect(withNewest(known, [request("a", 529)], 5).map((each) => each.statusCode)).toEqual([200, 529]);
});

it("keeps an account's gauges when something else of it changed", () => {
  const [changed, other] = withAccounts([account("1", 3), account("2")], [account("1")]);
  expect(changed?.inFlight).toBe(3);
  expect(other?.id).toBe("2");
  expect(withAccounts([account("1")], [account("9")]).map((each) => each.id)).toEqual(["9", "1"]);
});

it("renews gauges only of those told", () => {
  expect(withGauges([account("1"), account("2")], [{ id: "2", inFlight: 7, gauges: [] }])[1]?.inFlight).toBe(7);
});

it("counts by the second and forgets old ones", () => {
  const first = withCounts([], [activity(2)], 100.2);
  const second = withCounts(first, [activity(1), activity(1)], 100.9);
  expect(second).toEqual([{ at: 100, opened: 4, finished: 0, failed: 0 }]);
  expect(withCounts(second, [activity(1)], 400).map((each) => each.at)).toEqual([400]);
});

it("folds a batch of each kind into the cache at once", () => {
  const client = new QueryClient();
  client.setQueryData(keys.accounts, [account("1"), account("2")]);
  client.setQueryData(keys.recentRequests, [request("a")]);
  let updates = 0;
  client.getQueryCache().subscribe((event) => {
    if (event.type === "updated" && event.action.type === "success") updates += 1;
  });
  merge(client, [
    { kind: "requests", data: activity(1, [request("b")]) },
    { kind: "requests", data: activity(1, [request("c")]) },
    { kind: "account-removed", data: { id: "2", name: "2" } },
  ]);
  expect(client.getQueryData<Request[]>(keys.recentRequests)?.map((each) => each.id)).toEqual(["c", "b", "a"]);
  expect(client.getQueryData<Account[]>(keys.accounts)?.map((each) => each.id)).toEqual(["1"]);
  expect(updates).toBe(3);
});
