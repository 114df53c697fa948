// Lets the browser fetch the text's font together with the script, so that no text is drawn twice.
import type { Plugin } from "vite";

export function preloadFont(name: string): Plugin {
  return {
    name: "preload-font",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_html, context) {
        const file = Object.keys(context.bundle ?? {}).find((each) => each.includes(name) && each.endsWith(".woff2"));
        if (file === undefined) throw new Error(`no built file is the font ${name}`);
        const attrs = { rel: "preload", as: "font", type: "font/woff2", href: `/dashboard/${file}`, crossorigin: "" };
        return [{ tag: "link", attrs, injectTo: "head" }];
      },
    },
  };
}
