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
    <svg
      className={css.picture}
      viewBox="0 0 264 88"
      preserveAspectRatio="xMinYMid"
      aria-hidden="true"
      data-moving={moving}
    >
      {LANES.map((y, lane) => (
        <path
          key={y}
          className={css.way}
          d={`M14 ${START} C 80 ${START}, 90 ${y}, 150 ${y}`}
          strokeWidth={1 + 5 * (shares[lane] ?? 0)}
        />
      ))}
      {LANES.map((y, lane) => (
        <Account
          key={y}
          y={y}
          used={policy.used[lane] ?? 0}
          large={policy.tiers && lane === 0}
          served={policy.turns.filter(({ account }) => account === lane).map(({ conversation }) => conversation)}
        />
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

interface AccountProps {
  y: number;
  /** The share of its limits that is used. */
  used: number;
  large: boolean;
  /** Whose requests it got, in order: a dot for each, moving or not. */
  served: readonly (0 | 1)[];
}

function Account({ y, used, large, served }: AccountProps) {
  const height = large ? 18 : 12;
  const width = large ? 62 : 48;
  return (
    <g>
      <rect className={css.account} x="154" y={y - height / 2} width={width} height={height} rx="3" />
      <rect className={css.used} x="154" y={y - height / 2} width={width * used} height={height} rx="3" />
      {served.map((conversation, index) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: never changes
          key={index}
          className={css.served}
          data-conversation={conversation}
          cx={154 + width + 10 + index * 9}
          cy={y}
          r="3"
        />
      ))}
    </g>
  );
}
