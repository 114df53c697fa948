// What stands where no request came yet: the lines that send one to this very server.
import { CommandLine } from "./CopyButton";
import css from "./FirstSteps.module.css";
import { EmptyState } from "./Notice";

/** The smallest request the API takes. Accounts are put in here: the caller needs no key of its own. */
export function curlLine(origin: string): string {
  const body = `{"model":"claude-haiku-4-5","max_tokens":64,"messages":[{"role":"user","content":"Hello"}]}`;
  return `curl ${origin}/v1/messages -H 'content-type: application/json' -H 'anthropic-version: 2023-06-01' -d '${body}'`;
}

export function claudeCodeLine(origin: string): string {
  return `ANTHROPIC_BASE_URL=${origin} claude`;
}

/** Both lines, each with what it is for. */
export function ClientLines() {
  return (
    <dl className={css.lines}>
      <dt>Claude Code</dt>
      <dd>
        <CommandLine>{claudeCodeLine(location.origin)}</CommandLine>
      </dd>
      <dt>Anything else</dt>
      <dd>
        <CommandLine>{curlLine(location.origin)}</CommandLine>
      </dd>
    </dl>
  );
}

export function FirstRequest() {
  return (
    <EmptyState title="No request yet">
      <p>Point a client here; everything else of it stays as it is.</p>
      <ClientLines />
    </EmptyState>
  );
}
