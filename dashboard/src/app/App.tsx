// The whole dashboard: theme, cache, session, router.
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { Router } from "wouter";
import { live } from "~/api/live";
import * as session from "~/api/session";
import { useSession } from "~/api/session";
import { ConfirmProvider } from "~/components/Confirm";
import { Toasts, toast } from "~/components/Toast";
import { theme, variables } from "~/design/theme";
import { client } from "./query-client";
import { Shell } from "./Shell";

const SignIn = lazy(() => import("~/pages/sign-in"));

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <Router base="/dashboard">
          <ConfirmProvider>
            <Session />
          </ConfirmProvider>
        </Router>
      </QueryClientProvider>
      <Toasts />
    </MantineProvider>
  );
}

function Session() {
  const state = useSession();
  useEffect(() => {
    session.start().catch(toast.failed);
  }, []);
  useEffect(() => {
    if (state !== "in") return;
    live.open(client);
    return () => live.close();
  }, [state]);
  useEffect(() => {
    if (state === "out") client.clear();
  }, [state]);
  if (state === "starting") return null;
  return <Suspense>{state === "out" ? <SignIn /> : <Shell />}</Suspense>;
}
