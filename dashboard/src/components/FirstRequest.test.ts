import { expect, it } from "vitest";
import { claudeCodeLine, curlLine } from "./FirstRequest";

it("names the address the page came from", () => {
  expect(claudeCodeLine("https://claude.example")).toBe("ANTHROPIC_BASE_URL=https://claude.example claude");
  expect(curlLine("http://127.0.0.1:8080")).toMatch(/^curl http:\/\/127\.0\.0\.1:8080\/v1\/messages /);
});

it("sends JSON that can be read", () => {
  const [, body] = /-d '(.+)'$/.exec(curlLine("")) ?? [];
  expect(JSON.parse(body ?? "")).toMatchObject({ max_tokens: 64 });
});
