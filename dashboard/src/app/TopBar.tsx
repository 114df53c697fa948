// The sentence of state, always in sight, and what can be done from everywhere.
import { ActionIcon, Tooltip, useMantineColorScheme } from "@mantine/core";
import { IconDeviceDesktop, IconHelp, IconLogout, IconMoon, IconSearch, IconSun } from "@tabler/icons-react";
import { onlineManager } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { type LiveState, useLiveState } from "~/api/live";
import { useAccounts, useQueue } from "~/api/queries";
import { signOut } from "~/api/session";
import { useNow } from "~/components/clock";
import { Skeleton } from "~/components/Notice";
import { StateShape } from "~/components/StateBadge";
import { toast } from "~/components/Toast";
import { standing, unreachable } from "./state-sentence";
import css from "./TopBar.module.css";

export function TopBar({ onPalette, onHelp }: { onPalette: () => void; onHelp: () => void }) {
  return (
    <section className={css.bar} aria-label="State">
      <Sentence />
      <div className={css.tools}>
        <Connection />
        <Tool label="Search and commands (Ctrl K)" onClick={onPalette} icon={<IconSearch size={16} />} />
        <ThemeSwitch />
        <Tool label="Keys (?)" onClick={onHelp} icon={<IconHelp size={16} />} />
        <Tool label="Sign out" onClick={() => signOut().catch(toast.failed)} icon={<IconLogout size={16} />} />
      </div>
    </section>
  );
}

function Tool({ label, onClick, icon }: { label: string; onClick: () => void; icon: React.ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

function Sentence() {
  const accounts = useAccounts();
  const queue = useQueue();
  const now = useNow();
  // Known at once; a query that is due would find out only then.
  const offline = !useSyncExternalStore(onlineManager.subscribe, () => onlineManager.isOnline());
  if (accounts.data === undefined) {
    if (accounts.isError) return <p className={css.sentence}>{accounts.error.message}</p>;
    return (
      <div className={css.sentence}>
        <Skeleton height={16} width="min(420px, 50vw)" />
      </div>
    );
  }
  const { state, head, rest } =
    accounts.isError || offline
      ? unreachable(accounts.dataUpdatedAt, now, offline)
      : standing(accounts.data, queue.data?.waiting ?? 0, now);
  return (
    <p className={css.sentence} data-state={state} title={`${head} ${rest}`}>
      <StateShape state={state} size={11} />
      <span>
        <strong>{head}</strong> {rest}
      </span>
    </p>
  );
}

const CONNECTION: Record<LiveState, string> = {
  off: "",
  connecting: "Connecting …",
  live: "Live",
  reconnecting: "Reconnecting …",
};

function Connection() {
  const state = useLiveState();
  return (
    <span className={css.connection} data-live={state} role="status">
      {CONNECTION[state]}
    </span>
  );
}

const NEXT = { auto: "light", light: "dark", dark: "auto" } as const;
const ICONS = { auto: IconDeviceDesktop, light: IconSun, dark: IconMoon };
const NAMES = { auto: "as the system", light: "light", dark: "dark" };

function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = ICONS[colorScheme];
  return (
    <Tool
      label={`Theme: ${NAMES[colorScheme]}. Change to ${NAMES[NEXT[colorScheme]]}`}
      onClick={() => setColorScheme(NEXT[colorScheme])}
      icon={<Icon size={16} />}
    />
  );
}
