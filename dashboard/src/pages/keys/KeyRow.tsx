// One key: its state, what is left of its budgets, its limits, when it was used last.
import { Button } from "@mantine/core";
import { Link } from "wouter";
import { LimitBar } from "~/components/LimitBar";
import { type State, StateBadge } from "~/components/StateBadge";
import { TimeAgo } from "~/components/TimeAgo";
import { money, text } from "~/format/number";
import css from "./keys.module.css";
import { type Key, limitWords, PERIOD_WORDS } from "./limits";

interface KeyRowProps {
  apiKey: Key;
  onEdit: () => void;
  onRevoke: () => void;
}

export function KeyRow({ apiKey: key, onEdit, onRevoke }: KeyRowProps) {
  const { state, word } = keyState(key);
  const words = limitWords(key);
  return (
    <li className={css.key}>
      <div className={css.who}>
        <Link href={`/requests?key=${encodeURIComponent(key.name)}`} className={css.name} title={key.name}>
          {key.name}
        </Link>
        <span className={css.small}>
          {key.ending && <code>{`…${key.ending} · `}</code>}
          <TimeAgo at={key.lastUsed} otherwise="not used yet" />
        </span>
      </div>
      <div className={css.state}>
        <StateBadge state={state}>{word}</StateBadge>
        {key.expiresAt && key.state === "active" && (
          <span className={css.small}>
            expires <TimeAgo at={key.expiresAt} />
          </span>
        )}
        {key.shadow && <span className={css.small}>shadow: refuses nothing</span>}
      </div>
      <div className={css.limits}>
        {key.budgets.map((budget) => (
          <LimitBar
            key={budget.period}
            label={`${PERIOD_WORDS[budget.period]} ${text(money(budget.spent))} of ${text(money(budget.usd))}`}
            used={budget.usd > 0 ? budget.spent / budget.usd : 1}
            resetsAt={budget.resetsAt}
          />
        ))}
        {words.length > 0 && <span className={css.small}>{words.join(" · ")}</span>}
        {words.length === 0 && key.budgets.length === 0 && <span className={css.small}>No limits</span>}
      </div>
      <div className={css.actions}>
        {key.source === "file" ? (
          <span className={css.small}>from the key file</span>
        ) : (
          key.state !== "revoked" && (
            <>
              <Button onClick={onEdit} aria-label={`Change the limits of ${key.name}`}>
                Limits
              </Button>
              <Button color="red" variant="subtle" onClick={onRevoke} aria-label={`Revoke ${key.name}`}>
                Revoke
              </Button>
            </>
          )
        )}
      </div>
    </li>
  );
}

function keyState(key: Key): { state: State; word: string } {
  if (key.state === "revoked") return { state: "idle", word: "revoked" };
  if (key.state === "expired") return { state: "limited", word: "expired" };
  const spent = key.budgets.some((each) => each.remaining <= 0);
  return spent ? { state: "limited", word: "budget spent" } : { state: "ok", word: "active" };
}
