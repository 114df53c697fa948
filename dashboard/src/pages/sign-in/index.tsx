// Signing in with the control token, where no one-time link led here.
import { Button, PasswordInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/PasswordInput.layer.css";
import { linkRefusal, signIn } from "~/api/session";
import { CommandLine } from "~/components/CopyButton";
import css from "./sign-in.module.css";

export default function SignIn() {
  const [token, setToken] = useState("");
  const signing = useMutation({ mutationFn: () => signIn({ token: token.trim() }), gcTime: 0 });
  const refused = signing.isIdle ? linkRefusal() : null;
  return (
    <main className={css.page}>
      <form
        className={css.card}
        onSubmit={(event) => {
          event.preventDefault();
          signing.mutate();
        }}
      >
        <h1 className={css.title}>
          <img src="/dashboard/favicon.svg" alt="" width={26} height={26} />
          Claudeflare
        </h1>
        {refused && (
          <p role="alert" data-state="near" className={css.refused}>
            {refused}
          </p>
        )}
        <p className={css.text}>
          The quickest way in is this command on the server's machine; it opens this page, signed in:
        </p>
        <CommandLine>claudeflare dashboard</CommandLine>
        <PasswordInput
          label="Or the control token"
          description="claudeflare token prints it"
          size="sm"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={signing.error?.message}
          autoComplete="current-password"
          autoFocus
          required
          withAsterisk={false}
        />
        <Button type="submit" size="sm" variant="filled" loading={signing.isPending}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
