import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { leadToBase } from "./vite/lead-to-base.ts";
import { precompress } from "./vite/precompress.ts";
import { preloadFont } from "./vite/preload-font.ts";

// `make dev`: where the server runs. It listens on the same host, so its cookie signs this page in as well.
const server = process.env.CLAUDEFLARE_URL ?? `http://127.0.0.1:${process.env.PORT ?? "8080"}`;

export default defineConfig({
  base: "/dashboard/",
  resolve: { alias: { "~": join(import.meta.dirname, "src") } },
  plugins: [react(), leadToBase(), preloadFont("inter-latin-wght-normal"), precompress()],
  build: {
    target: ["chrome123", "firefox128", "safari17.5"],
    assetsInlineLimit: 0, // the page's policy allows no data: fonts
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { host: "127.0.0.1", port: 5173, strictPort: true, proxy: { "/api": { target: server } } },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/test-setup.ts"] },
});
