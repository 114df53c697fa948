// A small picture of a policy: requests of two conversations find their accounts. Still where motion is not wanted.
import css from "./PolicyPicture.module.css";
import { type Policy, sharesOf } from "./policies";

const LANES = [16, 44, 72] as const;
const START = 44;
const SECONDS_A_TURN = 0.9;
const PAUSE = 1.2;

export function PolicyPicture({ policy, moving }: { policy: Policy; moving: boolean }) {
  const shares = sharesOf(policy);
  const length = policy.turns.length * SECONDS_A_TURN + PAUSE;
  return (
    <svg className={css.picture} viewBox="0 0 240 88" aria-hidden="true" data-moving={moving}>
      {LANES.map((y, lane) => (
        <path
          key={y}
          className={css.way}
          d={`M14 ${START} C 80 ${START}, 90 ${y}, 150 ${y}`}
          strokeWidth={1 + 5 * (shares[lane] ?? 0)}
        />
      ))}
      {LANES.map((y, lane) => (
        <Account key={y} y={y} used={policy.used[lane] ?? 0} large={policy.tiers && lane === 0} />
      ))}
      {policy.turns.map(({ conversation, account }, index) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: turns never change, and the same turn may come twice
          key={index}
          className={css.request}
          data-conversation={conversation}
          r="4.5"
          style={{
            offsetPath: `path("M14 ${START} C 80 ${START}, 90 ${LANES[account]}, 150 ${LANES[account]}")`,
            animationDuration: `${length}s`,
            animationDelay: `${index * SECONDS_A_TURN - length}s`,
          }}
        />
      ))}
      <circle className={css.client} cx="14" cy={START} r="6" />
    </svg>
  );
}

function Account({ y, used, large }: { y: number; used: number; large: boolean }) {
  const height = large ? 18 : 12;
  const width = large ? 76 : 60;
  return (
    <g>
      <rect className={css.account} x="154" y={y - height / 2} width={width} height={height} rx="3" />
      <rect className={css.used} x="154" y={y - height / 2} width={width * used} height={height} rx="3" />
    </g>
  );
}
