// One policy: its picture, what it does, what it is good for and what it costs.
import { Button } from "@mantine/core";
import { useState } from "react";
import { StateBadge } from "~/components/StateBadge";
import { PolicyPicture } from "./PolicyPicture";
import type { Policy } from "./policies";
import css from "./strategy.module.css";

interface PolicyCardProps {
  policy: Policy;
  current: boolean;
  chosen: boolean;
  onChoose: () => void;
}

export function PolicyCard({ policy, current, chosen, onChoose }: PolicyCardProps) {
  const [pointed, setPointed] = useState(false);
  return (
    <li
      className={css.card}
      data-current={current}
      data-chosen={chosen}
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => setPointed(true)}
      onBlur={() => setPointed(false)}
    >
      <PolicyPicture policy={policy} moving={pointed || chosen || current} />
      <div className={css.heading}>
        <h2>{policy.name}</h2>
        {current && <StateBadge state="ok">in force</StateBadge>}
      </div>
      <p>{policy.does}</p>
      <dl className={css.facts}>
        <dt>Good for</dt>
        <dd>{policy.goodFor}</dd>
        <dt>It costs</dt>
        <dd>{policy.price}</dd>
      </dl>
      {!current && (
        <Button className={css.choose} onClick={onChoose} aria-pressed={chosen} aria-label={`Compare ${policy.name}`}>
          Compare
        </Button>
      )}
    </li>
  );
}
