// What the pictures of policies show.
import { expect, it } from "vitest";
import { POLICIES, policyOf, sharesOf } from "./policies";

it.each(POLICIES)("$name: the drawn shares add up to all", (policy) => {
  expect(sharesOf(policy).reduce((sum, each) => sum + each, 0)).toBeCloseTo(1);
});

it("keeps each conversation on its account under session", () => {
  const accounts = (conversation: number) =>
    new Set(
      policyOf("session")
        .turns.filter((each) => each.conversation === conversation)
        .map((each) => each.account),
    );
  expect(accounts(0).size).toBe(1);
  expect(accounts(1).size).toBe(1);
});

it("has a place for a policy it does not know", () => {
  expect(policyOf("new-one")).toMatchObject({ name: "new-one", turns: [] });
});
