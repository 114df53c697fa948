// Lets one-time links, which lead to /dashboard, work in development too: Vite serves /dashboard/ alone.
import type { Plugin } from "vite";

export function leadToBase(): Plugin {
  return {
    name: "lead-to-base",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (request.url !== "/" && request.url !== "/dashboard") return next();
        response.writeHead(302, { location: server.config.base }).end();
      });
    },
  };
}
