import { expect, test } from "vitest";
import type { RequestRow } from "~/components/RequestTable";
import { csvLine } from "./csv";

test("texts are quoted where they must be, and none is a formula", () => {
  const row = { id: "r1", timestamp: "t", errorMessage: '=1+1, "x"\nnext', costUsd: -0.5, accountUsed: null };
  const line = csvLine(row as unknown as RequestRow);
  expect(line).toContain("r1,t,,");
  expect(line).toContain('"\'=1+1, ""x""\nnext"');
  expect(line).toContain(",-0.5,");
});
