// What each policy does, for somebody who has to choose one.

export interface Policy {
  name: string;
  /** One sentence: what it does. */
  does: string;
  goodFor: string;
  /** What it costs. */
  price: string;
  /** Where requests of two conversations go, in order: drawn on the card. */
  turns: readonly Turn[];
  /** Shares of the accounts' limits that are used, as drawn. */
  used: readonly [number, number, number];
  /** Whether tiers are drawn: the first account is larger than the others. */
  tiers: boolean;
}

export interface Turn {
  conversation: 0 | 1;
  account: 0 | 1 | 2;
}

const turns = (...accounts: (0 | 1 | 2)[]): Turn[] =>
  accounts.map((account, index) => ({ conversation: (index % 2) as 0 | 1, account }));

export const POLICIES: readonly Policy[] = [
  {
    name: "session",
    does: "A conversation stays on one account. A new one goes where most room is.",
    goodFor: "Claude Code and chats: each keeps its prompt cache.",
    price: "A busy conversation uses one account more than the others.",
    turns: turns(0, 1, 0, 1, 0, 1),
    used: [0.5, 0.5, 0.2],
    tiers: false,
  },
  {
    name: "headroom",
    does: "The account with the most left of its limits, times its tier. A conversation moves only when that pays.",
    goodFor: "Using accounts up evenly, when others use them too.",
    price: "Conversations move now and then, and write their cache again.",
    turns: turns(2, 1, 2, 1, 2, 2),
    used: [0.85, 0.45, 0.15],
    tiers: false,
  },
  {
    name: "round-robin",
    does: "The next account in turn, for every request.",
    goodFor: "Many short requests on equal accounts.",
    price: "A conversation writes its cache on every account.",
    turns: turns(0, 1, 2, 0, 1, 2),
    used: [0.4, 0.4, 0.4],
    tiers: false,
  },
  {
    name: "least-requests",
    does: "The account with the fewest requests running.",
    goodFor: "Requests of very different length.",
    price: "Caches are not kept together; tiers do not count.",
    turns: turns(2, 1, 2, 0, 2, 1),
    used: [0.7, 0.45, 0.25],
    tiers: false,
  },
  {
    name: "weighted",
    does: "Each account as often as its tier says.",
    goodFor: "Short requests on accounts of different size.",
    price: "Caches are not kept together.",
    turns: turns(0, 0, 1, 0, 2, 0),
    used: [0.4, 0.4, 0.4],
    tiers: true,
  },
];

/** A policy's description; one that this page does not know has its name and nothing else. */
export function policyOf(name: string): Policy {
  const known = POLICIES.find((each) => each.name === name);
  return known ?? { name, does: "", goodFor: "", price: "", turns: [], used: [0, 0, 0], tiers: false };
}

/** How much of the requests each account gets in the picture; they add up to one. */
export function sharesOf(policy: Policy): [number, number, number] {
  const shares: [number, number, number] = [0, 0, 0];
  for (const { account } of policy.turns) shares[account] += 1 / policy.turns.length;
  return shares;
}
