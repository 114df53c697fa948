import { describe, expect, test } from "vitest";
import { readJson } from "./partial-json";

describe("readJson", () => {
  test("reads what is whole", () => {
    expect(readJson('{"a":[1,2]}')).toEqual({ value: { a: [1, 2] }, whole: true });
  });

  test.each([
    ['{"a":1,"b":[1,2', { a: 1, b: [1, 2] }],
    ['{"a":"some te', { a: "some te" }],
    ['{"a":"line\\', { a: "line" }],
    ['{"a":"line\\u00', { a: "line" }],
    ['{"a":"back\\\\', { a: "back\\" }],
    ['{"a":1,"b":tr', { a: 1 }],
    ['{"a":1,"b', { a: 1 }],
    ['{"a":1,"b":', { a: 1 }],
    ['{"a":[{"b":"}"},{"c":', { a: [{ b: "}" }, {}] }],
    ["[", []],
  ])("keeps what is complete of %s", (text, value) => {
    expect(readJson(text)).toEqual({ value, whole: false });
  });

  test.each(["", "not json", "}"])("gives up on %j", (text) => {
    expect(readJson(text)).toBeNull();
  });

  test("any beginning of a request reads as something", () => {
    const whole = JSON.stringify({
      model: "m",
      messages: [{ role: "user", content: 'a "b" \\ \u00e9\n{' }],
      n: -1.5e3,
    });
    for (let length = 1; length < whole.length; length += 1) expect(readJson(whole.slice(0, length))).not.toBeNull();
  });

  test("reads megabytes at once", () => {
    const text = `{"messages":[${`{"role":"user","content":"${"x".repeat(2000)}"},`.repeat(2000)}{"role":"us`;
    const read = readJson(text)?.value as { messages: unknown[] };
    expect(read.messages).toHaveLength(2001);
  });
});
