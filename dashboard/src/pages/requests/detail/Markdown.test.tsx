import { MantineProvider } from "@mantine/core";
import { render } from "@testing-library/react";
import { expect, test } from "vitest";
import Markdown from "./Markdown";

const show = (text: string) =>
  render(
    <MantineProvider>
      <Markdown text={text} />
    </MantineProvider>,
  ).container;

test("HTML stays text", () => {
  const shown = show(
    'Hi <b onclick="alert(1)">you</b>\n\n<script>alert(1)</script>\n\n<system-reminder>x</system-reminder>',
  );
  expect(shown.querySelector("script, b")).toBeNull();
  expect(shown.textContent).toContain("<script>alert(1)</script>");
  expect(shown.textContent).toContain("<system-reminder>");
});

test("links lead to the web or nowhere, images are not fetched", () => {
  const shown = show("[a](https://example.com) [b](javascript:alert(1)) ![c](https://example.com/x.png)");
  expect([...shown.querySelectorAll("a")].map((each) => each.getAttribute("href"))).toEqual(["https://example.com"]);
  expect(shown.querySelector("img")).toBeNull();
  expect(shown.textContent).toContain("[image: c]");
});

test("code, lists, tables and headings below the page's own", () => {
  const shown = show(
    "# One\n\n```py\nprint(1 < 2 & 3)\n```\n\n- a\n  - b\n- [x] c\n\n|x|y|\n|-|-|\n|1|2|\n\n`a<b` &amp; **bold**",
  );
  expect(shown.querySelector("h1, h2")).toBeNull();
  expect(shown.querySelector("h3")?.textContent).toBe("One");
  expect(shown.querySelector("pre")?.textContent).toBe("print(1 < 2 & 3)");
  expect(shown.querySelectorAll("li")).toHaveLength(3);
  expect(shown.querySelectorAll("td")).toHaveLength(2);
  expect(shown.textContent).toContain("a<b & bold");
});
