// Everything by name: pages, accounts, a request by its id, the theme, signing out.
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData, spotlight } from "@mantine/spotlight";
import "@mantine/core/styles/CloseButton.layer.css";
import "@mantine/core/styles/Input.layer.css";
import "@mantine/core/styles/Overlay.layer.css";
import "@mantine/core/styles/Paper.layer.css";
import "@mantine/core/styles/ModalBase.layer.css";
import "@mantine/core/styles/ScrollArea.layer.css";
import "@mantine/core/styles/Modal.layer.css";
import "@mantine/spotlight/styles.layer.css";
import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { useAccounts } from "~/api/queries";
import { signOut } from "~/api/session";
import { toast } from "~/components/Toast";
import css from "./Palette.module.css";
import { PAGES } from "./pages";

/** What may be the id of a request: no page or account is called anything like it. */
const REQUEST_ID = /^(?=.*\d)[\w-]{12,}$/;

export default function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const [, navigate] = useLocation();
  const [query, setQuery] = useState("");
  const { setColorScheme } = useMantineColorScheme();
  const accounts = useAccounts().data ?? [];
  useEffect(() => spotlight.open(), []);

  const pages: SpotlightActionData[] = PAGES.map(({ path, title, key }) => ({
    id: path,
    label: title,
    description: `g ${key}`,
    onClick: () => navigate(path),
  }));
  const found: SpotlightActionData[] = accounts.map(({ id, name, rateLimitStatus }) => ({
    id: `account-${id}`,
    label: name,
    description: rateLimitStatus,
    onClick: () => navigate(`/accounts/${id}`),
  }));
  const commands: SpotlightActionData[] = [
    { id: "theme-light", label: "Theme: light", onClick: () => setColorScheme("light") },
    { id: "theme-dark", label: "Theme: dark", onClick: () => setColorScheme("dark") },
    { id: "theme-auto", label: "Theme: as the system", onClick: () => setColorScheme("auto") },
    { id: "keys", label: "Show the keys", onClick: onHelp },
    { id: "sign-out", label: "Sign out", onClick: () => void signOut().catch(toast.failed) },
  ];
  const groups: SpotlightActionGroupData[] = [
    { group: "Pages", actions: pages },
    { group: "Accounts", actions: found },
    { group: "Commands", actions: commands },
  ];
  const id = query.trim();
  if (REQUEST_ID.test(id)) {
    const open = { id: "open-request", label: `Open request ${id}`, onClick: () => navigate(`/requests/${id}`) };
    groups.unshift({ group: "Requests", actions: [{ ...open, keywords: [id] }] });
  }
  return (
    <Spotlight
      actions={groups}
      query={query}
      onQueryChange={setQuery}
      onSpotlightClose={onClose}
      shortcut={null}
      nothingFound="Nothing is called that"
      searchProps={{ placeholder: "Page, account, request id or command", "aria-label": "Search" }}
      classNames={{
        search: css.search,
        action: css.action,
        actionBody: css.body,
        actionDescription: css.description,
        actionsGroup: css.group,
      }}
      overlayProps={{ blur: 0, backgroundOpacity: 0.5 }}
      highlightQuery
      scrollable
      maxHeight={420}
    />
  );
}
