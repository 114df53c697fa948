// What stands where there is no account yet: the three ways to add one.
import { Button } from "@mantine/core";
import { useLocation } from "wouter";
import { CommandLine } from "./CopyButton";
import css from "./FirstSteps.module.css";
import { EmptyState } from "./Notice";

interface WayProps {
  title: string;
  mode: string;
  command: string;
  children: string;
}

export function FirstAccount() {
  return (
    <div>
      <EmptyState title="No account yet">
        <p>Requests are served by your own accounts. Add one in any of three ways, here or in a shell.</p>
      </EmptyState>
      <ul className={css.ways}>
        <Way title="API key" mode="api-key" command="claudeflare add work">
          A key from the Claude Console, billed by use.
        </Way>
        <Way title="Profile" mode="profile" command="claudeflare add work --mode profile">
          What ant auth login keeps on the server's machine.
        </Way>
        <Way title="Sign in" mode="console" command="claudeflare add work --mode console">
          To the Claude Console, which makes a key, or to a plan.
        </Way>
      </ul>
    </div>
  );
}

function Way({ title, mode, command, children }: WayProps) {
  const [, navigate] = useLocation();
  return (
    <li className={css.way}>
      <strong>{title}</strong>
      <p>{children}</p>
      <Button onClick={() => navigate(`/accounts?add=${mode}`)}>{`Add with ${WORDS[mode] ?? mode}`}</Button>
      <CommandLine>{command}</CommandLine>
    </li>
  );
}

const WORDS: Record<string, string> = { "api-key": "an API key", profile: "a profile", console: "a sign-in" };
