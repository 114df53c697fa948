// The kinds of accounts there are, what each needs, and what is sent of it. Pure.
import type { Schemas } from "~/api/client";

export type Mode = "api-key" | "console" | "max" | "token" | "profile" | "wif";

export interface Kind {
  mode: Mode;
  title: string;
  text: string;
}

export const KINDS: readonly Kind[] = [
  { mode: "api-key", title: "API key", text: "A key of the Claude Console, billed by use." },
  { mode: "console", title: "Console sign-in", text: "Signs in to the Claude Console and has a key made there." },
  { mode: "max", title: "Plan sign-in", text: "Signs in to a Pro or Max plan. Read its terms first." },
  { mode: "token", title: "Bearer token", text: "A token you have; nobody renews it." },
  { mode: "profile", title: "Profile", text: "What ant auth login keeps on the server's machine." },
  { mode: "wif", title: "Workload identity", text: "A signed file of the server's machine, exchanged for tokens." },
];

export const TIERS = [
  { value: "1", label: "1× Free, Pro, API key" },
  { value: "5", label: "5× Max 5x" },
  { value: "20", label: "20× Max 20x" },
] as const;

export const modeOf = (text: string | null | undefined): Mode =>
  KINDS.find((each) => each.mode === text)?.mode ?? "api-key";

/** Whether one signs in on a page of the provider. */
export const signsIn = (mode: string): boolean => mode === "console" || mode === "max";

export interface AccountDraft {
  name: string;
  mode: Mode;
  tier: string;
}

export interface CredentialDraft {
  apiKey: string;
  token: string;
  profile: string;
  configDir: string;
  assertionFile: string;
  federationRuleId: string;
  organizationId: string;
  serviceAccountId: string;
  workspaceId: string;
}

export const NO_CREDENTIAL: CredentialDraft = {
  apiKey: "",
  token: "",
  profile: "",
  configDir: "",
  assertionFile: "",
  federationRuleId: "",
  organizationId: "",
  serviceAccountId: "",
  workspaceId: "",
};

const FIELDS: Record<Mode, readonly (keyof CredentialDraft)[]> = {
  "api-key": ["apiKey"],
  console: ["apiKey"],
  max: [],
  token: ["token"],
  profile: ["profile", "configDir"],
  wif: ["assertionFile", "federationRuleId", "organizationId", "serviceAccountId", "workspaceId"],
};

/** The part of a draft that its mode has; what was left empty is the API's to choose. */
export function credentialOf(mode: Mode, draft: CredentialDraft): Partial<CredentialDraft> {
  return Object.fromEntries(FIELDS[mode].map((name) => [name, draft[name].trim()]).filter(([, value]) => value));
}

/** The body of `POST /api/accounts`. */
export function accountToAdd(account: AccountDraft, credential: CredentialDraft, acceptTerms: boolean) {
  return { ...accountFields(account), ...credentialOf(account.mode, credential), acceptTerms } satisfies Partial<
    Schemas["AccountToAdd"]
  >;
}

/** What an account is, whatever opens it. */
export function accountFields({ name, mode, tier }: AccountDraft) {
  return { name: name.trim(), mode, tier: Number(tier) };
}

/** Whether terms have to be accepted: the credential is a subscription's. */
export function isSubscription(mode: Mode, token: string): boolean {
  return mode === "max" || (mode === "token" && token.trim().startsWith("sk-ant-oat"));
}
