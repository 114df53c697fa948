import { expect, test } from "vitest";
import { options, queryOf } from "./filters";

test("the URL's choices become the API's parameters; empty ones are left out", () => {
  expect(queryOf({ account: "work", key: "laptop", range: "1h", q: "over", status: undefined, model: "" })).toEqual({
    account: "work",
    clientKey: "laptop",
    since: "1h",
    text: "over",
  });
});

test("what is chosen is among the options although no row has it", () => {
  expect(options(["b", null, "a", "b"], "gone").map((each) => each.value)).toEqual(["a", "b", "gone"]);
});
